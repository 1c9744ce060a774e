"""conditions.md: its traps by number, its wide codes, and the pairs of the Chinese edition."""

import pytest

from cds_service.terminology import Terminology


def said(terms: Terminology, system: str, code: str) -> dict[str, str]:
    return {m.finding: m.grade for m in terms.findings(system, code)}


def test_trap_1_chinese_codes_are_not_read_as_icd_10_cm(terms: Terminology) -> None:
    assert said(terms, "icd10", "M32.101+N08.5*") == {"sle": "names", "lupus_nephritis_any": "names"}
    assert said(terms, "icd10cm", "M32.10") == {"sle": "names"}
    assert "lupus_endocarditis" in said(terms, "icd10cm", "M32.11")
    assert "lupus_endocarditis" not in said(terms, "icd10", "M32.111+D77*")
    assert said(terms, "icd10", "M32.110+G73.7*") == {"sle": "names", "myositis": "names"}


def test_trap_1_m32_with_three_characters_is_chinese_under_any_address(terms: Terminology) -> None:
    assert said(terms, "icd10cm", "M32.111") == said(terms, "icd10", "M32.111")


def test_a_chinese_pair_says_the_same_with_and_without_its_asterisk_half(terms: Terminology) -> None:
    for whole, dagger in (("M32.101+N08.5*", "M32.101"), ("M32.103+J99.1*", "M32.103"), ("M32.104+I43.8*", "M32.104")):
        assert said(terms, "icd10", whole) == said(terms, "icd10", dagger) == said(terms, "icd10cn", whole)


def test_tumour_morphology_is_not_chapter_m(terms: Terminology) -> None:
    assert terms.findings("icd10", "M86000/3") == ()
    assert "active_infection" in said(terms, "icd10", "M86.0")


def test_trap_2_the_parent_of_lupus_is_not_sle(terms: Terminology) -> None:
    assert "sle" not in said(terms, "snomed", "200936003")
    assert "lupus_type_not_stated" in said(terms, "snomed", "200936003")


@pytest.mark.parametrize(("system", "code"), [("snomed", "201436003"), ("icd10cm", "M32.0"), ("icd10", "M32.000")])
def test_trap_3_drug_induced_lupus_is_not_sle(terms: Terminology, system: str, code: str) -> None:
    assert said(terms, system, code) == {"sle_drug_induced_guard": "names"}


def test_trap_4_a_text_that_excludes_lupus_names_no_sle(terms: Terminology) -> None:
    assert "sle" not in terms.findings_named("connective tissue disease excluding lupus erythematosus")


def test_trap_5_libman_sacks_alone_is_not_sle(terms: Terminology) -> None:
    assert said(terms, "snomed", "54072008") == {"lupus_endocarditis": "names"}


@pytest.mark.parametrize(("system", "code"), [("icd10cm", "K75.4"), ("icd10", "K75.4"), ("icd10", "K75.401")])
def test_trap_5a_lupoid_hepatitis_is_autoimmune_hepatitis(terms: Terminology, system: str, code: str) -> None:
    assert said(terms, system, code) == {"autoimmune_hepatitis": "names"}
    assert said(terms, "snomed", "19682006")["lupus_hepatitis"] == "names"


def test_trap_6_ttp_is_the_part_of_m31_1_that_names_it(terms: Terminology) -> None:
    assert said(terms, "icd10cm", "M31.19") == {"ttp_tma": "names"}
    assert said(terms, "icd10cm", "M31.10") == {"ttp_tma": "wide"}
    assert "parkinson" in said(terms, "icd10cm", "G20.A1")


def test_trap_7_gvhd_is_only_held_by_the_wide_transplant_code(terms: Terminology) -> None:
    assert said(terms, "icd10", "T86.0")["gvhd"] == "wide"
    assert said(terms, "icd10", "T86.000x003")["gvhd"] == "names"
    assert said(terms, "icd10", "D68.6") == {"antiphospholipid_syndrome": "wide"}
    assert said(terms, "icd10", "D68.603") == {"antiphospholipid_syndrome": "names"}


