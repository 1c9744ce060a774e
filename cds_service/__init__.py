"""A FHIR-native clinical decision support service for CAR-T trials in systemic lupus erythematosus."""

__version__ = "0.1.0"
