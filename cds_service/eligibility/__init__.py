"""A trial held against a chart: statuses, verdict, dates (criteria.md section 1)."""

from .assess import Assessment, assess, assess_all
from .together import Picker, Together, together

__all__ = ["Assessment", "Picker", "Together", "assess", "assess_all", "together"]
