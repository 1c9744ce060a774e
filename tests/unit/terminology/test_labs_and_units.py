from decimal import Decimal

import pytest

from cds_service.terminology import Terminology

D = Decimal


def test_a_laboratory_code_says_its_concept_and_method(terms: Terminology) -> None:
    creatinine = terms.lab("loinc", "2160-0")
    assert creatinine is not None
    assert (creatinine.concept, creatinine.code) == ("creatinine_serum", "2160-0")
    assert terms.lab("loinc", "0000-0") is None
    assert terms.lab("rxnorm", "2160-0") is None


@pytest.mark.parametrize(
    ("code", "method"),
    [
        ("10230-1", "unspecified"),
        ("8806-2", "echo"),
        ("18043-0", "echo"),
        ("8812-0", "nuclear"),
        ("8811-2", "mr"),
        ("8808-8", "angio"),
        ("8810-4", "ct"),
        ("2164-2", "measured"),
        ("35591-7", "cockcroft-gault"),
        ("98979-8", "ckd-epi-2021"),
        ("62238-1", "ckd-epi-2009"),
        ("33914-3", "mdrd"),
        ("59410-1", "room-air"),
        ("59417-6", "resting"),
        ("59408-5", "unspecified"),
        ("30451-9", "segmented"),
        ("751-8", "total"),
        ("5048-4", "titre"),
        ("48398-2", "log10"),
        ("5793-5", "plain-granular"),
        ("5195-3", "presence"),
    ],
)
def test_the_method_of_a_code_is_what_a_criterion_asks_for(terms: Terminology, code: str, method: str) -> None:
    lab = terms.lab("loinc", code)
    assert lab is not None
    assert lab.method == method


@pytest.mark.parametrize("code", ["18373-1", "26801-1", "21482-5", "35592-5", "30391-7", "51487-7", "4548-4", "2161-8"])
def test_a_code_of_another_quantity_is_not_read_as_the_concept(terms: Terminology, code: str) -> None:
    assert terms.lab("loinc", code) is None


@pytest.mark.parametrize(
    ("concept", "adult", "child"),
    [
        ("platelets", 90, 90),
        ("spo2", 90, 90),
        ("cd4_abs", 180, 180),
        ("cd19_abs", 180, 180),
        ("body_weight", 180, 60),
        ("body_height", 365, 90),
        ("lvef", 365, 365),
        ("anti_dsdna", 365, 365),
        ("iga", 365, 365),
        ("hbsag", 365, 365),
        ("syphilis", 365, 365),
        ("c3", 90, 90),
        ("ldh", 90, 90),
        ("haptoglobin", 90, 90),
        ("dat_coombs", 90, 90),
        ("hcg_serum", 28, 28),
        ("egfr", 90, 90),
        ("sledai_2k", 90, 90),
        ("lupus_nephritis_class", 0, 0),
        ("chronicity_index", 0, 0),
    ],
)
def test_look_backs_are_those_of_the_contract(terms: Terminology, concept: str, adult: int, child: int) -> None:
    assert (terms.concepts[concept].look_back, terms.concepts[concept].look_back_child) == (adult, child)


def test_only_inr_and_scores_may_come_without_a_unit(terms: Terminology) -> None:
    measured = {c.name for c in terms.concepts.values() if c.unitless and c.kind != "score"}
    assert measured == {"inr"}


