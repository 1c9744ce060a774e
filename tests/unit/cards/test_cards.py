"""The card: which trials, in which order, in which words, how long."""

import re
import uuid
from datetime import date
from decimal import Decimal

import pytest

from cds_service.cards import Layout, cards_for, unread_card
from cds_service.chart import Kind
from cds_service.kernel.answers import Basis, Evidence, Reason, failed, unknown
from cds_service.trials import Trial

from .making import CONSENT, MET, SILENT, assessed, criterion, extension, missing, screening, trial, waiting

IM19 = trial()
WUHAN = trial("NCT07339332", "CT1195E", "Wuhan")
OLD = trial("NCT05765006", "relma-cel", "Shanghai", "unknown")
CLOSED = trial("NCT06222853", "anti-CD19 CAR-T", "Hangzhou", "active-not-recruiting")
META = trial("NCT06711146", "Meta10-19", "Hangzhou")
SLEDAI = criterion("I6", "SLEDAI-2K ≥ 10", "question")
LVEF = criterion("I11i", "LVEF ≥ 50 %", "imaging")
CD4 = criterion("E12b", "CD4 count", "laboratory")


def test_one_card_speaks_for_every_trial_that_fits() -> None:
    (card,) = cards_for(screening(assessed(IM19), assessed(WUHAN)))
    assert card["summary"] == (
        "May fit 2 lupus CAR-T trials: IM19 (Beijing) and CT1195E (Wuhan). Nothing against; 2 points for you to judge."
    )
    assert [link["url"] for link in card["links"]] == [IM19.url, WUHAN.url]
    assert card["indicator"] == "info"
    assert card["source"]["topic"]["code"] == "sle-cart-trials"
    uuid.UUID(card["uuid"])


def test_two_calls_for_one_patient_give_cards_with_different_uuids() -> None:
    seen = screening(assessed(IM19))
    assert cards_for(seen)[0]["uuid"] != cards_for(seen)[0]["uuid"]


def test_the_uuid_of_a_card_is_a_random_one_in_its_usual_form() -> None:
    seen = screening(assessed(IM19))
    written = [cards_for(seen)[0]["uuid"] for _ in range(200)]
    made = [uuid.UUID(text) for text in written]
    assert {(u.version, u.variant) for u in made} == {(4, uuid.RFC_4122)}
    assert [str(u) for u in made] == written
    assert len({text[place] for text in written for place in (0, 15, 35)}) == 16


def test_nothing_fits_no_card() -> None:
    against = assessed(IM19, [(criterion("E5", "transplant"), failed(Basis.RECORDED))], "ineligible")
    assert cards_for(screening(against)) == []


def test_a_trial_whose_recruitment_status_is_not_shown_gets_no_card() -> None:
    assert cards_for(screening(assessed(CLOSED))) == []
    assert cards_for(screening(assessed(CLOSED)), Layout(shown=("active-not-recruiting",))) != []


def test_unconfirmed_recruitment_comes_last_and_says_since_when() -> None:
    (card,) = cards_for(screening(assessed(OLD), assessed(WUHAN, [(SLEDAI, missing("sledai_2k"))])))
    assert card["detail"].index("CT1195E") < card["detail"].index("relma-cel")
    assert "recruitment not confirmed since 15 Mar 2023" in card["detail"]
    assert "relma-cel (Shanghai, unconfirmed)" in card["summary"]


def test_likely_comes_before_possible_and_fewer_unknowns_before_more() -> None:
    two = assessed(IM19, [(SLEDAI, missing("sledai_2k")), (CD4, missing("cd4_abs"))])
    one = assessed(WUHAN, [(SLEDAI, missing("sledai_2k"))])
    likely = assessed(META)
    (card,) = cards_for(screening(two, one, likely))
    assert [link["url"][-11:] for link in card["links"]] == [META.id, WUHAN.id, IM19.id]


def test_the_counts_of_the_summary_are_those_of_the_detail() -> None:
    many = [(SLEDAI, missing("sledai_2k")), (CD4, missing("cd4_abs")), (criterion("I2", "age"), MET),
            (criterion("E5", "transplant"), SILENT), (criterion("I1", "consent"), CONSENT)]  # fmt: skip
    (card,) = cards_for(screening(assessed(IM19, many), assessed(WUHAN, [(SLEDAI, missing("sledai_2k"))])))
    assert "Nothing against; 3 points to check." in card["summary"]
    assert (
        "2 met (1 of them because nothing is recorded), 2 to check, 1 for you to judge, none against." in card["detail"]
    )


