"""A trial as the service knows it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..criteria.rule import Rule


@dataclass(frozen=True, slots=True, eq=False)
class Criterion:
    """One criterion of one trial. Known by its identity: what is made of it is kept."""

    id: str
    kind: str
    """`inclusion` or `exclusion`."""
    says: str
    """The criterion in our own words, one line."""
    topic: str
    """Two or three words for a card: `CD4 count`."""
    rule: Rule
    source: str
    """Where it stands in the trial's document: `inclusion 3`."""
    note: str | None = None
    """What was decided where the source is ambiguous."""
    ask: str | None = None
    """What a reader of the card can do to settle it: `question`, `laboratory`, `imaging`, `biopsy`."""
    examples: tuple[dict[str, Any], ...] = ()
    shared: str | None = None
    """The name under which trials/shared.yaml holds it."""


@dataclass(frozen=True, slots=True)
class Site:
    """One place where the trial is run."""

    name: str
    city: str
    country: str
    status: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One trial: what the registry says of it, and its criteria. Known by its identity: what is made of it is kept."""

    id: str
    name: str
    """Short name of the product: `IM19`."""
    product: str
    """What it is: `CD19 CAR-T`."""
    title: str
    target: str
    sponsor: str
    phase: str
    status: str
    """The registry's word in lower case with hyphens: `active-not-recruiting`."""
    status_as_of: date
    """The day on which the registry was read."""
    last_update: date
    """The day on which the registry entry was last changed."""
    sites: tuple[Site, ...]
    criteria: tuple[Criterion, ...] = field(repr=False)
    notes: tuple[str, ...] = ()
    city: str = field(init=False, repr=False)
    """Cities of the sites, each once."""
    url: str = field(init=False, repr=False)
    """The registry's page on the trial."""

    def __post_init__(self) -> None:
        """Work out what every card says."""
        object.__setattr__(self, "city", ", ".join(dict.fromkeys(site.city for site in self.sites)))
        object.__setattr__(self, "url", f"https://clinicaltrials.gov/study/{self.id}")

    def criterion(self, id_: str) -> Criterion:
        """The criterion with this id. Raises KeyError."""
        for criterion in self.criteria:
            if criterion.id == id_:
                return criterion
        raise KeyError(id_)
