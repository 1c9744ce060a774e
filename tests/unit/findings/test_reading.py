"""Reading Conditions, Procedures, Immunizations, intolerances, encounters: decisions 19, 23, 28, 34, 44, 52."""

import pytest

from cds_service.clinical.findings import has_finding, possible, recorded

from .build import chart, concept, condition, encounter, past, procedure, vaccine


def test_a_condition_that_no_finding_knows_leaves_no_fact() -> None:
    assert chart(condition("cm E11.9", "Type 2 diabetes")).diagnoses == ()


def test_an_irrelevant_condition_still_says_how_old_the_chart_is() -> None:
    assert str(chart(condition("cm E11.9", recorded="2005-03-01")).reach) == "2005-03-01"


@pytest.mark.parametrize(
    "resource",
    [
        condition("cm E11.9", onset="2005-03-01"),
        condition("cm E11.9", recorded="2005-03-01", verified="refuted"),
        condition("cm E11.9", recorded="2027-01-01"),
        procedure("site 1", "2005-03-01", status="not-done"),
        procedure("site 1", "2027-03-01"),
        vaccine("cvx 140", "2005-03-01", primarySource=False),
        vaccine("cvx 140", "2005-03-01", status="not-done"),
    ],
)
def test_onsets_ignored_future_and_reported_records_do_not_age_the_chart(resource) -> None:
    assert str(chart(resource).reach) == "2010-01-01"


@pytest.mark.parametrize(
    "resource", [procedure("site 1", "2005-03-01"), vaccine("cvx 140", "2005-03-01"), encounter("2005-03-01")]
)
def test_procedures_immunizations_and_encounters_age_the_chart(resource) -> None:
    assert str(chart(resource).reach) == "2005-03-01"


def test_codes_are_found_by_oid_and_without_their_dot() -> None:
    oid = {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.90", "code": "m329"}]}
    (fact,) = chart({"resourceType": "Condition", "code": oid}).diagnoses
    assert fact.findings["sle"] == "names"


def test_a_naming_code_wins_over_a_wide_one() -> None:
    (fact,) = chart(condition("cm D69.6; sct 32273002")).diagnoses
    assert fact.findings["thrombocytopenia_immune_itp"] == "names"


def test_words_count_only_without_an_icd_code_and_without_a_known_code() -> None:
    assert chart(condition("cm E11.9", "epilepsy?")).diagnoses == ()
    (fact,) = chart(condition("site 1", "Epilepsy")).diagnoses
    assert set(fact.findings.values()) == {"word"}
    (coded,) = chart(condition("sct 266257000", "Epilepsy")).diagnoses
    assert "epilepsy" not in coded.findings


def test_a_history_code_marks_its_finding_as_past() -> None:
    (fact,) = chart(condition("cm I25.2")).diagnoses
    assert fact.past == {"old_mi_guard"} and fact.history


def test_a_broken_date_is_left_out_and_named_but_the_condition_counts() -> None:
    found = chart(condition("sct 55464009", onset="2026-02-30", recorded="2020-01-01", id="c"))
    assert found.diagnoses[0].onset is None
    assert [reference for reference, _ in found.skipped] == ["Condition/c"]
    assert "2026" not in found.skipped[0][1]


def test_a_condition_of_the_wrong_shape_is_named_only_where_it_matters() -> None:
    wrong = {"onsetDateTime": 2019}
    assert chart(condition("cm E11.9", **wrong)).skipped == ()
    assert chart(condition("sct 55464009", verified="refuted", **wrong)).skipped == ()
    assert [r for r, _ in chart(condition("sct 55464009", id="c", **wrong)).skipped] == ["Condition/c"]


def test_a_procedure_or_vaccine_of_the_wrong_shape_is_named_only_where_it_matters() -> None:
    wrong = {"performedDateTime": 2019}
    assert chart(procedure("site 1", **wrong)).skipped == ()
    assert chart(procedure("sct 302497006", status="not-done", **wrong)).skipped == ()
    assert [r for r, _ in chart(procedure("sct 302497006", id="d", **wrong)).skipped] == ["Procedure/d"]
    assert chart(vaccine("cvx 140", None, occurrenceDateTime=1)).skipped == ()
    assert [r for r, _ in chart(vaccine("cvx 03", None, id="v", occurrenceDateTime=1)).skipped] == ["Immunization/v"]


def test_an_encounter_of_the_wrong_shape_decides_nothing() -> None:
    assert chart({"resourceType": "Encounter", "period": 5}).skipped == ()


def test_a_text_severity_counts_and_an_unknown_one_is_for_a_clinician() -> None:
    def severity(text: str) -> str | None:
        return chart(condition("sct 32273002") | {"severity": {"text": text}}).diagnoses[0].severity

    assert severity("重度") == "severe"
    assert severity("Severe") == "severe"
    assert severity("as last time") is None


def test_a_onset_period_is_a_span_and_an_open_one_counts_from_its_begin() -> None:
    def onset(**period: str) -> str:
        return str(chart(condition("sct 55464009", onsetPeriod=period)).diagnoses[0].onset)

    assert onset(start="2020-01-01", end="2020-03-05") == "2020"
    assert onset(start="2020-01-01") == "2020-01-01"
    assert onset(end="2020-03-05") == "2020-03-05"


def test_an_age_in_months_or_with_a_comparator_is_read_with_care() -> None:
    def onset(**age: object) -> object:
        return chart(condition("sct 55464009", onsetAge=age)).diagnoses[0].onset

    assert str(onset(value=6, code="mo")) == "1990-12-15/1991-01-14"
    assert onset(value=6, code="mo", comparator="<") is None
    assert onset(value=6, code="wk") is None
    assert onset(value="six", code="a") is None


def test_a_vaccine_whose_codes_disagree_is_for_review() -> None:
    (fact,) = chart(vaccine("cvx 03; cvx 140", "2020-01-01")).immunisations
    assert fact.live == "review"


def allergy(codes: dict, **more: object) -> dict:
    return {"resourceType": "AllergyIntolerance", "code": codes} | more


HYDROXYCHLOROQUINE = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "5521"}]}


