"""A trial held against a chart: statuses, verdict, dates (criteria.md section 1)."""

from .assess import Assessment, assess, assess_all

__all__ = ["Assessment", "assess", "assess_all"]
