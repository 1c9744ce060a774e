import shutil
from pathlib import Path

import pytest

from cds_service.kernel.paths import data_dir
from cds_service.terminology import Terminology, load
from cds_service.terminology.words import FindingWords


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("http://loinc.org", "loinc"),
        ("http://snomed.info/sct", "snomed"),
        ("urn:oid:2.16.840.1.113883.6.96", "snomed"),
        ("urn:oid:2.16.840.1.113883.6.90", "icd10cm"),
        ("http://hl7.org/fhir/sid/icd-10", "icd10"),
        ("urn:oid:2.16.840.1.113883.6.3", "icd10"),
        ("urn:oid:2.16.840.1.113883.12.292", "cvx"),
        ("http://www.whocc.no/atc", "atc"),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "rxnorm"),
        ("http://example.org/local", ""),
        ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", ""),
    ],
)
def test_a_system_is_known_by_its_addresses(terms: Terminology, uri: str, name: str) -> None:
    assert terms.system(uri) == name


def test_the_address_of_a_system_is_the_one_that_fhir_prints(terms: Terminology) -> None:
    assert terms.uri("snomed") == "http://snomed.info/sct"
    assert terms.uri("icd10cn") == ""


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Positive", "positive"),
        ("阳性", "positive"),
        ("(+)", "positive"),
        ("检出", "positive"),
        ("Detected", "positive"),
        ("Reactive", "positive"),
        ("weakly positive", "weakly-positive"),
        ("弱阳性", "weakly-positive"),
        ("Not detected", "negative"),
        ("target not detected", "negative"),
        ("Non-Reactive", "negative"),
        ("阴性", "negative"),
        ("未检出", "negative"),
        ("-", "negative"),
        ("equivocal", "indeterminate"),
        ("可疑", "indeterminate"),
        ("±", "indeterminate"),
        ("未检", "no-result"),
        ("标本溶血", "no-result"),
        ("QNS", "no-result"),
        ("not performed", "no-result"),
        ("1:320", None),
        ("see below", None),
        ("", None),
        ("Negative, was positive in May", None),
    ],
)
def test_a_result_text_says_one_thing_or_cannot_be_read(terms: Terminology, text: str, meaning: str | None) -> None:
    assert terms.qualifier_text(text) == meaning


@pytest.mark.parametrize(
    ("system", "code", "meaning"),
    [
        ("snomed", "10828004", "positive"),
        ("snomed", "260408008", "weakly-positive"),
        ("snomed", "260415000", "negative"),
        ("snomed", "82334004", "indeterminate"),
        ("interpretation", "POS", "positive"),
        ("interpretation", "WR", "weakly-positive"),
        ("interpretation", "ND", "negative"),
        ("interpretation", "H", "high"),
        ("interpretation", "HU", "high"),
        ("interpretation", "L<", "low"),
        ("interpretation", "N", "normal"),
        ("interpretation", "A", "abnormal"),
        ("interpretation", "R", None),
        ("interpretation", "I", None),
        ("interpretation", "<", None),
        ("interpretation", ">", None),
        ("snomed", "24484000", None),
    ],
)
def test_a_coded_result_has_the_meaning_of_its_code(
    terms: Terminology, system: str, code: str, meaning: str | None
) -> None:
    assert terms.qualifier(system, code) == meaning


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        ("24484000", "severe"),
        ("442452003", "severe"),
        ("6736007", "moderate"),
        ("371923003", "moderate"),
        ("255604002", "mild"),
        ("371924009", "judgement"),
        ("10828004", None),
    ],
)
def test_a_severity_code_has_its_degree(terms: Terminology, code: str, severity: str | None) -> None:
    assert terms.severity("snomed", code) == severity


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("Severe", "severe"),
        ("重度", "severe"),
        ("重症", "severe"),
        ("moderate", "moderate"),
        ("轻度", "mild"),
        ("mild to moderate", "moderate"),
        ("moderate to severe", "judgement"),
        ("中重度", "judgement"),
        ("non-severe", "judgement"),
        ("unclear", None),
    ],
)
def test_a_severity_text_has_its_degree(terms: Terminology, text: str, severity: str | None) -> None:
    assert terms.severity_text(text) == severity


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("SLEDAI-2K", "sledai_2k"),
        ("sledai 2k total score", "sledai_2k"),
        ("SLEDAI-2000", "sledai_2k"),
        ("SLEDAI-2K评分", "sledai_2k"),
        ("SELENA-SLEDAI", "selena_sledai"),
        ("SELENA SLEDAI score", "selena_sledai"),
        ("SLEDAI", "sledai"),
        ("SLEDAI评分", "sledai"),
        ("SELENA-SLEDAI Flare Index", None),
        ("SLEDAI-2K Responder Index-50", None),
        ("SELENA-SLEDAI physician global assessment", None),
        ("SLEDAI-2K arthritis", None),
        ("cSLEDAI-2K", None),
        ("score", None),
        ("BILAG score", None),
        ("SLEDAI-2K SELENA-SLEDAI", None),
    ],
)
def test_decision_36_only_a_total_under_its_bare_name_is_a_score(
    terms: Terminology, text: str, score: str | None
) -> None:
    assert terms.score_name(text) == score


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("History of stroke", "stroke_cerebrovascular"),
        ("狼疮性肾炎", "lupus_nephritis_any"),
        ("CAR-T therapy", "prior_car_t"),
        ("某某仑赛回输", "prior_car_t"),
        ("输血", "transfusion"),
        ("Transfusion of platelets", "transfusion"),
        ("血液透析", "haemodialysis"),
        ("peritoneal dialysis", "peritoneal_dialysis"),
        ("breast cancer", "malignancy"),
        ("HIV", "hiv"),
        ("癫痫", "epilepsy"),
        ("活动性肺结核", "tuberculosis_active"),
        ("common cold", "active_infection"),
        ("Acute viral pharyngitis (disorder)", "active_infection"),
        ("Viral sinusitis (disorder)", "local_infection"),
        ("急性扁桃体炎", "local_infection"),
        ("dyspnoea on exertion", "dyspnea"),
    ],
)
def test_decision_34_a_word_of_a_finding_is_found_in_a_text(terms: Terminology, text: str, finding: str) -> None:
    assert finding in terms.findings_named(text)
    assert finding in terms.procedures_named(text)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("transfusion reaction", "transfusion"),
        ("peritoneal dialysis", "haemodialysis"),
        ("archive", "hiv"),
        ("sleep apnoea", "sle"),
        ("latent tuberculosis", "tuberculosis_active"),
        ("latent tuberculosis", "bacterial_infection"),
        ("corneal transplant", "solid_organ_transplant"),
        ("bone marrow transplant", "solid_organ_transplant"),
        ("drug-induced lupus erythematosus", "sle"),
        ("autoimmune hepatitis", "lupus_hepatitis"),
        ("initial visit", "tia"),
    ],
)
def test_a_word_inside_another_is_not_a_word_of_the_finding(terms: Terminology, text: str, finding: str) -> None:
    assert finding not in terms.findings_named(text)


