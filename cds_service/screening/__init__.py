"""The use cases: one patient's chart held against all trials."""

from .patient import Screening, as_json, evaluate_bundle, read_bundle, screen

__all__ = ["Screening", "as_json", "evaluate_bundle", "read_bundle", "screen"]
