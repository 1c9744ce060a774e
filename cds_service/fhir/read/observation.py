"""Observation → results. The head decides by code (else by a text that names a score or grade); values stay raw.

criteria.md section 2 "Observation values", decisions 1, 6, 10, 19, 33, 36.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from ...chart.facts import Patient, Reading, Result
from ...kernel.answers import new
from ...kernel.dates import DateSpan, parse_date, parse_moment
from ...kernel.errors import Unreadable
from ...terminology import Terminology
from ..bundle import Place, Whole, each_of
from ..context import Context
from ..heads import concept_of
from .measurand import Known, meaning, meanings, name_of, recognise
from .observed import NONE, ObservationHead, written
from .values import component_reading, observation_reading, opened

HEADS = (ObservationHead,)

MOST_PARTS = 100
"""Components of one Observation that matter: panels have a few dozen. Each one is held against every rule."""
_FINAL = {"final", "amended", "corrected"}
_PRELIMINARY = {"preliminary", "registered"}


class _Part(msgspec.Struct):
    """Observation.component, as far as relevance needs it."""

    code: msgspec.Raw = NONE


_parts = msgspec.json.Decoder(list[_Part] | None)
_code = attrgetter("code")


def read(head: ObservationHead, place: Place, ctx: Context) -> None:
    """Put the results of one Observation into the context: one for its code, one for each component that is known.

    Raises Unreadable for an Observation that matters and has no date, or codes that name different tests.
    """
    known = meaning(head.code, ctx.terminology)
    when = written(head)
    parts: list[tuple[int, Known]] = []
    if head.component is not NONE:
        parts = [
            (index, found)
            for index, part in enumerate(_parts.decode(head.component) or ())
            if (found := meaning(part.code, ctx.terminology)) is not None
        ]
    if known is None and not parts:
        ctx.mark(when)
        return
    if not when:
        raise Unreadable("a result that is asked for has no date: it cannot be placed in time")
    day = parse_date(when)
    ctx.dated(day)
    if day.first > ctx.as_of:
        return
    preliminary = head.status not in _FINAL
    if preliminary and head.status not in _PRELIMINARY:
        raise Unreadable("a result that is asked for has a status that is neither final nor preliminary")
    if len(parts) > MOST_PARTS:
        raise Unreadable(f"a result that is asked for has more than {MOST_PARTS} components")
    moment = parse_moment(when)
    shared = _Shared(place.whole, ctx.terminology, ctx.patient, ctx.as_of)
    if known is not None:
        said = _Said(head, place.number, known.concept, shared)
        _add(ctx, ctx.reference, known, said, day, moment, when, preliminary)
    once = _Opened(place)
    for index, found in parts:
        part = _PartSaid(head, once, found.concept, shared, index)
        _add(ctx, ctx.reference, found, part, day, moment, when, preliminary)


def read_all(
    heads: list[ObservationHead],
    indexes: Sequence[int],
    whole: Whole,
    ctx: Context,
    *,
    ours: Callable[[ObservationHead], bool] | None,
    seen: set[str],
    otherwise: Callable[[ObservationHead, int], None],
) -> None:
    """Take the Observations of one Bundle (and their places in it) at once: as `read`, with less ado.

    `ours`: whether it is surely about this patient (None: all are); `seen`: references that came before; `otherwise`
    takes, with its index, each that is not a common one.
    """
    codes = each_of(list(map(_code, heads)))
    shared = new(_Shared, (whole, ctx.terminology, ctx.patient, ctx.as_of))
    as_of, dates = ctx.as_of, []
    days: dict[str, tuple[DateSpan, datetime | None]] = {}
    for index, head, known in zip(indexes, heads, meanings(codes, ctx.terminology), strict=True):
        when = head.effectiveDateTime
        if head.status not in _FINAL or not when or head.component is not NONE or (ours and not ours(head)):
            otherwise(head, index)
        elif known is None:
            dates.append(when)
        elif known.__class__ is not Known or not head.id:
            otherwise(head, index)
        elif (reference := "Observation/" + head.id) not in seen:
            seen.add(reference)
            if when not in days:
                try:
                    days[when] = parse_date(when), parse_moment(when)
                except Unreadable as error:
                    ctx.skip(reference, str(error))
                    continue
            day, moment = days[when]
            if day.first <= as_of:
                dates.append(when)
                said = new(_Said, (head, index, known.concept, shared))
                _add(ctx, reference, known, said, day, moment, when, False)
    ctx.mark_all(dates)


def matters(resource: dict[str, Any], ctx: Context) -> bool:
    """Whether an Observation whose head cannot be read is of a code that is asked for."""
    parts = resource.get("component")
    codes = [resource.get("code"), *(p.get("code") for p in parts if isinstance(p, dict))] if isinstance(
        parts, list
    ) else [resource.get("code")]
    for code in codes:
        try:
            if recognise(concept_of(code), ctx.terminology) is not None:
                return True
        except Unreadable:
            return True
    return False


class _Shared(NamedTuple):
    """What the Observations of one Bundle have in common."""

    whole: Whole
    terminology: Terminology
    patient: Patient
    as_of: date


class _Said(NamedTuple):
    """What an Observation says, read when a rule first asks."""

    head: ObservationHead
    number: int
    concept: str
    shared: _Shared

    def reading(self) -> Reading:
        """The reading of its value."""
        whole, terminology, patient, as_of = self.shared
        return observation_reading(self.head, Place(whole, self.number), self.concept, terminology, patient, as_of)

    def name(self) -> str:
        """What a person reads of its code."""
        return name_of(self.head.code)


class _Opened:
    """One Observation, decoded once for all its components: each by itself would take quadratic time."""

    __slots__ = ("_place", "_resource")

    def __init__(self, place: Place) -> None:
        self._place = place
        self._resource: dict[str, Any] | None = None

    def resource(self) -> dict[str, Any]:
        """As `values.opened`."""
        if self._resource is None:
            self._resource = opened(self._place.raw())
        return self._resource


class _PartSaid(NamedTuple):
    """What a component of an Observation says."""

    head: ObservationHead
    once: _Opened
    concept: str
    shared: _Shared
    part: int

    def reading(self) -> Reading:
        """The reading of the component's value."""
        _, terminology, patient, as_of = self.shared
        return component_reading(self.once.resource(), self.part, self.concept, terminology, patient, as_of)

    def name(self) -> str:
        """What a person reads of the component's code."""
        return name_of(_parts.decode(self.head.component)[self.part].code)


def _add(
    ctx: Context, reference: str, known: Known, said: _Said | _PartSaid, day: DateSpan, moment: datetime | None,
    when: str, preliminary: bool,
) -> None:  # fmt: skip
    concept = known.concept
    result = Result(
        reference, concept, known.code, known.method, day, moment, when, preliminary, said.reading, said.name
    )
    results = ctx.results.get(concept)
    if results is None:
        ctx.results[concept] = [result]
    else:
        results.append(result)
