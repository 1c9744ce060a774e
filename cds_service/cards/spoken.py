"""What cards say of a trial whoever the patient is: worked out once a trial."""

from functools import lru_cache
from typing import NamedTuple

from ..trials import Trial
from .choose import UNCONFIRMED
from .text import day_words


class Spoken(NamedTuple):
    """One trial in words of ours."""

    names: tuple[str, str, str]
    """In a summary, from long to short: with its city, with what is to be said of recruitment, alone."""
    head: str
    """The first line of its block."""
    link: dict[str, str]
    """To the registry."""


@lru_cache(maxsize=64)
def spoken(trial: Trial) -> Spoken:
    """The words for this trial (a trial is known by its identity, so that this is a look-up)."""
    unconfirmed = trial.status == UNCONFIRMED
    name = trial.name
    what = f"{name}, {trial.product}" if trial.product else name
    return Spoken(
        (
            f"{name} ({trial.city}{', unconfirmed' if unconfirmed else ''})",
            f"{name}{' (unconfirmed)' if unconfirmed else ''}",
            name,
        ),
        f"**{what}** · {trial.id} · {trial.city} · {_recruitment(trial)}  ",
        {"label": f"{name} in the registry ({trial.id})", "url": trial.url, "type": "absolute"},
    )


def _recruitment(trial: Trial) -> str:
    """Recruitment status with its date, always."""
    read = f"(registry, {day_words(trial.status_as_of)})"
    if trial.status == UNCONFIRMED:
        return f"recruitment not confirmed since {day_words(trial.last_update)} {read}"
    return f"{trial.status.replace('-', ' ')} {read}"
