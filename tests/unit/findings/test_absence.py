"""Exclusions on findings: criteria.md "Conditions", "Absence", decisions 3, 18, 23-26, 34, 35, 45, 46, 50, 51."""

import pytest

from cds_service.chart.chart import Kind

from .build import chart, condition, past, procedure, rule, said, spec

STROKE = rule(
    never={"fails": ["stroke_cerebrovascular", "epilepsy"], "noted": ["tia"], "unless": ["neuropsychiatric_sle"]}
)
TRANSPLANT = rule(never={"fails": ["solid_organ_transplant", "hsct_bmt"]})
CRISIS = rule(
    not_active={
        "fails": ["neuropsychiatric_sle", "ttp_tma"],
        "fails_unless_mild": ["myocarditis_myocardial_damage"],
        "by_severity": ["thrombocytopenia_immune_itp"],
    }
)
LUNG = rule(never={"severe_fails": ["bronchiectasis"]})
RHYTHM = rule(not_active={"fails": ["severe_arrhythmia"], "severe_fails": ["arrhythmia", "pericardial_effusion"]})
BRAIN = rule(never={"severe_fails_mild_passes": ["brain_injury"]})
ACUTE = rule(not_active={"fails": ["acute_renal_failure"], "acute_or_severe_fails": ["neuropsychiatric_sle"]})
HEART = rule(
    not_within={
        "window": "6 months",
        "fails": ["myocardial_infarction", "old_mi_guard", "pci_stent", "unstable_angina"],
    }
)
INFECTION = rule(
    not_within={
        "window": "1 week",
        "fails": ["active_infection", "tuberculosis_active"],
        "judgement": ["local_infection"],
        "judged_if_also": ["local_infection"],
    }
)
CNS = rule(not_within={"window": "60 days", "fails": ["neuropsychiatric_sle"], "new": ["seizure_convulsion"]})
DIALYSIS = rule(not_within={"window": "8 weeks", "fails": ["dialysis"], "judged_if_also": ["peritoneal_dialysis"]})
RECENT_TRANSPLANT = rule(not_within={"window": "3 months", "fails": ["solid_organ_transplant"]})
LYMPHOMA = rule(
    never={
        "fails": ["malignancy"],
        "judgement": ["lymphoma_any_guard"],
        "noted": ["b_cell_lymphoma_exception"],
        "unless": ["b_cell_lymphoma_exception"],
    }
)

EPILEPSY = "sct 84757009"
NEUROLUPUS = "sct 95644001"
MYOCARDIAL_INFARCTION = "sct 22298006"
PNEUMONIA = "sct 233604007"
ITP = "sct 32273002"


def test_nothing_recorded_passes_as_not_recorded_and_says_since_when() -> None:
    answer = STROKE.answer(chart())
    assert said(answer) == "pass not-recorded"
    assert "2010-01-01" in (answer.evidence[0].note or "")
    assert answer.evidence[0].reference is None


def test_silence_of_conditions_that_did_not_all_arrive_is_unavailable() -> None:
    answer = STROKE.answer(chart(Condition=Kind.PART))
    assert said(answer) == "unknown unavailable"
    assert "epilepsy" in answer.missing


def test_procedures_that_were_not_served_leave_a_transplant_open() -> None:
    assert said(TRANSPLANT.answer(chart(Procedure=Kind.UNAVAILABLE))) == "unknown unavailable"
    assert said(TRANSPLANT.answer(chart(condition("cm Z94.0"), Procedure=Kind.UNAVAILABLE))) == "fail"
    assert said(STROKE.answer(chart(Procedure=Kind.UNAVAILABLE))) == "pass not-recorded"


@pytest.mark.parametrize(
    ("since", "answer"),
    [("2026-05-25", "pass not-recorded"), ("2026-05-26", "unknown not-observable"), (None, "unknown not-observable")],
)
def test_a_chart_reaches_six_months_from_the_day_after_the_day_six_months_ago(since, answer) -> None:
    assert said(HEART.answer(chart(since=since))) == answer


