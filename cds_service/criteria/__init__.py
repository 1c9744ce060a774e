"""Kinds of criteria: one file a kind, found by being there (see `registry`)."""
