"""A trial held against a chart: statuses, verdict, dates (criteria.md section 1)."""

from .assess import Answered, Assessment, answered, assess, assess_all
from .together import Blank, Picker, Together, together

__all__ = ["Answered", "Assessment", "Blank", "Picker", "Together", "answered", "assess", "assess_all", "together"]