def test_points_that_decide_more_trials_come_first_then_the_easier_ones() -> None:
    first = assessed(IM19, [(LVEF, missing("lvef")), (CD4, missing("cd4_abs")), (SLEDAI, missing("sledai_2k"))])
    second = assessed(WUHAN, [(criterion("I9", "SLEDAI-2K ≥ 7"), missing("selena_sledai"))])
    detail = cards_for(screening(first, second))[0]["detail"]
    assert detail.index("SLEDAI-2K ≥ 10") < detail.index("CD4 count") < detail.index("LVEF")


def test_at_most_three_points_a_trial_and_then_how_many_more() -> None:
    points = [(criterion(f"E{i}", f"topic {i}"), missing(f"concept_{i}")) for i in range(1, 8)]
    detail = cards_for(screening(assessed(IM19, points)))[0]["detail"]
    assert detail.count("- To check:") == 3
    assert "- … and 4 more." in detail


def test_a_judgement_is_for_the_reader_to_judge_and_not_to_check() -> None:
    seen = Evidence("Condition/c", "rheumatoid arthritis", date="2019")
    answer = unknown(Reason.JUDGEMENT, evidence=(seen,))
    card = cards_for(screening(assessed(IM19, [(criterion("E5", "other autoimmune disease"), answer)])))[0]
    assert "- For you to judge: **other autoimmune disease**. Recorded: rheumatoid arthritis (2019)." in card["detail"]
    assert "Nothing against; 1 point for you to judge." in card["summary"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (missing("prior_therapy"), "Not recorded: prior therapy."),
        (unknown(Reason.STALE, ("cd4_abs",), (Evidence("Observation/o", "300", "/uL", "2026-02-03"),)),
         "Last one is from 3 Feb 2026, older than 180 days."),
        (unknown(Reason.IMPRECISE, (), (Evidence("Observation/o", ">60", "mL/min", "2026-10-01", threshold="≥ 90"),)),
         "above 60 mL/min (1 Oct 2026) leaves it open (≥ 90)."),
        (unknown(Reason.UNAVAILABLE, ("cd4_abs",)), "Could not be read from the record."),
        (unknown(Reason.NOT_OBSERVABLE), "Records go back only to 1 Mar 2019."),
        (unknown(Reason.NO_DOSE, (), (Evidence("MedicationRequest/m", "as directed"),)),
         "The dose cannot be read: as directed."),
        (unknown(Reason.INCOMPARABLE, (), (Evidence("Observation/o", "7", "IU", "2026-10-01"),)),
         "7 IU (1 Oct 2026) cannot be read safely."),
        (unknown(Reason.NO_REFERENCE_RANGE, (), (Evidence("Observation/o", "7", "U/L"),)),
         "No reference range beside 7 U/L."),
        (unknown(Reason.INVALIDATED, (), (Evidence("Observation/o", "7", "g/dL"),)), "may be changed by treatment"),
    ],
)  # fmt: skip
def test_a_point_says_why_it_is_open(answer: object, words: str) -> None:
    rest = [(criterion("I2", "age"), MET), (criterion("I3", "weight"), MET)]
    card = cards_for(screening(assessed(IM19, [(CD4, answer), *rest])))[0]  # type: ignore[list-item]
    assert words in card["detail"]


def test_a_trial_that_is_only_a_matter_of_time_is_named_with_its_date_and_cause() -> None:
    later = waiting(META, date(2026, 12, 9), Evidence("MedicationRequest/m", "prednisone 10 mg", None, "2026-11-24"))
    detail = cards_for(screening(assessed(IM19), later))[0]["detail"]
    assert (
        "**Not yet:** Meta10-19 (NCT06711146), from 9 Dec 2026: prednisone 10 mg (24 Nov 2026). "
        "Asked: glucocorticoid stable is as the trial asks." in detail
    )


def test_a_trial_that_is_only_a_matter_of_time_gets_a_card_of_its_own_only_where_the_client_wants_it() -> None:
    later = screening(waiting(META, date(2026, 12, 9), Evidence("MedicationRequest/m", "prednisone")))
    assert cards_for(later) == []
    (card,) = cards_for(later, Layout(near_misses=True))
    assert card["summary"] == "Not yet: lupus CAR-T trial Meta10-19 (Hangzhou), from 9 Dec 2026."


