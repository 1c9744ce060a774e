"""Why a clinician may dismiss a trial card: HL7's non-adherence reasons, in words that fit trials.

Codes: `cds_hooks/override-reasons/CodeSystem-non-adherence-reason-codes.json` beside the project (a test holds them
against it). The choice is that of the CDS Hooks checklist, section 4, with `action-completed`: a patient who was
referred already is the commonest good reason.
"""

from typing import NamedTuple

SYSTEM = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"


class OverrideReason(NamedTuple):
    """One reason, and what it means for showing the card again."""

    code: str
    display: str
    days: int | None
    """How long the card stays away while nothing changed; None: `CDS_SNOOZE_DAYS`."""
    whole_team: bool
    """Whether the reason speaks of the patient, so that colleagues of the same user class are spared the card too.
    Otherwise it speaks of the reader or the moment, and holds for this reader alone."""


REASONS = (
    OverrideReason("patient-ineligible", "Does not meet the trial's criteria", None, True),
    OverrideReason("patient-refuses", "Patient does not want to take part in a trial", 180, True),
    OverrideReason("prefers-alternative", "Patient prefers another treatment", None, True),
    OverrideReason("risk-benefit-ratio", "The risk outweighs the benefit for this patient", None, True),
    OverrideReason("action-completed", "Already referred to the study team, or in a trial", 180, True),
    OverrideReason("service-not-available", "No trial site that the patient can reach", None, True),
    OverrideReason("need-more-info", "Waiting for results or advice", 14, False),
    OverrideReason("wrong-time-workflow", "Not now", 1, False),
    OverrideReason("inappropriate-recipient", "Not for me to decide", None, False),
    OverrideReason("policy-contradicts", "Against a policy of this institution", None, False),
)
BY_CODE = {reason.code: reason for reason in REASONS}
CODINGS = [{"code": r.code, "system": SYSTEM, "display": r.display} for r in REASONS]
"""As `overrideReasons` of a card. Made once and the same for every card: do not change it."""


def days_away(
    code: str | None, system: str | None, default: int, own: dict[str, int] | None = None
) -> tuple[int, bool]:
    """(days that a dismissed card stays away, whether for the whole team), for a reason as it was reported.

    `default`: `CDS_SNOOZE_DAYS` or the client's own; 0 shows every card again at once, whatever the reason. `own`: the
    client's days by code. No reason, or one of the client's making, is taken to speak of the reader alone.
    """
    if default <= 0:
        return 0, False
    known = BY_CODE.get(code or "") if system in (SYSTEM, None) else None
    if known is None:
        return default, False
    days = (own or {}).get(known.code, known.days)
    return (default if days is None else days), known.whole_team