def test_trap_8_plain_transfusion_is_no_marrow_transplant(terms: Terminology) -> None:
    assert [m.finding for m in terms.procedures("icd10pcs", "30233N1")] == ["transfusion"]
    assert [m.finding for m in terms.procedures("icd10pcs", "30233G0")] == ["hsct_bmt"]
    assert terms.procedures("icd10pcs", "30233K1") == ()


def test_trap_9_autoimmune_disease_alone_names_nothing(terms: Terminology) -> None:
    assert said(terms, "snomed", "85828009") == {"other_autoimmune": "wide"}
    assert said(terms, "snomed", "40733004") == {"active_infection": "wide"}


def test_trap_10_hcpcs_codes_of_car_t_are_not_read(terms: Terminology) -> None:
    assert terms.procedures("hcpcs", "Q2042") == ()
    assert said(terms, "icd10cm", "Z92.850") == {"prior_car_t": "names"}
    assert [m.finding for m in terms.procedures("icd10pcs", "XW033C7")] == ["prior_car_t"]


def test_decision_26_d70_means_two_things_in_two_editions(terms: Terminology) -> None:
    assert said(terms, "icd10cm", "D70.9") == {"neutropenia_agranulocytosis": "wide"}
    assert said(terms, "icd10", "D70") == {"neutropenia_agranulocytosis": "names"}
    assert said(terms, "icd10", "D70.x05") == {"neutropenia_agranulocytosis": "wide"}


@pytest.mark.parametrize(
    ("finding", "system", "code"),
    [
        ("neuropsychiatric_sle", "icd10cm", "M32.19"),
        ("neuropsychiatric_sle", "icd10", "G05.8"),
        ("lupus_pneumonitis", "icd10cm", "M32.13"),
        ("lupus_pneumonitis", "snomed", "77753005"),
        ("diffuse_alveolar_hemorrhage", "icd10cm", "R04.89"),
        ("myocarditis_myocardial_damage", "icd10", "I42.0"),
        ("lupus_hepatitis", "icd10cm", "K77"),
        ("vasculitis_lupus", "snomed", "31996006"),
        ("ttp_tma", "icd10", "M31.1"),
        ("neutropenia_agranulocytosis", "snomed", "165517008"),
        ("thrombocytopenia_immune_itp", "icd10cm", "D69.6"),
        ("hemolytic_anemia_autoimmune", "icd10", "D59.0"),
        ("hemolytic_anemia_autoimmune", "icd10", "M32.111+D77*"),
        ("lupus_nephritis_any", "icd10", "N08.5"),
        ("pericardial_effusion", "icd10cm", "I31.3"),
        ("pericarditis", "icd10cm", "I31.9"),
        ("pleuritis_pleural_effusion", "icd10cm", "J90"),
        ("arthritis", "snomed", "3723001"),
        ("myositis", "icd10", "M60.9"),
        ("seizure_convulsion", "icd10cm", "R56.00"),
        ("organic_brain_syndrome_delirium", "icd10", "F05"),
        ("stroke_cerebrovascular", "icd10cm", "Z86.73"),
        ("cerebellar_disease", "icd10", "G32.8"),
        ("mctd_overlap_uctd", "icd10cm", "M35.9"),
        ("malignancy", "icd10cm", "C44.311"),
        ("malignancy", "icd10", "D05.1"),
        ("malignancy", "icd10cm", "Z85.828"),
        ("b_cell_lymphoma_exception", "icd10cm", "C83.50"),
        ("b_cell_lymphoma_exception", "snomed", "118601006"),
        ("hepatitis_b", "icd10cm", "B16.9"),
        ("hepatitis_c", "snomed", "50711007"),
        ("hiv", "icd10cm", "R75"),
        ("htlv_or_tcell_deficiency", "icd10", "B33.3"),
        ("alcohol_abuse", "icd10cm", "F10.21"),
        ("drug_abuse", "icd10cm", "F11.11"),
        ("arrhythmia", "icd10cm", "I49.3"),
        ("severe_arrhythmia", "icd10", "I48"),
        ("dvt", "icd10", "I82.9"),
        ("active_infection", "icd10cm", "B35.1"),
        ("active_infection", "icd10", "L03.1"),
        ("childbearing_potential_ruled_out", "icd10cm", "Z98.51"),
        ("major_surgery", "snomed", "387713003"),
    ],
)
def test_decision_34_a_wide_code_may_hold_the_finding_without_naming_it(
    terms: Terminology, finding: str, system: str, code: str
) -> None:
    assert said(terms, system, code)[finding] == "wide"