def test_trials_that_fail_for_good_stand_in_the_extension_only() -> None:
    against = assessed(META, [(criterion("E5", "transplant"), failed(Basis.RECORDED))], "ineligible")
    (card,) = cards_for(screening(assessed(IM19), against))
    assert META.id not in card["detail"]
    assert META.id in [t["id"] for t in extension(card)["trials"]]


def test_the_layout_per_trial_gives_one_card_a_trial_with_its_number_and_its_own_screening() -> None:
    cards = cards_for(screening(assessed(IM19), assessed(WUHAN)), Layout(per_trial=True))
    assert [IM19.id in cards[0]["summary"], WUHAN.id in cards[1]["summary"]] == [True, True]
    assert [[t["id"] for t in extension(c)["trials"]] for c in cards] == [[IM19.id], [WUHAN.id]]


def test_the_summary_stays_under_140_characters_whatever_the_names() -> None:
    trials = [trial(f"NCT0000000{i}", "a product with a very long name", "Ulan-Ude and Shijiazhuang") for i in range(5)]
    (card,) = cards_for(screening(*[assessed(t) for t in trials]))
    assert len(card["summary"]) < 140
    assert "Nothing against" in card["summary"]
    (single,) = cards_for(screening(assessed(trials[0])), Layout(per_trial=True))
    assert len(single["summary"]) < 140


def _long(which: Trial) -> object:
    seen = tuple(Evidence("Observation/o", "9" * 60, "mmol/L" * 4, "2026-10-01", threshold="≥ 90") for _ in range(4))
    points = [(criterion(f"E{i}", f"a topic as long as topics get {i}"), unknown(Reason.IMPRECISE, ("x",), seen))
              for i in range(1, 20)]  # fmt: skip
    return assessed(which, points)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 9])
def test_the_detail_stays_under_2000_characters_and_keeps_its_disclaimer(n: int) -> None:
    seen = screening(*[_long(trial(f"NCT0000000{i}", f"product {i}")) for i in range(n)])  # type: ignore[misc]
    (card,) = cards_for(seen)
    assert len(card["detail"]) < 2000
    assert card["detail"].endswith("It does not establish eligibility; the study team decides.")


def test_the_words_eligible_and_match_are_never_said() -> None:
    later = waiting(META, date(2026, 12, 9), Evidence("MedicationRequest/m", "prednisone"))
    (card,) = cards_for(screening(_long(IM19), later))  # type: ignore[arg-type]
    text = card["summary"] + card["detail"].replace("does not establish eligibility", "")
    assert not re.search(r"eligib|match|%", text, re.IGNORECASE)


def test_chart_text_is_escaped_on_the_card() -> None:
    seen = Evidence("Condition/c", "<img src=x onerror=alert(1)> [x](javascript:1)", date="2019")
    answer = unknown(Reason.JUDGEMENT, evidence=(seen,))
    detail = cards_for(screening(assessed(IM19, [(criterion("E5", "other disease"), answer)])))[0]["detail"]
    assert "<" not in detail
    assert "](" not in detail.replace("\\](", "")


def test_what_keeps_a_trial_waiting_is_the_latest_of_it_and_a_drug_still_taken_is_said_to_be() -> None:
    first, last = (Evidence("MedicationRequest/m", "rituximab", date=d) for d in ("2026-06-03", "2026-06-17"))
    answer = failed(Basis.RECORDED, (first, last), until=date(2026, 12, 17), assumes="stopped")
    later = assessed(OLD, [(criterion("E13", "anti-CD20 antibody"), answer)], "not-yet", date(2026, 12, 17))
    detail = cards_for(screening(assessed(IM19), later))[0]["detail"]
    assert (
        "relma-cel (NCT05765006; recruitment not confirmed since 15 Mar 2023), from 17 Dec 2026: "
        "rituximab (17 Jun 2026), counted as if it were stopped today." in detail
    )


def test_a_judgement_says_what_is_to_be_judged_where_the_rule_knows_it() -> None:
    seen = Evidence("MedicationRequest/m", "azathioprine 50 mg")
    answer = unknown(
        Reason.JUDGEMENT, evidence=(seen,), notes=("whether this drug counts is for a clinician to judge",)
    )
    detail = cards_for(screening(assessed(IM19, [(criterion("I7a", "combined treatment"), answer)])))[0]["detail"]
    assert "Recorded: azathioprine 50 mg. Whether this drug counts is for a clinician to judge." in detail


