"""A trial held against a chart: statuses, verdict, dates (criteria.md section 1)."""

from .assess import Assessment, assess, assess_all
from .together import Blank, Picker, Together, together

__all__ = ["Assessment", "Blank", "Picker", "Together", "assess", "assess_all", "together"]
