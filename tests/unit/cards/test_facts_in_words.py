"""How the card says what was recorded: the end of an illness, a test at odds with its flag."""

from datetime import date

from cds_service.cards import cards_for
from cds_service.kernel.answers import Basis, Evidence, Reason, failed, unknown

from .making import assessed, criterion, screening, trial

IM19 = trial()
WUHAN = trial("NCT07339332", "CT1195E", "Wuhan")
META = trial("NCT06711146", "Meta10-19", "Hangzhou")


def test_a_waiting_trial_says_until_when_an_illness_lasted() -> None:
    early = Evidence("Condition/a", "pneumonia", None, "2026-09-20/2026-10-01", None,
                     "none within 1 month", "not_within")  # fmt: skip
    late = Evidence("Condition/b", "macrophage activation syndrome", None, "2026-09-01/2026-10-29", None,
                    "none within 1 month", "not_within")  # fmt: skip
    answer = failed(Basis.RECORDED, (early, late), until=date(2026, 11, 29))
    later = assessed(META, [(criterion("E10a", "macrophage activation"), answer)], "not-yet", date(2026, 11, 29))
    detail = cards_for(screening(assessed(IM19), later))[0]["detail"]
    assert "from 29 Nov 2026: macrophage activation syndrome (until 29 Oct 2026)." in detail


def test_a_test_that_contradicts_its_flag_is_said_to_on_the_card() -> None:
    hcg = Evidence("Observation/h", "Negative", None, "2026-10-22", None, "negative", "no_pregnancy", None,
                   "the value and its flag disagree")  # fmt: skip
    answer = unknown(Reason.INCOMPARABLE, ("hcg_serum",), (hcg,))
    point = (criterion("I5", "pregnancy test", "laboratory"), answer)
    detail = cards_for(screening(assessed(WUHAN, [point])))[0]["detail"]
    assert "Negative (22 Oct 2026): the value and its flag disagree." in detail