def test_what_could_not_be_read_stands_above_the_trials() -> None:
    seen = screening(assessed(IM19), kinds={"MedicationRequest": Kind.UNAVAILABLE})
    detail = cards_for(seen)[0]["detail"]
    assert detail.startswith("**Could not be read: medication orders.**")
    assert "results" in detail


def test_drugs_that_could_not_be_read_are_not_called_none() -> None:
    unread = screening(
        assessed(IM19), kinds={"MedicationRequest": Kind.UNAVAILABLE, "MedicationStatement": Kind.UNAVAILABLE}
    )
    assert "drugs not read" in cards_for(unread)[0]["detail"]
    assert "no drugs" in cards_for(screening(assessed(IM19)))[0]["detail"]


def test_a_score_without_a_total_says_what_the_chart_alone_proves() -> None:
    own = Evidence(None, "8", None, None, "at least 8", "≥ 10", "score", "computed", "lower bound")
    item = Evidence("Observation/o", "1.1", "g/24.h", "2026-10-20", rule="score", note="proteinuria: 4")
    answer = unknown(Reason.IMPRECISE, ("sledai_2k",), (own, item))
    detail = cards_for(screening(assessed(IM19, [(SLEDAI, answer)])))[0]["detail"]
    assert "The chart alone proves at least 8 (proteinuria 1.1 g/24.h); no total is recorded." in detail
    nothing = unknown(Reason.IMPRECISE, ("sledai_2k",), (own._replace(value="0"),))
    assert "proves none of its items" in cards_for(screening(assessed(IM19, [(SLEDAI, nothing)])))[0]["detail"]


def test_skipped_records_are_counted_and_those_of_another_patient_apart() -> None:
    skipped = (("Observation/x", 'unit "IU"'), ("Observation/y", "it is about another patient"))
    detail = cards_for(screening(assessed(IM19), skipped=skipped))[0]["detail"]
    assert '1 record could not be read (unit "IU").' in detail
    assert "1 record of another patient left out." in detail


def test_a_chart_of_which_most_could_not_be_read_gets_the_honest_sentence_or_none() -> None:
    lost = [(criterion(f"E{i}", "lost"), unknown(Reason.UNAVAILABLE)) for i in range(1, 4)]
    seen = screening(assessed(IM19, [*lost, (criterion("I2", "age"), MET)]), kinds={"Observation": Kind.UNAVAILABLE})
    (card,) = cards_for(seen)
    assert card["summary"] == "Results could not be read: lupus CAR-T trials were not screened."
    assert "May fit" not in card["detail"]
    assert cards_for(seen, Layout(say_unreadable=False)) == []


def test_half_a_chart_still_gets_a_card() -> None:
    half = [(criterion("E1", "lost"), unknown(Reason.UNAVAILABLE)), (criterion("I2", "age"), MET)]
    assert "May fit" in cards_for(screening(assessed(IM19, half)))[0]["summary"]


def test_diagnoses_that_could_not_be_read_are_said_without_a_trial() -> None:
    (card,) = unread_card(["diagnoses"], Layout())
    assert card["summary"] == "Diagnoses could not be read: lupus CAR-T trials were not screened."
    assert "links" not in card
    assert unread_card(["diagnoses"], Layout(say_unreadable=False)) == []


def test_numbers_on_a_card_are_never_floats() -> None:
    seen = Evidence("Observation/o", str(Decimal("1.10")), "g/d", "2026-10-01", threshold="≤ 6")
    detail = cards_for(screening(assessed(IM19, [(CD4, unknown(Reason.IMPRECISE, (), (seen,)))])))[0]["detail"]
    assert "1.10 g/d" in detail


def test_no_key_of_a_card_is_null_or_empty() -> None:
    def walk(value: object) -> None:
        assert value not in (None, "", [], {})
        if isinstance(value, dict):
            for key, inner in value.items():
                assert key
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    (card,) = cards_for(screening(assessed(IM19, [(CD4, missing("cd4_abs")), (criterion("I1", "consent"), CONSENT)])))
    walk(card | {"extension": extension(card)})


def test_a_stale_part_of_several_is_named_with_its_own_date_and_not_the_fresh_one_before_it() -> None:
    fresh = Evidence("Observation/a", "30", "U/L", "2026-11-20", "30 U/L", "< 3 × ULN", "value")
    old = Evidence("Observation/b", "90", "U/L", "2026-02-03", rule="alp")
    answer = unknown(Reason.STALE, ("alp",), (fresh, old))
    detail = cards_for(screening(assessed(IM19, [(criterion("E10a", "liver enzymes"), answer)])))[0]["detail"]
    assert "Last alkaline phosphatase is from 3 Feb 2026, older than 90 days." in detail