def test_a_hiding_word_does_not_hide_the_same_word_elsewhere_in_the_text(terms: Terminology) -> None:
    assert "transfusion" in terms.findings_named("transfusion, complicated by a transfusion reaction")


def test_every_finding_that_a_code_says_has_words_in_english_and_chinese_or_is_a_guard(terms: Terminology) -> None:
    without = {
        "headache_sledai",
        "leukapheresis_procedure",
        "tuberculosis_latent_guard",
        "old_mi_guard",
        "lymphoma_any_guard",
        "lupus_peripheral_neuropathy_guard",
        "lupus_type_not_stated",
        "gvhd_chronic",
        "antiphospholipid_syndrome_secondary",
    }
    rows = terms._tables["finding_words"]
    for finding in terms.finding_names - without:
        languages = {r["language"] for r in rows if r["finding"] == finding and r["kind"] == "word"}
        assert languages == {"en", "zh"} or finding.startswith("lupus_nephritis_class"), finding


def test_the_memory_of_a_look_up_stays_bounded(terms: Terminology) -> None:
    for n in range(4200):
        assert terms.qualifier_text(f"negative {n}") == "negative"
        assert terms.drugs_named(f"prednisone {n}") == ("prednisone",)
        assert terms.findings_named(f"dialysis {n}") == ("dialysis", "haemodialysis")
        assert terms.unit("wbc", f"unit {n}") is None
    for n in range(8300):
        assert terms.findings("snomed", f"99{n}") == ()
        assert terms.procedures("snomed", f"99{n}") == ()
    assert len(terms._codes._found) <= 8192
    assert len(terms._codes._done) <= 8192
    assert len(terms._drugs.names._cache) <= 4200
    assert len(terms._finding_words._cache) <= 4200
    assert len(terms._labs._cache) <= 4200


def test_of_two_hiding_words_the_longer_one_hides_first(terms: Terminology) -> None:
    """潜伏性结核感染 is latent tuberculosis: without 潜伏性结核 alone an infection (感染) would be left of it."""
    assert "active_infection" not in terms.findings_named("潜伏性结核感染")
    rows = [("infection", "感染", False), ("infection", "潜伏性结核", True), ("infection", "潜伏性结核感染", True)]
    for order in (rows, rows[::-1]):
        assert FindingWords(order).find("潜伏性结核感染") == ()
        assert FindingWords(order).find("潜伏性结核感染，肺部感染") == ("infection",)


def test_a_hidden_word_leaves_no_trace(terms: Terminology) -> None:
    assert terms.findings_named("x" + "sle" + "x") == ()


def test_every_class_word_is_listed_with_its_ingredients(terms: Terminology) -> None:
    assert terms.groups["antimalarial"] == {"hydroxychloroquine", "chloroquine", "quinacrine"}


def test_a_site_may_add_a_coded_route(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(data_dir("mappings"), tmp_path / "mappings"))
    with (folder / "routes.csv").open("a", encoding="utf-8") as file:
        file.write(",orderable-form,SITE1,oral,verified,site,\n")
    site = load(folder)
    assert site.route("orderable-form", "SITE1") == "oral"
    assert site.route("orderable-form", "SITE2") is None