def test_a_young_chart_leaves_a_window_open_even_where_an_old_event_is_known() -> None:
    assert (
        said(HEART.answer(chart(past(MYOCARDIAL_INFARCTION, onset="2015-01-01"), since="2026-10-01")))
        == "unknown not-observable"
    )


def test_a_criterion_without_a_window_needs_no_old_chart() -> None:
    assert said(STROKE.answer(chart(since="2026-11-20"))) == "pass not-recorded"
    assert said(CRISIS.answer(chart(since="2026-11-20"))) == "pass not-recorded"


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (past(EPILEPSY, onset="1995-01-01"), "fail"),
        (condition(EPILEPSY), "fail"),
        (condition("cm G45.9"), "pass recorded"),
        (condition("cm Z86.73"), "unknown judgement"),
        (condition(f"{EPILEPSY}; {NEUROLUPUS}"), "pass recorded"),
        (condition(f"{EPILEPSY}; cm M32.19"), "unknown judgement"),
        (condition(f"{EPILEPSY}; cm M32.14"), "fail"),
        (condition(EPILEPSY, verified="differential"), "unknown judgement"),
        (condition(EPILEPSY, verified="refuted"), "pass not-recorded"),
        (condition(EPILEPSY, verified="entered-in-error"), "pass not-recorded"),
        (condition(EPILEPSY, onset="2026-11-25"), "pass not-recorded"),
        (condition(text="Epilepsy since childhood"), "unknown judgement"),
        (condition("site 123", text="癫痫"), "unknown judgement"),
        (condition("cm E11.9", text="no epilepsy"), "pass not-recorded"),
    ],
)
def test_a_history_criterion_counts_any_record_and_only_a_naming_code_fails(resource, answer) -> None:
    assert said(STROKE.answer(chart(resource))) == answer


def test_a_separate_neurolupus_record_does_not_explain_an_epilepsy() -> None:
    assert said(STROKE.answer(chart(condition(EPILEPSY), condition(NEUROLUPUS)))) == "fail"


def test_what_is_noted_and_passes_is_said() -> None:
    assert STROKE.answer(chart(condition("cm G45.9"))).notes == ("tia is recorded and does not exclude",)


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (condition(NEUROLUPUS), "fail"),
        (condition(NEUROLUPUS, status="recurrence"), "fail"),
        (condition(NEUROLUPUS, status="relapse"), "fail"),
        (condition(NEUROLUPUS, status=None), "fail"),
        (condition(NEUROLUPUS, status=None, ended="2025-01-01"), "pass recorded"),
        (condition(NEUROLUPUS, status=None, abatementString="long ago"), "pass recorded"),
        (condition(NEUROLUPUS, status=None, ended="2027-01-01"), "fail"),
        (condition(NEUROLUPUS, status="remission"), "pass recorded"),
        (condition(NEUROLUPUS, status="inactive"), "pass recorded"),
        (condition("cm M32.19"), "unknown judgement"),
        (condition("who G94.8"), "unknown judgement"),
        (condition("who M32.1; who G94.8"), "fail"),
        (condition("who M32.114+G94.8*"), "fail"),
        (condition("cm D69.6"), "unknown judgement"),
        (past("cm D69.6"), "pass recorded"),
        (condition(ITP), "unknown judgement"),
        (condition(ITP, severity="severe"), "fail"),
        (condition(ITP, severity="moderate"), "pass recorded"),
        (condition(ITP, severity="mild"), "pass recorded"),
        (condition(ITP, severity="moderate to severe"), "unknown judgement"),
        (condition(ITP, severity="severe", verified="provisional"), "unknown judgement"),
        (condition("sct 50920009"), "fail"),
        (condition("sct 50920009", severity="moderate"), "unknown judgement"),
        (condition("cm I42.9", severity="severe"), "unknown judgement"),
    ],
)
def test_an_active_criterion_looks_at_what_goes_on_and_at_its_severity(resource, answer) -> None:
    assert said(CRISIS.answer(chart(resource))) == answer