@pytest.mark.parametrize(
    ("quantity", "raw", "value", "canonical"),
    [
        ("creatinine_serum", "umol/L", "221", "2.5"),
        ("creatinine_serum", "µmol/L", "221", "2.5"),
        ("creatinine_serum", "μmol/L", "221", "2.5"),
        ("creatinine_serum", " mg/dl ", "1.1", "1.1"),
        ("bilirubin_total", "umol/L", "17.10", "1"),
        ("body_temp", "[degF]", "100.4", "38"),
        ("body_temp", "F", "100.4", "38"),
        ("body_temp", "Cel", "38.0", "38.0"),
        ("platelets", "K/uL", "25", "25"),
        ("platelets", "10⁹/L", "25", "25"),
        ("platelets", "10⁹/L ", "25", "25"),
        ("platelets", "G/L", "25", "25"),
        ("cd4_abs", "/mm3", "200", "0.2"),
        ("hemoglobin", "g/dL", "7.0", "70"),
        ("iga", "g/L", "0.1", "10"),
        ("upcr", "mg/mg", "0.5", "500"),
        ("urine_protein_24h", "mg/24hr", "6000", "6"),
        ("body_weight", "[lb_av]", "100", "45.359237"),
        ("alt", "ukat/L", "1", "60"),
        ("hcg", "mIU/mL", "25", "25"),
        ("egfr", "mL/min/1.73m²", "30", "30"),
    ],
)
def test_a_unit_converts_exactly(terms: Terminology, quantity: str, raw: str, value: str, canonical: str) -> None:
    conversion = terms.unit(quantity, raw)
    assert conversion is not None
    assert conversion.convert(D(value)) == D(canonical)


@pytest.mark.parametrize(
    ("quantity", "raw"),
    [
        ("platelets", "109/L"),
        ("platelets", "furlong"),
        ("platelets", ""),
        ("hemoglobin", "G/L"),
        ("upcr", ""),
        ("upcr", "ratio"),
        ("upcr", "Ratio"),
        ("spo2", "1"),
        ("anti_dsdna", "U/mL"),
        ("urine_rbc_hpf", "/uL"),
        ("creatinine_serum", "UMOL/DL"),
        ("body_weight", "F"),
        ("", "mg/dL"),
    ],
)
def test_a_unit_that_would_have_to_be_guessed_is_not_read(terms: Terminology, quantity: str, raw: str) -> None:
    assert terms.unit(quantity, raw) is None


def test_a_missing_unit_of_inr_is_read(terms: Terminology) -> None:
    conversion = terms.unit("inr", "")
    assert conversion is not None
    assert conversion.factor == 1


def test_default_limits_of_one_sex_are_the_interval_of_the_published_ones(terms: Terminology) -> None:
    ast = terms.limits("ast", "female", 30)
    assert ast is not None
    assert (ast.low_uln, ast.high_uln, ast.n, ast.unit) == (D(35), D(40), 2, "U/L")


@pytest.mark.parametrize("sex", [None, "other", "unknown"])
def test_default_limits_without_a_known_sex_are_those_of_both(terms: Terminology, sex: str | None) -> None:
    alt = terms.limits("alt", sex, 30)
    assert alt is not None
    assert (alt.low_uln, alt.high_uln) == (D(40), D(50))


def test_a_limit_published_once_says_so(terms: Terminology) -> None:
    inr, alp = terms.limits("inr", "male", 40), terms.limits("alp", "female", 60)
    assert inr is not None
    assert alp is not None
    assert (inr.n, inr.low_uln, alp.n, alp.high_uln) == (1, D("1.2"), 1, D(120))


def test_limits_are_in_the_canonical_unit(terms: Terminology) -> None:
    creatinine, fibrinogen = terms.limits("creatinine_serum", "female", 40), terms.limits("fibrinogen", "male", 40)
    assert creatinine is not None
    assert fibrinogen is not None
    assert creatinine.low_uln == D(73) / D("88.4")
    assert (fibrinogen.low_lln, fibrinogen.high_lln) == (D(2), D(2))


@pytest.mark.parametrize(("analyte", "age"), [("alt", 17), ("c3", 40), ("c4", 40), ("ch50", 40), ("anti_dsdna", 40)])
def test_there_is_no_default_limit_under_18_nor_for_complement_and_anti_dsdna(
    terms: Terminology, analyte: str, age: int
) -> None:
    assert terms.limits(analyte, "male", age) is None


def test_both_published_beckman_and_roche_limits_of_direct_bilirubin_are_kept(terms: Terminology) -> None:
    direct = terms.limits("bilirubin_direct", "male", 40)
    assert direct is not None
    assert (direct.low_uln, direct.high_uln) == (D(4) / D("17.10"), D(8) / D("17.10"))
