"""The use cases: one patient's chart held against all trials."""

from .patient import Screening, as_json, evaluate_bundle, in_short, read_bundle, screen, skipped_in_short

__all__ = ["Screening", "as_json", "evaluate_bundle", "in_short", "read_bundle", "screen", "skipped_in_short"]