def test_an_unreadable_abatement_ends_an_illness_that_has_no_status() -> None:
    found = chart(condition(NEUROLUPUS, status=None, ended="2025-13-40"))
    assert said(CRISIS.answer(found)) == "pass recorded"
    assert found.skipped


def test_the_worst_of_several_records_decides() -> None:
    assert said(CRISIS.answer(chart(condition(ITP), condition(NEUROLUPUS), past("sct 78129009")))) == "fail"
    assert said(CRISIS.answer(chart(condition(ITP, severity="mild"), condition("cm D69.6")))) == "unknown judgement"


def test_a_judgement_among_incomplete_conditions_is_unavailable() -> None:
    assert said(CRISIS.answer(chart(condition(ITP), Condition=Kind.PART))) == "unknown unavailable"
    assert said(CRISIS.answer(chart(condition(ITP, severity="mild"), Condition=Kind.PART))) == "unknown unavailable"
    assert said(CRISIS.answer(chart(condition(NEUROLUPUS), Condition=Kind.PART))) == "fail"


def test_severity_decides_what_the_code_leaves_open() -> None:
    assert said(RHYTHM.answer(chart(condition("sct 373945007")))) == "unknown judgement"
    assert said(RHYTHM.answer(chart(condition("sct 373945007", severity="severe")))) == "fail"
    assert said(RHYTHM.answer(chart(condition("cm I47.2")))) == "fail"
    assert said(RHYTHM.answer(chart(condition("cm I48.0")))) == "unknown judgement"
    assert said(LUNG.answer(chart(past("cm J47.9", severity="mild")))) == "unknown judgement"
    assert said(LUNG.answer(chart(past("cm J47.9", severity="severe")))) == "fail"


def test_a_brain_injury_is_weighed_by_its_severity() -> None:
    answers = {
        s: said(BRAIN.answer(chart(past("cm S06.0X0A", severity=s)))) for s in ("severe", "mild", "moderate", None)
    }
    assert answers == {
        "severe": "fail",
        "mild": "pass recorded",
        "moderate": "unknown judgement",
        None: "unknown judgement",
    }


def test_acute_or_severe_may_stand_in_the_text() -> None:
    assert said(ACUTE.answer(chart(condition(NEUROLUPUS)))) == "unknown judgement"
    assert said(ACUTE.answer(chart(condition(NEUROLUPUS, "Acute cerebral lupus")))) == "fail"
    assert said(ACUTE.answer(chart(condition(NEUROLUPUS, "Subacute cerebral lupus")))) == "unknown judgement"
    assert said(ACUTE.answer(chart(condition(NEUROLUPUS, severity="severe")))) == "fail"


