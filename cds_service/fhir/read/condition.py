"""Condition → Diagnosis (criteria.md section 2 "Conditions"; decisions 12, 19, 33, 34, 52).

Irrelevant Conditions cost two dict look-ups; only what our findings know, or (without a code) a word of one, is kept.
"""

from datetime import date, timedelta
from typing import Any, ClassVar

import msgspec

from ...chart.facts import Diagnosis
from ...kernel.answers import new
from ...kernel.dates import DateSpan, birthday, parse_date, shift
from ...kernel.errors import Unreadable
from ...terminology import Terminology
from ..bundle import Place
from ..context import Context, decode
from ..heads import Concept, Period, concept_of, said_by
from .finding import matches_of, meaning_of, unasked, words_of
from .pieces import NONE, NULL

__all__ = ["CODE", "Head", "date_of", "glance", "matters", "period_of", "read", "unasked"]

CODE = "code"
_REFUSED = frozenset(("refuted", "entered-in-error"))
_DOUBTFUL = frozenset(("unconfirmed", "provisional", "differential"))
_ACTIVE = frozenset(("active", "recurrence", "relapse"))
_INACTIVE = frozenset(("inactive", "remission", "resolved"))
_YEARS = frozenset(("a", "year", "years", "yr", "岁"))
_MONTHS = frozenset(("mo", "month", "months", "月"))
_concepts = msgspec.json.Decoder(Concept | None)


class Head(msgspec.Struct, tag_field="resourceType", tag="Condition", gc=False):
    """The elements of a Condition that are read. Code, subject and statuses stay raw: they are understood by bytes."""

    status: ClassVar[None] = None
    id: str | None = None
    meta: msgspec.Raw = NULL
    clinicalStatus: msgspec.Raw = NULL
    verificationStatus: msgspec.Raw = NULL
    code: msgspec.Raw = NULL
    subject: msgspec.Raw = NULL
    onsetDateTime: str | None = None
    recordedDate: str | None = None
    severity: Concept | None = None
    onsetPeriod: Period | None = None
    onsetAge: msgspec.Raw = NONE
    onsetRange: msgspec.Raw = NONE
    abatementDateTime: str | None = None
    abatementPeriod: Period | None = None
    abatementAge: msgspec.Raw = NONE
    abatementRange: msgspec.Raw = NONE
    abatementString: str | None = None
    stage: msgspec.Raw = NONE
    note: msgspec.Raw = NONE


def glance(heads: list[Head], ctx: Context) -> list[str | None]:
    """The dates of Conditions that nobody asks for, as `Known.glance`."""
    today, known = ctx.today, _statuses
    days: set[str | None] = {None, ""}
    dates: list[str | None] = []
    verified = clinical = None  # as the last one that was as it should be says it: most say the same
    for head in heads:
        recorded = head.recordedDate
        # Both statuses known, a date that was seen before and no onset to come: nothing is left to look at.
        if (
            recorded in days
            and (
                head.verificationStatus == verified
                or known.get(hash(bytes(head.verificationStatus)), "refuted") not in _REFUSED
            )
            and (head.clinicalStatus == clinical or hash(bytes(head.clinicalStatus)) in known)
            and (not head.onsetDateTime or head.onsetDateTime <= today)
        ):
            verified, clinical = head.verificationStatus, head.clinicalStatus
            dates.append(recorded or "")
        else:
            date = _glanced(head, ctx)
            if date:
                days.add(date)
            dates.append(date)
    return dates


def _glanced(head: Head, ctx: Context) -> str | None:
    """As `glance`, of one."""
    try:
        _status(head.clinicalStatus)
        if _status(head.verificationStatus) in _REFUSED:
            return ""
        if head.recordedDate:
            parse_date(head.recordedDate)
    except (msgspec.MsgspecError, RecursionError, Unreadable):
        return None  # it will be read, and reported
    if head.onsetDateTime and head.onsetDateTime > ctx.today:
        return None  # perhaps it lies in the future
    return head.recordedDate or ""


def read(head: Head, place: Place, ctx: Context) -> None:
    """Put a Diagnosis into the context where the Condition speaks of a finding that some criterion may ask for."""
    verification = _status(head.verificationStatus)
    clinical = _status(head.clinicalStatus)
    meaning = meaning_of(bytes(head.code), ctx.terminology)
    if verification in _REFUSED:
        return
    as_of = ctx.as_of
    recorded = date_of(head.recordedDate, ctx) if head.recordedDate else None
    if not meaning.findings:
        onset = date_of(head.onsetDateTime, ctx, report=False)
        if not ctx.future(onset or recorded):
            ctx.dated(recorded)
        return
    onset = date_of(head.onsetDateTime, ctx) or _elsewhere(head.onsetPeriod, head.onsetAge, head.onsetRange, ctx)
    began = onset or recorded
    if began is not None and began.first > as_of:
        return
    ctx.dated(recorded)
    abatement, still, ended = None, False, False
    if (
        head.abatementDateTime or head.abatementPeriod or head.abatementAge or head.abatementRange
        or head.abatementString
    ):  # fmt: skip
        abatement = date_of(head.abatementDateTime, ctx)
        abatement = abatement or _elsewhere(head.abatementPeriod, head.abatementAge, head.abatementRange, ctx)
        still = abatement is not None and abatement.first > as_of
        ended = not still and bool(abatement or head.abatementString or head.abatementDateTime or head.abatementAge)
    stages: tuple[str, ...] = ()
    if head.stage or head.note:
        stages, more = _stages(head, ctx.terminology)
        meaning = meaning.with_more(more)
    past = meaning.past
    ctx.diagnoses.append(new(Diagnosis, (
        ctx.reference,
        meaning.findings.copy(),
        bool(past) and len(past) == len(meaning.findings),
        meaning.blames_lupus,
        clinical in _ACTIVE or (clinical not in _INACTIVE and not ended) or still,
        clinical,
        verification in _DOUBTFUL,
        onset if onset is None or onset.first == onset.last else _not_after(onset, recorded),
        None if still else abatement,
        ended,
        recorded,
        None if head.severity is None else _severity(head.severity, ctx.terminology),
        said_by(head.code),
        meaning.spelled,
        stages,
        past,
    )))  # fmt: skip


