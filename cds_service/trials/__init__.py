"""The five trials as data: `trials/*.yaml` read strictly into frozen Trials, and linted."""

from .loader import lint, load_trials
from .model import Criterion, Site, Trial

__all__ = ["Criterion", "Site", "Trial", "lint", "load_trials"]