@pytest.mark.parametrize(
    ("finding", "system", "code"),
    [
        ("thrombocytopenia_immune_itp", "icd10cm", "D69.3"),
        ("thrombocytopenia_immune_itp", "icd10cm", "D69.41"),
        ("thrombocytopenia_immune_itp", "icd10", "D69.400x002"),
        ("pericarditis", "icd10cm", "M32.12"),
        ("lupus_nephritis_any", "icd10cm", "M32.14"),
        ("cardiac_tamponade", "icd10cm", "I31.4"),
        ("malignancy", "icd10cm", "C50.911"),
        ("b_cell_lymphoma_exception", "icd10cm", "C88.40"),
        ("severe_arrhythmia", "icd10", "I44.2"),
        ("severe_arrhythmia", "snomed", "25569003"),
        ("bacterial_infection", "icd10cm", "J13"),
        ("bacterial_infection", "icd10", "A41.9"),
        ("local_infection", "icd10cm", "B37.3"),
        ("active_infection", "icd10cm", "A41.9"),
        ("active_infection", "snomed", "56717001"),
        ("haemodialysis", "icd10cm", "Z99.2"),
        ("hepatitis_b", "icd10cm", "B18.1"),
        ("myocardial_infarction", "icd10cm", "I21.4"),
        ("lupus_nephritis_any", "snomed", "36402006"),
        ("lupus_nephritis_class_IV", "snomed", "36402006"),
    ],
)
def test_a_code_that_says_the_finding_names_it(terms: Terminology, finding: str, system: str, code: str) -> None:
    assert said(terms, system, code)[finding] == "names"


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("icd10cm", "Z22.7"),
        ("icd10", "B90.9"),
        ("icd10cm", "B95.61"),
        ("icd10cm", "B97.35"),
        ("icd10cm", "B18.1"),
        ("icd10cm", "B20"),
        ("icd10", "B24"),
        ("icd10cm", "Z21"),
        ("icd10", "J99.1"),
        ("snomed", "233730002"),
        ("snomed", "86406008"),
        ("snomed", "11999007"),
    ],
)
def test_active_infection_never_holds_latent_chronic_or_lupus_disease(
    terms: Terminology, system: str, code: str
) -> None:
    assert "active_infection" not in said(terms, system, code)


@pytest.mark.parametrize("code", ["J18.9", "N39.0", "L03.90", "K65.0", "M86.9", "B02.9"])
def test_an_infection_code_that_names_no_bacterium_does_not_say_bacterial(terms: Terminology, code: str) -> None:
    assert "bacterial_infection" not in said(terms, "icd10cm", code)
    assert "active_infection" in said(terms, "icd10cm", code)


def test_an_asterisk_code_names_lupus_nephritis_only_beside_its_dagger_code(terms: Terminology) -> None:
    (alone,) = terms.findings("icd10", "N08.5*")
    assert (alone.finding, alone.grade, alone.names_beside) == ("lupus_nephritis_any", "wide", "M32")
    assert said(terms, "icd10", "M32.1+N08.5*")["lupus_nephritis_any"] == "names"
    assert said(terms, "icd10", "M31.3+N08.5*")["lupus_nephritis_any"] == "wide"


@pytest.mark.parametrize(
    ("system", "code", "blames"),
    [
        ("icd10cm", "M32.14", True),
        ("icd10cm", "M32.11", True),
        ("icd10cm", "M32.10", False),
        ("icd10cm", "I30.9", False),
        ("icd10", "M32.105+I32.8*", True),
        ("icd10", "M32.100x016", True),
        ("snomed", "95408003", True),
        ("snomed", "1144942002", True),
        ("snomed", "3238004", False),
        ("icd10cm", "M32.9", False),
    ],
)
def test_decision_36_a_code_blames_lupus_only_if_it_says_so(
    terms: Terminology, system: str, code: str, blames: bool
) -> None:
    assert any(m.blames_lupus for m in terms.findings(system, code)) is blames


