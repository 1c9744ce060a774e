"""Tests against a real HAPI server: `make test-live`."""