@pytest.mark.parametrize(
    ("onset", "answer"), [("2026-08-26", "fail"), ("2026-08-25", "unknown judgement"), (None, "fail")]
)
def test_an_acute_illness_still_active_after_ninety_days_is_for_a_clinician(onset, answer) -> None:
    assert said(ACUTE.answer(chart(condition("cm N17.9", onset=onset)))) == answer


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (past(MYOCARDIAL_INFARCTION, onset="2026-05-24"), "pass recorded"),
        (past(MYOCARDIAL_INFARCTION, onset="2026-05-25"), "fail until 2026-11-25"),
        (condition(MYOCARDIAL_INFARCTION, onset="2026-09-01"), "fail until 2027-03-01"),
        (condition(MYOCARDIAL_INFARCTION, onset="2020-09-01"), "unknown judgement"),
        (past(MYOCARDIAL_INFARCTION, recorded="2026-09-01"), "fail until 2027-03-01"),
        (past(MYOCARDIAL_INFARCTION, onset="2026-05"), "unknown imprecise"),
        (past(MYOCARDIAL_INFARCTION, onset="2026-06"), "fail until 2026-12-30"),
        (past(MYOCARDIAL_INFARCTION, onset="2026-04"), "pass recorded"),
        (past(MYOCARDIAL_INFARCTION), "unknown imprecise"),
        (past(MYOCARDIAL_INFARCTION, onset="2026-02-30"), "unknown imprecise"),
        (condition("cm I25.2", recorded="2020-01-01"), "pass recorded"),
        (condition("cm I25.2", recorded="2026-05-24"), "pass recorded"),
        (condition("cm I25.2", recorded="2026-05-25"), "unknown imprecise"),
        (condition("cm I25.2", recorded="2026-09-01"), "unknown imprecise"),
        (condition("cm I25.2"), "unknown imprecise"),
        (condition("cm Z95.5", onset="2026-09-01"), "unknown imprecise"),
        (condition("cm I20.0", onset="2019-01-01"), "fail"),
        (past("cm I20.0", onset="2019-01-01", ended="2026-05-25"), "fail until 2026-11-25"),
        (past("cm I20.0", onset="2019-01-01", ended="2026-05-24"), "pass recorded"),
        (past("cm I20.0", onset="2019-01-01"), "pass recorded"),
        (procedure("sct 36969009", "2026-06-01"), "fail until 2026-12-01"),
        (procedure("sct 36969009", "2026-05-24"), "pass recorded"),
        (procedure("sct 36969009"), "unknown imprecise"),
        (procedure("sct 36969009", "2026-11-25"), "pass not-recorded"),
        (procedure("sct 36969009", "2026-06-01", status="not-done"), "pass not-recorded"),
        (procedure("sct 36969009", "2026-06-01", status="preparation"), "pass not-recorded"),
    ],
)
def test_events_count_from_their_onset_and_illnesses_to_their_end(resource, answer) -> None:
    assert said(HEART.answer(chart(resource))) == answer


def test_the_latest_of_several_dates_is_the_first_day_that_passes() -> None:
    found = chart(past(MYOCARDIAL_INFARCTION, onset="2026-06-01"), procedure("sct 36969009", "2026-07-01"))
    assert said(HEART.answer(found)) == "fail until 2027-01-01"
    assert said(HEART.answer(chart(past(MYOCARDIAL_INFARCTION, onset="2026-06-01"), condition("cm I20.0")))) == "fail"


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (condition(PNEUMONIA, onset="2026-11-20"), "fail"),
        (condition(PNEUMONIA, onset="2026-03-01"), "unknown judgement"),
        (past(PNEUMONIA, onset="2026-10-01", ended="2026-11-18"), "fail until 2026-11-25"),
        (past(PNEUMONIA, onset="2026-10-01", ended="2026-11-17"), "pass recorded"),
        (condition("cm L03.115", onset="2026-11-20"), "unknown judgement"),
        (condition("cm B35.1", onset="2026-11-20"), "unknown judgement"),
        (condition("cm A15.0", onset="2026-03-01"), "fail"),
        (condition("cm Z22.7"), "pass not-recorded"),
        (condition("cm B18.1"), "pass not-recorded"),
        (condition("sct 86406008"), "pass not-recorded"),
        (condition("sct 233730002"), "pass not-recorded"),
    ],
)
def test_an_infection_excludes_by_its_end_and_a_local_one_is_for_a_clinician(resource, answer) -> None:
    assert said(INFECTION.answer(chart(resource))) == answer


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (condition("sct 91175000", onset="2026-11-01"), "unknown judgement"),
        (past("sct 91175000", onset="2026-11-01"), "unknown judgement"),
        (condition("sct 91175000", onset="2026-09-25"), "pass recorded"),
        (condition("sct 91175000; sct 95644001", onset="2026-11-01"), "fail"),
        (past(NEUROLUPUS, onset="2020-01-01", ended="2026-09-26"), "fail until 2026-11-25"),
        (past(NEUROLUPUS, onset="2020-01-01", ended="2026-09-25"), "pass recorded"),
    ],
)
def test_what_is_new_counts_from_its_begin_only(resource, answer) -> None:
    assert said(CNS.answer(chart(resource))) == answer


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (procedure("sct 302497006", "2026-09-30"), "fail until 2026-11-25"),
        (procedure("sct 302497006", "2026-09-29"), "pass recorded"),
        (
            procedure("sct 302497006", performedPeriod={"start": "2026-01-01", "end": "2026-10-20"}),
            "fail until 2026-12-15",
        ),
        (procedure("sct 302497006", "2026-01-01", status="in-progress"), "fail"),
        (procedure("sct 71192002", "2026-11-01"), "unknown judgement"),
        (procedure("", "2026-11-01", text="Haemodialysis session"), "unknown judgement"),
        (condition("cm Z99.2", onset="2024-01-01"), "fail"),
        (condition("sct 161693006", recorded="2024-01-01"), "pass recorded"),
        (condition("sct 161693006", recorded="2026-11-01"), "unknown imprecise"),
    ],
)
def test_dialysis_is_read_from_procedures_and_conditions(resource, answer) -> None:
    assert said(DIALYSIS.answer(chart(resource))) == answer


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (condition("cm Z94.0", onset="2015-01-01"), "pass recorded"),
        (condition("cm Z94.0", recorded="2026-11-01"), "unknown imprecise"),
        (condition("cm T86.11", onset="2026-11-01"), "fail until 2027-02-01"),
        (condition("cm T86.11", recorded="2026-11-01"), "unknown imprecise"),
        (condition("cm T86.11", onset="2015-01-01"), "pass recorded"),
        (procedure("sct 70536003", "2026-11-01"), "fail until 2027-02-01"),
        (procedure("sct 70536003", "2026-08-24"), "pass recorded"),
    ],
)
def test_the_state_after_a_transplant_says_nothing_of_a_window(resource, answer) -> None:
    assert said(RECENT_TRANSPLANT.answer(chart(resource))) == answer


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (condition("cm C50.911"), "fail"),
        (condition("cm Z85.3", recorded="2020-01-01"), "fail"),
        (condition("cm C83.30"), "pass recorded"),
        (condition("sct 109979007"), "pass recorded"),
        (condition("cm C81.90"), "unknown judgement"),
        (condition("sct 118600007"), "unknown judgement"),
        (condition("cm C84.00"), "fail"),
        (condition("cm C44.91"), "unknown judgement"),
        (condition("cm D45"), "unknown judgement"),
    ],
)
def test_a_malignancy_excludes_but_for_b_cell_lymphoma(resource, answer) -> None:
    assert said(LYMPHOMA.answer(chart(resource))) == answer


