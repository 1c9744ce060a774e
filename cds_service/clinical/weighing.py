"""What one recorded finding weighs in an exclusion: fails, is for a clinician, passes (decisions 34, 45, 46)."""

import re
from typing import NamedTuple

from ..chart.facts import Diagnosis, Procedure

FAILS, JUDGEMENT, PASSES = "fails", "judgement", "passes"

GRADES: dict[str, dict[str | None, str]] = {
    "fails": {},
    "fails_unless_mild": {"mild": JUDGEMENT, "moderate": JUDGEMENT, "judgement": JUDGEMENT},
    "severe_fails": {None: JUDGEMENT, "mild": JUDGEMENT, "moderate": JUDGEMENT, "judgement": JUDGEMENT},
    "severe_fails_mild_passes": {None: JUDGEMENT, "mild": PASSES, "moderate": JUDGEMENT, "judgement": JUDGEMENT},
    "by_severity": {None: JUDGEMENT, "mild": PASSES, "moderate": PASSES, "judgement": JUDGEMENT},
    "acute_or_severe_fails": {None: JUDGEMENT, "mild": JUDGEMENT, "moderate": JUDGEMENT, "judgement": JUDGEMENT},
    "judgement": dict.fromkeys((None, "mild", "moderate", "severe", "judgement"), JUDGEMENT),
    "noted": dict.fromkeys((None, "mild", "moderate", "severe", "judgement"), PASSES),
}
"""Name of a grade → severity → what it weighs; a severity that is not named there fails."""

WORDS = {
    "fails": "{}",
    "fails_unless_mild": "{} (recorded as mild or moderate: for a clinician to judge)",
    "severe_fails": "{} if severe (otherwise for a clinician to judge)",
    "severe_fails_mild_passes": "{} if severe (mild passes, otherwise for a clinician to judge)",
    "by_severity": "{} if severe (mild or moderate passes, without severity for a clinician to judge)",
    "acute_or_severe_fails": "{} if said to be acute or severe (otherwise for a clinician to judge)",
    "judgement": "{} (for a clinician to judge)",
    "new": "new {} (for a clinician to judge)",
    "noted": "{} is noted and passes",
}

_ACUTE = re.compile(r"\bacute|severe|急性|重度|重症", re.IGNORECASE)
_DENIED = re.compile(r"(?:\bno|\bnot|\bnon|without|sub|非|无|不|亚)[\s-]*(?:an? )?$", re.IGNORECASE)


class Weight(NamedTuple):
    """What a finding weighs, and why."""

    weight: str
    note: str | None = None


_JUDGED = Weight(JUDGEMENT)


def weigh(fact: Diagnosis | Procedure, finding: str, grade: str) -> Weight:
    """Weigh a fact that speaks of `finding` under a grade of GRADES."""
    severity = fact.severity if isinstance(fact, Diagnosis) else None
    if grade == "judgement" and severity is None:
        return _JUDGED
    weight = GRADES[grade].get(severity, FAILS)
    if grade == "acute_or_severe_fails" and _says_acute(fact.text):
        weight = FAILS
    if weight == FAILS:
        if isinstance(fact, Diagnosis) and fact.doubtful:
            return Weight(JUDGEMENT, "the diagnosis is recorded as not confirmed")
        sure = fact.findings[finding]
        if sure == "wide" and grade != "severe_fails":  # there severity decides what the code leaves open (decision 46)
            return Weight(JUDGEMENT, "the code may hold this finding without naming it")
        if sure == "word":
            return Weight(JUDGEMENT, "only the text names this finding")
    if weight == JUDGEMENT:
        return Weight(JUDGEMENT, f"severity: {severity}" if severity else None)
    if weight == PASSES and severity:
        return Weight(PASSES, f"recorded as {severity}")
    return Weight(weight)


def _says_acute(text: str) -> bool:
    """Whether a text calls something acute or severe, and does not deny it (`not acute`, `subacute`, 非重度)."""
    return any(not _DENIED.search(text[: m.start()]) for m in _ACUTE.finditer(text))