def test_an_intolerance_names_its_ingredient_by_code_or_text() -> None:
    found = chart(
        allergy(HYDROXYCHLOROQUINE, recordedDate="2020-01-01"),
        allergy({"text": "Methotrexate"}),
        allergy({"text": "Peanut"}),
    )
    assert [a.ingredients for a in found.allergies] == [("hydroxychloroquine",), ("methotrexate",)]


def test_a_refuted_or_future_intolerance_is_ignored_and_a_doubtful_one_is_marked() -> None:
    status = {"verificationStatus": {"coding": [{"code": "refuted"}]}}
    assert chart(allergy(HYDROXYCHLOROQUINE, **status)).allergies == ()
    assert chart(allergy(HYDROXYCHLOROQUINE, recordedDate="2027-01-01")).allergies == ()
    status = {"verificationStatus": {"coding": [{"code": "unconfirmed"}]}}
    assert chart(allergy(HYDROXYCHLOROQUINE, **status)).allergies[0].doubtful


def test_an_intolerance_of_the_wrong_shape_is_named_where_it_matters() -> None:
    assert [r for r, _ in chart(allergy(HYDROXYCHLOROQUINE, id="a", recordedDate=1)).skipped] == [
        "AllergyIntolerance/a"
    ]
    assert chart(allergy({"text": "Peanut"}, recordedDate=1)).skipped == ()


def test_recorded_leaves_out_doubt_wide_codes_and_what_ended() -> None:
    found = chart(
        condition("sct 68815009", id="now"),
        past("sct 68815009", id="old"),
        condition("sct 68815009", id="doubt", verified="provisional"),
        condition("who N08.5", id="wide"),
        procedure("sct 302497006", "2020-01-01", id="act"),
    )
    assert [d.reference for d in recorded(found, "lupus_nephritis_any")] == ["Condition/now", "Condition/old"]
    first = has_finding(found, "lupus_nephritis_any", active=True)
    assert first is not None and first.reference == "Condition/now"
    assert has_finding(found, "dialysis") is None
    assert len(possible(found, "lupus_nephritis_any", "dialysis")) == 5


def test_a_wide_code_beside_its_dagger_code_names_the_finding() -> None:
    (fact,) = chart(condition("who M32.1; who N08.5")).diagnoses
    assert fact.findings["lupus_nephritis_any"] == "names"
    assert concept("who M32.1")["coding"][0]["code"] == "M32.1"