def matters(resource: dict[str, Any], ctx: Context) -> bool:
    """Whether a Condition that could not be decoded speaks of a finding that is read."""
    if _said_by(concept_of(resource.get("verificationStatus"))) in _REFUSED:
        return False
    code = concept_of(resource.get("code"))
    matches, _, has_icd = matches_of(code, ctx.terminology)
    return bool(matches) or bool(words_of(code, has_icd, ctx.terminology))


def date_of(text: str | None, ctx: Context, *, report: bool = True) -> DateSpan | None:
    """A date element as a span. One that is no date is reported and left out: the rest of the resource still counts."""
    if not text:
        return None
    try:
        return parse_date(text)
    except Unreadable as error:
        if report:
            ctx.skip(ctx.reference, f"{error}; that date was left out")
        return None


def period_of(period: Period | None, ctx: Context) -> DateSpan | None:
    """A Period inside which something lies; an open one counts from its known bound."""
    if period is None:
        return None
    start, end = date_of(period.start, ctx), date_of(period.end, ctx)
    if start is None or end is None:
        return start or end
    return DateSpan(start.first, max(start.last, end.last))


_CLOSED = _REFUSED | _DOUBTFUL | _ACTIVE | _INACTIVE | {"confirmed"}
_MOST = 20_000
_statuses: dict[int, str | None] = {hash(b"null"): None}


def _status(raw: msgspec.Raw) -> str | None:
    """The code of a raw status; the same bytes are read once. Raises msgspec.MsgspecError for what is no concept."""
    key = bytes(raw)
    said = _statuses.get(hash(key), "")
    if said == "":
        said = _said_by(_concepts.decode(key))
        if said in _CLOSED and len(_statuses) < _MOST:  # nothing that a person wrote is kept
            _statuses[hash(key)] = said
    return said


def _said_by(concept: Concept | None) -> str | None:
    if concept is None:
        return None
    for coding in concept.coding:
        if coding.code:
            return coding.code.strip().lower()
    return concept.text.strip().lower() if concept.text else None


def _severity(concept: Concept, terminology: Terminology) -> str | None:
    """`mild`, `moderate`, `severe` or `judgement`. An unknown word is for a clinician."""
    for coding in concept.coding:
        if coding.code and (found := terminology.severity(terminology.system(coding.system or ""), coding.code)):
            return found
    for text in concept.texts():
        if found := terminology.severity_text(text):
            return found
    return None


def _stages(head: Head, terminology: Terminology) -> tuple[tuple[str, ...], list[Any]]:
    """Texts of stages and notes, and the finding matches of coded stages (decision 33)."""
    texts: list[str] = []
    matches: list[Any] = []
    for item in _items(head.stage):
        for part in ("summary", "type"):
            concept = concept_of(item.get(part))
            texts.extend(concept.texts())
            matches.extend(matches_of(concept, terminology)[0])
    texts.extend(text for item in _items(head.note) if isinstance(text := item.get("text"), str))
    return tuple(dict.fromkeys(texts)), matches


def _items(raw: msgspec.Raw) -> list[dict[str, Any]]:
    if not raw:
        return []
    value: Any = msgspec.json.decode(raw)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _elsewhere(period: Period | None, age: msgspec.Raw, span: msgspec.Raw, ctx: Context) -> DateSpan | None:
    """onset[x] or abatement[x] that is no moment as a span of days; texts are no date."""
    found = period_of(period, ctx)
    if found is None and (age or span):
        bounds = decode(age) if age else decode(span)
        low = bounds if age else bounds.get("low")
        high = bounds if age else bounds.get("high")
        first, last = _at_age(low, ctx.patient.born), _at_age(high, ctx.patient.born)
        found = DateSpan(first.first, last.last) if first and last and first.first <= last.last else None
    return found


def _at_age(age: Any, born: DateSpan | None) -> DateSpan | None:
    """The year (or month) of life that an age in completed years (or months) names."""
    if born is None or not isinstance(age, dict) or age.get("comparator"):
        return None
    value, unit = age.get("value"), str(age.get("code") or age.get("unit") or "").lower()
    if value is None or isinstance(value, (bool, str)) or value < 0 or value > 150 * 12:
        return None
    whole = int(value)
    if unit in _YEARS:
        first: date = birthday(born.first, whole)
        return DateSpan(first, birthday(born.last, whole + 1) - timedelta(1))
    if unit in _MONTHS:
        return DateSpan(shift(born.first, whole), shift(born.last, whole + 1) - timedelta(1))
    return None


def _not_after(onset: DateSpan, recorded: DateSpan | None) -> DateSpan:
    """A partial onset ended at the latest when it was recorded."""
    if recorded is None or not onset.first <= recorded.last < onset.last:
        return onset
    return DateSpan(onset.first, recorded.last)
