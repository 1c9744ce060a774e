"""An evaluation for people: by trial, the verdict first, then what is against, to check, to judge, and met."""

import textwrap

from ..eligibility import Assessment
from ..kernel.answers import Answer, Basis, Evidence, Reason, Status
from ..screening import Screening
from ..trials import Criterion

_WIDTH = 116
_VERDICTS = {
    "likely": "nothing against and nothing to check",
    "possible": "nothing against; points to check",
    "not-yet": "only time is against",
    "ineligible": "something is against for good",
    "not-applicable": "no systemic lupus on the chart",
}


def evaluation(screening: Screening) -> str:
    """The whole text."""
    lines = [f"{screening.patient} as of {screening.as_of.isoformat()}"]
    for assessment in screening.assessments:
        lines += ["", *_trial(assessment)]
    if screening.skipped:
        lines += ["", "Could not be used:"]
        lines += [_wrapped(f"{reference}: {problem}", 2) for reference, problem in screening.skipped]
    for note in screening.chart.notes:
        lines += ["", _wrapped(f"Note: {note}", 0)]
    return "\n".join(lines)


def _trial(assessment: Assessment) -> list[str]:
    trial = assessment.trial
    since = f", not confirmed since {trial.last_update.isoformat()}" if trial.status == "unknown" else ""
    lines = [
        f"{trial.id}  {trial.name}, {trial.product}, {trial.city}. "
        f"Recruitment: {trial.status} (registry, {trial.status_as_of.isoformat()}{since})",
        f"  {assessment.verdict.upper()}: {_VERDICTS[assessment.verdict]}"
        + (f"; may fit from {assessment.eligible_from.isoformat()}" if assessment.eligible_from else ""),
    ]
    groups: dict[str, list[tuple[Criterion, Answer]]] = {
        "Against": [], "To check": [], "For you to judge": [], "Met": []
    }  # fmt: skip
    for criterion, answer in assessment.criteria:
        groups[_group(answer)].append((criterion, answer))
    for name, members in groups.items():
        if members:
            lines.append(f"  {name} ({len(members)})")
            lines += [_criterion(c, a) for c, a in members]
    lines += [_wrapped(f"Note: {note}", 2) for note in assessment.notes]
    return lines


def _group(answer: Answer) -> str:
    if answer.status is Status.FAIL:
        return "Against"
    if answer.status is Status.PASS:
        return "Met"
    return "For you to judge" if answer.status is Status.REVIEW or answer.reason is Reason.JUDGEMENT else "To check"


def _criterion(criterion: Criterion, answer: Answer) -> str:
    text = f"{criterion.id:<5}{criterion.says}"
    said = []
    if answer.until:
        said.append(f"until {answer.until.isoformat()}")
    if answer.assumes:
        said.append(f"assuming it is {answer.assumes} today")
    if answer.reason:
        said.append(answer.reason.value)
    if answer.basis is Basis.NOT_RECORDED:
        said.append("nothing recorded")
    if answer.missing:
        said.append(f"missing: {', '.join(m.replace('_', ' ') for m in answer.missing)}")
    if said:
        text += f" [{'; '.join(said)}]"
    lines = [_wrapped(text, 4, 9)]
    lines += [_wrapped(_evidence(e), 9) for e in answer.evidence]
    lines += [_wrapped(f"note: {n}", 9) for n in answer.notes]
    return "\n".join(lines)


def _evidence(evidence: Evidence) -> str:
    value = " ".join(p for p in (evidence.value, evidence.unit) if p)
    parts = [p for p in (value, evidence.date) if p]
    if evidence.normalised and evidence.normalised != value:
        parts.append(f"= {evidence.normalised}")
    if evidence.threshold:
        parts.append(f"against {evidence.threshold}")
    parts += [p for p in (evidence.basis, evidence.note, evidence.reference) if p]
    return f"· {', '.join(parts)}"


def _wrapped(text: str, indent: int, hanging: int | None = None) -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2 if hanging is None else hanging)
    )