def test_another_edition_never_lends_its_code() -> None:
    blood = rule(not_active={"fails": ["neutropenia_agranulocytosis"]})
    assert said(blood.answer(chart(condition("cm D70.9")))) == "unknown judgement"
    assert said(blood.answer(chart(condition("who D70")))) == "fail"
    assert said(CRISIS.answer(chart(condition("who M32.110+G73.7*")))) == "pass not-recorded"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"never": {"fails": ["strok"]}}, "'strok' is no finding"),
        ({"never": {"fails": ["tia"], "windw": "x"}}, "'windw' is not understood"),
        ({"never": {}}, "names no finding"),
        ({"not_within": {"fails": ["dvt"]}}, "'window' is missing"),
        ({"never": {"new": ["tia"]}}, "names no finding"),
        ({"not_active": ["tia"]}, "there must be a rule"),
    ],
)
def test_a_fault_of_the_file_is_named(values, problem) -> None:
    from cds_service.criteria import absence

    read, problems = spec(values)
    absence.read(read)
    assert any(problem in p.problem for p in problems), problems


def test_the_words_name_findings_grades_and_window() -> None:
    assert CRISIS.words().startswith("not active now: neuropsychiatric sle, ttp tma; ")
    assert "if severe" in CRISIS.words()
    assert HEART.words().startswith("not within 6 months: myocardial infarction")
    assert "not meant where the same record says neuropsychiatric sle" in STROKE.words()
    assert "where it is local infection" in INFECTION.words()
    assert DIALYSIS.reads().kinds == {"Condition", "Procedure"}
    assert "neuropsychiatric_sle" in STROKE.reads().findings
