"""Observation → results. The head decides by code (else by a text that names a score or grade); values stay raw.

criteria.md section 2 "Observation values", decisions 1, 6, 10, 19, 33, 36.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from ...chart.facts import Reading, Result
from ...kernel.dates import DateSpan, parse_date, parse_moment
from ...kernel.errors import Unreadable
from ..bundle import Place, Whole, each_of
from ..context import Context
from ..heads import concept_of
from .measurand import Known, Named, meaning, meanings, name_of, recognise, spelled
from .observed import NONE, ObservationHead, written
from .plainly import plain_reading
from .values import component_reading, lenient_reading, opened

MOST_PARTS = 100
"""Components of one Observation that matter: panels have a few dozen. Each one is held against every rule."""
_FINAL = {"final", "amended", "corrected"}
_PRELIMINARY = {"preliminary", "registered"}


class _Part(msgspec.Struct, gc=False):
    """Observation.component, as far as relevance needs it."""

    code: msgspec.Raw = NONE


_parts = msgspec.json.Decoder(list[_Part] | None)


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
    results = [Result(ctx.reference, known.concept, known.code, known.method, day, moment, when, preliminary,
                      _Whole(place.whole, ctx), head, place.number)] if known is not None else []  # fmt: skip
    source = _Parts(place, ctx)
    for index, found in parts:
        results.append(Result(ctx.reference, found.concept, found.code, found.method, day, moment, when, preliminary,
                              source, head, index))  # fmt: skip
    for result in results:
        ctx.results.setdefault(result.concept, []).append(result)


HEADS = {ObservationHead: read}


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
    source, as_of, results = _Whole(whole, ctx), ctx.as_of, ctx.results
    dates: list[str] = []
    days: dict[str, tuple[DateSpan, datetime | None, bool]] = {}
    means = meanings(each_of([head.code for head in heads]), ctx.terminology)
    # A loop of thousands: what an Observation that nobody asks for costs here is four attributes and a comparison each.
    for index, head, known in zip(indexes, heads, means, strict=True):
        when = head.effectiveDateTime
        status = head.status
        if (
            (status != "final" and status not in _FINAL)
            or not when
            or head.component is not NONE
            or (ours and not ours(head))
        ):
            otherwise(head, index)
        elif known is None:
            dates.append(when)
        elif not head.id or isinstance(known, str):
            otherwise(head, index)
        elif (reference := "Observation/" + head.id) not in seen:
            seen.add(reference)
            placed = days.get(when)
            if placed is None:
                try:
                    day = parse_date(when)
                except Unreadable as error:
                    ctx.skip(reference, str(error))
                    continue
                days[when] = placed = (day, parse_moment(when), day.first > as_of)
            day, moment, future = placed
            if future:
                continue
            dates.append(when)
            if isinstance(known, Named):
                known = spelled(known, head.code)
            concept = known.concept
            result = Result(
                reference, concept, known.code, known.method, day, moment, when, False, source, head, index
            )
            if concept in results:
                results[concept].append(result)
            else:
                results[concept] = [result]
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


class _Whole:
    """What the Observations of one Bundle say, read when a rule first asks (`chart.facts.Source`)."""

    __slots__ = ("_as_of", "_patient", "_terminology", "_whole")

    def __init__(self, whole: Whole, ctx: Context) -> None:
        self._whole = whole
        self._terminology, self._patient, self._as_of = ctx.terminology, ctx.patient, ctx.as_of

    def reading(self, head: ObservationHead, number: int, concept: str) -> Reading:
        """The reading of the value of the Observation in an entry: straight from its head where it is a common one."""
        return plain_reading(head, self._terminology) or lenient_reading(
            self._whole.resource(number), concept, self._terminology, self._patient, self._as_of
        )

    def name(self, head: ObservationHead, number: int) -> str:
        """What a person reads of its code."""
        return name_of(head.code)


class _Parts:
    """What the components of one Observation say; it is decoded once: each by itself would take quadratic time."""

    __slots__ = ("_as_of", "_patient", "_place", "_resource", "_terminology")

    def __init__(self, place: Place, ctx: Context) -> None:
        self._place = place
        self._resource: dict[str, Any] | None = None
        self._terminology, self._patient, self._as_of = ctx.terminology, ctx.patient, ctx.as_of

    def reading(self, head: ObservationHead, number: int, concept: str) -> Reading:
        """The reading of the value of one component."""
        if self._resource is None:
            self._resource = opened(self._place.raw())
        return component_reading(self._resource, number, concept, self._terminology, self._patient, self._as_of)

    def name(self, head: ObservationHead, number: int) -> str:
        """What a person reads of the component's code."""
        return name_of(_parts.decode(head.component)[number].code)