@pytest.mark.parametrize(
    ("system", "code", "history"),
    [
        ("icd10cm", "Z85.3", True),
        ("icd10cm", "I25.2", True),
        ("icd10cm", "Z95.5", True),
        ("snomed", "1755008", True),
        ("snomed", "161693006", True),
        ("snomed", "266987004", True),
        ("icd10cm", "Z86.718", True),
        ("icd10cm", "Z92.850", True),
        ("icd10cm", "C50.9", False),
        ("icd10cm", "Z99.2", False),
        ("icd10cm", "I21.9", False),
    ],
)
def test_decision_35_history_codes_have_no_day_of_their_own(
    terms: Terminology, system: str, code: str, history: bool
) -> None:
    found = terms.findings(system, code)
    assert found
    assert all(m.history is history for m in found)


def test_an_unknown_code_or_system_says_nothing(terms: Terminology) -> None:
    assert terms.findings("icd10cm", "Z00.00") == ()
    assert terms.findings("", "M32.9") == ()
    assert terms.findings("icd10", "") == ()
    assert terms.procedures("", "55.6") == ()


@pytest.mark.parametrize(
    ("system", "code", "kind", "grade"),
    [
        ("snomed", "52734007", "joint_replacement", "names"),
        ("icd10pcs", "0SR9019", "joint_replacement", "names"),
        ("icd10pcs", "0FY00Z0", "abdominal", "names"),
        ("icd10pcs", "02YA0Z0", "cardiac", "names"),
        ("snomed", "88039007", "thoracic", "names"),
        ("snomed", "387713003", "other_surgery", "wide"),
        ("snomed", "7246002", "other_surgery", "wide"),
        ("icd9cm3cn", "55.23", "other_surgery", "wide"),
    ],
)
def test_decision_25_surgery_has_its_kind_and_what_has_none_is_wide(
    terms: Terminology, system: str, code: str, kind: str, grade: str
) -> None:
    (surgery,) = (m for m in terms.procedures(system, code) if m.finding == "major_surgery")
    assert (surgery.kind, surgery.grade) == (kind, grade)


@pytest.mark.parametrize(
    ("system", "code"), [("snomed", "302497006"), ("snomed", "415070008"), ("snomed", "116863004")]
)
def test_decision_25_dialysis_stents_and_transfusions_are_no_surgery(
    terms: Terminology, system: str, code: str
) -> None:
    found = terms.procedures(system, code)
    assert found
    assert all(m.finding != "major_surgery" for m in found)


def test_decision_45_peritoneal_dialysis_may_only_be_haemodialysis(terms: Terminology) -> None:
    for system, code in (("snomed", "71192002"), ("icd9cm3cn", "54.98"), ("icd10pcs", "3E1M39Z")):
        grades = {m.finding: m.grade for m in terms.procedures(system, code)}
        assert grades == {"dialysis": "names", "haemodialysis": "wide", "peritoneal_dialysis": "names"}
    assert ("haemodialysis", "names") in [(m.finding, m.grade) for m in terms.procedures("snomed", "302497006")]


def test_chinese_procedure_codes_are_read_with_their_extensions_and_under_icd_9_cm(terms: Terminology) -> None:
    assert [m.finding for m in terms.procedures("icd9cm3cn", "99.0401")] == ["transfusion"]
    assert terms.procedures("icd9cm", "39.95") == terms.procedures("icd9cm3cn", "39.95")
    assert terms.procedures("icd9cm", "39.95")


def test_a_condition_may_carry_a_procedure_code_and_a_procedure_a_status_code(terms: Terminology) -> None:
    assert "solid_organ_transplant" in said(terms, "snomed", "70536003")
    assert [m.finding for m in terms.procedures("icd10cm", "Z94.0")] == ["solid_organ_transplant"]


def test_a_finding_is_known_by_its_name(terms: Terminology) -> None:
    assert terms.has_finding("haemodialysis")
    assert not terms.has_finding("haemodialisis")


@pytest.mark.parametrize("system", ["icd10cm", "icd10", "icd10cn"])
def test_a_site_s_own_word_is_no_chapter_of_icd_10(terms: Terminology, system: str) -> None:
    assert terms.findings(system, "CREA") == ()
    assert terms.findings(system, "INR") == ()
    assert "malignancy" in said(terms, system, "C50.9")
