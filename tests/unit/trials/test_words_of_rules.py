"""What a rule says of itself with and without its optional parts."""

import pytest

from ..results.making import rule


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (
            {"organ_involvement": {"findings": ["neuropsychiatric_sle"]}},
            "recorded and active, any of: neuropsychiatric sle",
        ),
        (
            {"organ_involvement": {"nephritis_classes": ["IV", "III"]}},
            "recorded and active, any of: lupus nephritis class III, IV (by code, stage or text)",
        ),
        (
            {"score": "sledai_2k", "at_least": 8},
            "SLEDAI-2K at least 8; without a recorded total a lower bound from the last 30 days may pass, "
            "and never fails",
        ),
        (
            {"steroid_dose": "systemic", "at_most": "30 mg/day"},
            "current glucocorticoid ≤ 30 mg/day prednisone-equivalent; none current: met",
        ),
        (
            {"each_treatment": "antimalarial", "begun": "12 weeks", "stable_more_than": "8 weeks"},
            "each current antimalarial was begun at least 12 weeks ago and is at a dose unchanged for more than "
            "8 weeks (none current: met)",
        ),
        (
            {"on_treatment": "antimalarial", "begun": "12 weeks"},
            "is being treated with antimalarial, begun at least 12 weeks ago",
        ),
    ],
)
def test_a_rule_says_what_it_asks_and_no_more(spec, words) -> None:
    assert rule(**spec).words() == words
