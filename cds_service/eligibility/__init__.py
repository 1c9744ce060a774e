"""A trial held against a chart: statuses, verdict, dates (criteria.md section 1)."""

from .assess import Answered, Assessment, answered, assess, assess_all
from .together import Blank, Ids, Picker, Together, together

__all__ = [
    "Answered",
    "Assessment",
    "Blank",
    "Ids",
    "Picker",
    "Together",
    "answered",
    "assess",
    "assess_all",
    "together",
]
