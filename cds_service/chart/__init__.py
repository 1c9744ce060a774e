"""The chart: facts in our own words, as of a date. Knows nothing of FHIR but the references that it keeps."""

from .chart import Chart, Kind
from .facts import Diagnosis, Exposure, Immunisation, Intolerance, Patient, Procedure, Result

__all__ = ["Chart", "Diagnosis", "Exposure", "Immunisation", "Intolerance", "Kind", "Patient", "Procedure", "Result"]
