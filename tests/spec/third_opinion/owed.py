"""What a case owes, in a few words, and where the service says something else.

    "fail 2026-11-25 stopped"     the status, then basis (pass), reason (unknown) or until and assumes (fail)
    "unknown"                     only the status
    "not pass", "not fail"        the contract leaves the rest open
    "unknown | fail"              the contract allows either
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cds_service.screening.patient import evaluate_bundle

from ..second_opinion import shapes
from ..second_opinion.shapes import TRIALS, Json
from .invariants import broken


@dataclass(frozen=True)
class Case(shapes.Case):
    """One chart and what it owes; keys are a trial's letter and a criterion, or `verdict`, `from`."""

    def answer(self) -> Json:
        return evaluate_bundle(self.bundle(), self.as_of)

    def problems(self) -> list[str]:
        """Where the service says something else, and what no answer may be."""
        answer = self.answer()
        trials = {t["id"]: t for t in answer["trials"]}
        found = list(broken(answer))
        for at, owed in self.owes.items():
            letter, _, name = at.partition(".")
            said = said_of(trials[TRIALS[letter]], name)
            if not meets(said, owed):
                found.append(f"{at} owes {owed!r} and says {said!r}")
        return found


def meets(said: str, owed: str) -> bool:
    """Whether an answer is one of those that are owed."""
    return any(_meets(said.split(), one.split()) for one in owed.split("|"))


def _meets(said: list[str], owed: list[str]) -> bool:
    if owed[0] == "not":
        return said[0] != owed[1]
    if len(owed) == 2 and owed[0] == "fail" and len(said) == 3:
        return False  # "assumes: stopped" is part of the answer
    return said[: len(owed)] == owed


def said_of(trial: Json, name: str) -> str:
    """An answer in the words of a case."""
    if name in ("verdict", "from"):
        return str(trial["verdict" if name == "verdict" else "eligible_from"])
    answer: Any = next((c for c in trial["criteria"] if c["id"] == name), None)
    if answer is None:
        return f"{trial['verdict']}, no criteria"
    second = {"pass": answer["basis"], "unknown": answer["reason"], "fail": answer["until"]}.get(answer["status"])
    return " ".join(map(str, [answer["status"], second, *([answer["assumes"]] if answer["assumes"] else [])]))


class Table(list[Case]):
    """A list of cases that is written by calling it."""

    def __call__(self, says: str, resources: list[Json], owes: dict[str, str], **more: Any) -> None:
        self.append(Case(says, resources, owes, **more))
