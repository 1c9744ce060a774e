"""What a case says, and how it is written.

    case("weighs 39.9 kg", WOMAN.lab("wt", 39.9), "NCT06513429 I3", "fail", 29)

`at`: one or more `TRIAL ID[,ID…]` joined by `;`, with a trial's short name (`META`, `KIDS`, `IM19`, `RELMA`, `CT1195`).
`owes`: `pass [basis]`, `fail [until DATE] [assumes stopped]` (plain `fail`: `until` is null; `until ?` leaves it open),
`unknown [reason]`, `review`, `never pass`; where no criterion is named, the verdict and its `eligible_from`.
The numbers behind are the decisions of the contract that the case would catch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .builder import Chart
from .parts import AS_OF

TRIALS = {
    "META": "NCT06711146",
    "KIDS": "NCT06222853",
    "IM19": "NCT06513429",
    "RELMA": "NCT05765006",
    "CT1195": "NCT07339332",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence of the contract on one chart."""

    says: str
    chart: Chart
    trial: str
    criterion: str
    owes: str
    decisions: tuple[int, ...]
    as_of: date
    missing: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.trial} {self.criterion}: {self.says}"


def case(
    says: str,
    chart: Chart,
    at: str,
    owes: str,
    *decisions: int,
    as_of: str | date = AS_OF,
    missing: tuple[str, ...] = (),
) -> list[Case]:
    """The cases of one sentence: one for every criterion that it names."""
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    out: list[Case] = []
    for part in at.split(";"):
        trial, _, ids = part.strip().partition(" ")
        out += [
            Case(says, chart, TRIALS[trial], name, owes, decisions, day, missing)
            for name in (ids or "verdict").split(",")
        ]
    return out


def collect(*groups: list[Case]) -> list[Case]:
    return [one for group in groups for one in group]


def problems(one: Case, answer: dict) -> list[str]:
    """What is wrong with the answer (the object of `evaluate --json`) for this case; empty when it is right."""
    trial = next(t for t in answer["trials"] if t["id"] == one.trial)
    word, *rest = one.owes.split()
    if one.criterion == "verdict":
        wrong = [] if trial["verdict"] == word else [f"verdict {trial['verdict']}, right {word}"]
        if rest and str(trial["eligible_from"]) != rest[0]:
            wrong.append(f"eligible_from {trial['eligible_from']}, right {rest[0]}")
        if word == "not-applicable" and trial["criteria"]:
            wrong.append("criteria listed, right none")
        return wrong
    found = next((c for c in trial["criteria"] if c["id"] == one.criterion), None)
    if found is None:
        return [f"criterion missing (verdict {trial['verdict']})"]
    said = f"{found['status']}/{found['basis'] or found['reason'] or found['until']}"
    if word == "never":
        return [f"{said}, right never {rest[0]}"] if found["status"] == rest[0] else []
    if found["status"] != word:
        return [f"{said}, right {one.owes}"]
    wrong = []
    if word == "pass" and rest and found["basis"] != rest[0]:
        wrong.append(f"basis {found['basis']}, right {rest[0]}")
    if word == "unknown":
        if rest and found["reason"] != rest[0]:
            wrong.append(f"reason {found['reason']}, right {rest[0]}")
        if found["basis"] is not None:
            wrong.append("an unknown has a basis")
        wrong += [f"missing lacks {name}" for name in one.missing if name not in found["missing"]]
    if word == "fail":
        until = rest[rest.index("until") + 1] if "until" in rest else "None"
        if until != "?" and str(found["until"]) != until:
            wrong.append(f"until {found['until']}, right {until}")
        assumes = "stopped" if "assumes" in rest else None
        if (until != "?" or assumes) and found["assumes"] != assumes:
            wrong.append(f"assumes {found['assumes']}, right {assumes}")
    return wrong