def test_a_waiting_trial_names_the_fact_whose_day_lifts_it_and_the_day_that_counts() -> None:
    steroid = Evidence("MedicationRequest/a", "prednisone 20 mg", None, "2026-10-10", "taken since 2026-09-03",
                       "begun ≥ 6 months ago", "on_treatment")  # fmt: skip
    partner = Evidence("MedicationRequest/b", "mycophenolate", None, "2026-10-12", "taken since 2026-09-10",
                       "begun ≥ 6 months ago", "on_treatment")  # fmt: skip
    answer = failed(Basis.RECORDED, (steroid, partner), until=date(2027, 3, 3))
    later = assessed(META, [(criterion("I4b", "standard treatment"), answer)], "not-yet", date(2027, 3, 3))
    detail = cards_for(screening(assessed(IM19), later))[0]["detail"]
    assert "from 3 Mar 2027: prednisone 20 mg (taken since 3 Sep 2026)." in detail


def test_a_waiting_trial_says_the_last_exposure_and_not_the_day_of_the_order() -> None:
    drug = Evidence("MedicationRequest/t", "telitacicept", None, "2026-04-13", "last exposure 2026-10-12",
                    "stopped ≥ 4 weeks ago", "washout")  # fmt: skip
    detail = cards_for(screening(assessed(IM19), waiting(META, date(2026, 11, 9), drug)))[0]["detail"]
    assert "telitacicept (last exposure 12 Oct 2026)." in detail


@pytest.mark.parametrize(
    ("topic", "concepts", "words"),
    [
        ("CD4 count", ("cd4_abs",), "None recorded."),
        ("CD19 B cells", ("cd19_abs", "cd19_pct"), "None recorded."),
        ("pregnancy test (serum)", ("hcg_serum",), "None recorded."),
        ("INR or aPTT", ("aptt",), "Not recorded: aPTT."),
        ("INR or aPTT", ("inr", "aptt"), "None recorded."),
        ("earlier treatments", ("mycophenolate mofetil", "mycophenolic acid"), "Not recorded: mycophenolate."),
        ("current treatment", ("glucocorticoid_systemic", "nsaid"), "Not recorded: systemic glucocorticoid, NSAID."),
        ("organ involvement", ("a", "b", "c", "d", "e"), "Nothing recorded settles it. Asked: organ involvement is"),
    ],
)
def test_what_is_not_recorded_is_named_as_clinicians_name_it(topic: str, concepts: tuple[str, ...], words: str) -> None:
    detail = cards_for(screening(assessed(IM19, [(criterion("E12b", topic), missing(*concepts))])))[0]["detail"]
    assert f"**{topic}**. {words}" in detail


def test_a_value_that_cannot_be_read_is_named_with_the_reason() -> None:
    seen = Evidence("Observation/o", "171", "units", "2026-10-13", None, "≥ 25", "platelets",
                    note="the unit is not known for this test")  # fmt: skip
    answer = unknown(Reason.INCOMPARABLE, ("platelets",), (seen,))
    detail = cards_for(screening(assessed(IM19, [(criterion("I10", "organ involvement"), answer)])))[0]["detail"]
    assert "Platelets 171 units (13 Oct 2026): the unit is not known for this test." in detail


def test_a_dose_that_is_for_the_reader_to_judge_is_said() -> None:
    seen = Evidence("MedicationRequest/m", "prednisone 20 MG Oral Tablet", None, "2026-10-12", "40 mg/d")
    answer = unknown(Reason.JUDGEMENT, evidence=(seen,))
    detail = cards_for(screening(assessed(IM19, [(criterion("I3", "severity"), answer)])))[0]["detail"]
    assert "Recorded: prednisone 20 MG Oral Tablet, 40 mg/d (12 Oct 2026)." in detail


def test_a_birth_year_that_leaves_the_age_open_is_said_in_years() -> None:
    seen = Evidence("Patient/p", "17–18", "a", "2008", "17–18 a", "≥ 18 a", "age")
    answer = unknown(Reason.IMPRECISE, ("birth_date",), (seen,))
    detail = cards_for(screening(assessed(IM19, [(criterion("I2", "age"), answer)])))[0]["detail"]
    assert "**age**. Born 2008: 17–18 years." in detail
