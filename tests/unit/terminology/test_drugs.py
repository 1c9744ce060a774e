import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from cds_service.kernel.paths import data_dir
from cds_service.terminology import Terminology, load

D = Decimal


@pytest.mark.parametrize(
    ("system", "code", "ingredient", "kind", "systemic"),
    [
        ("rxnorm", "8640", "prednisone", "IN", "unknown"),
        ("rxnorm", "312615", "prednisone", "SCD", "yes"),
        ("rxnorm", "2105824", "rituximab", "PIN", "unknown"),
        ("rxnorm", "226754", "rituximab", "BN", "yes"),
        ("atc", "L01FA01", "rituximab", "ATC", "yes"),
        ("atc", "L01XC02", "rituximab", "ATC-legacy", "yes"),
        ("atc", "D11AH01", "tacrolimus", "ATC-local", "no"),
        ("atc", "A07EA06", "budesonide", "ATC", "unknown"),
        ("atc", "R03BA02", "budesonide", "ATC", "no"),
    ],
)
def test_a_drug_code_resolves_to_its_ingredient(
    terms: Terminology, system: str, code: str, ingredient: str, kind: str, systemic: str
) -> None:
    drug = terms.drug_code(system, code)
    assert drug is not None
    assert (drug.ingredients, drug.kind, drug.systemic) == ((ingredient,), kind, systemic)


def test_an_atc_code_of_two_ingredients_names_both(terms: Terminology) -> None:
    drug = terms.drug_code("atc", "L04AA06")
    assert drug is not None
    assert drug.ingredients == ("mycophenolate mofetil", "mycophenolic acid")
    assert drug.systemic == "yes"


def test_a_code_of_two_ingredients_that_are_not_alike_systemic_leaves_that_open(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(data_dir("mappings"), tmp_path / "mappings"))
    with (folder / "drugs.csv").open("a", encoding="utf-8") as file:
        file.write("aspirin,atc,N02BA99,ATC,yes,verified,site,\nibuprofen,atc,N02BA99,ATC,no,verified,site,\n")
    drug = load(folder).drug_code("atc", "N02BA99")
    assert drug is not None
    assert (drug.ingredients, drug.systemic) == (("aspirin", "ibuprofen"), "unknown")


@pytest.mark.parametrize("code", ["41493", "312617", "562251", "1860498"])
def test_codes_that_public_fixtures_mislabel_are_never_what_they_were_called(terms: Terminology, code: str) -> None:
    drug = terms.drug_code("rxnorm", code)
    names = drug.ingredients if drug else ()
    assert not {"mycophenolate mofetil", "belimumab"} & set(names)


@pytest.mark.parametrize(("code", "mg"), [("198145", "10"), ("312615", "20"), ("312617", "5"), ("259966", "4")])
def test_a_tablet_carries_its_strength(terms: Terminology, code: str, mg: str) -> None:
    drug = terms.drug_code("rxnorm", code)
    assert drug is not None
    assert drug.mg_per_unit == D(mg)
    assert not drug.pack


def test_a_solution_carries_its_concentration_and_an_ingredient_no_strength(terms: Terminology) -> None:
    solution, ingredient = terms.drug_code("rxnorm", "283077"), terms.drug_code("rxnorm", "8640")
    assert solution is not None
    assert ingredient is not None
    assert solution.mg_per_ml == D(3)
    assert ingredient.mg_per_unit is None


def test_a_vial_says_that_its_strength_is_that_of_a_container(terms: Terminology) -> None:
    vial = terms.drug_code("rxnorm", "1657864")
    assert vial is not None
    assert (vial.mg_per_unit, vial.per) == (D(100), "container")


def test_taper_packs_and_combinations_carry_no_strength(terms: Terminology) -> None:
    found = [d for (s, _), d in terms.codes.items() if s == "rxnorm" and hasattr(d, "pack")]
    several = [d for d in found if d.pack or len(d.ingredients) > 1]
    assert len(several) > 50
    assert all(d.mg_per_unit is None and d.mg_per_ml is None for d in several)


@pytest.mark.parametrize(
    ("group", "inside", "outside"),
    [
        ("glucocorticoid", "prednisone", "fludrocortisone"),
        ("antimalarial", "hydroxychloroquine", "dapsone"),
        ("conventional_immunosuppressant", "mizoribine", "teriflunomide"),
        ("conventional_immunosuppressant", "voclosporin", "hydroxychloroquine"),
        ("biologic", "telitacicept", "immunoglobulin G"),
        ("biologic", "rituximab", "iptacopan"),
        ("neither_judgement", "tofacitinib", "belimumab"),
        ("neither_judgement", "avacopan", "azathioprine"),
        ("anti_cd20_antibody", "ibritumomab tiuxetan", "mosunetuzumab"),
        ("cd20xcd3_bispecific", "mosunetuzumab", "rituximab"),
        ("anti_cd19_antibody", "inebilizumab", "rituximab"),
        ("gene_modified_cell_product", "afamitresgene autoleucel", "lifileucel"),
        ("growth_factor", "lenograstim", "plerixafor"),
        ("growth_factor", "romiplostim", "motixafortide"),
        ("erythropoietin", "darbepoetin alfa", "luspatercept"),
        ("vasopressor", "norepinephrine", "dobutamine"),
        ("vasopressor", "metaraminol", "methylene blue"),
        ("vasopressor_judgement", "midodrine", "norepinephrine"),
        ("nsaid", "aspirin", "prednisone"),
        ("no_equivalence", "corticotropin", "prednisone"),
        ("b_cell_directed", "tisagenlecleucel", "idecabtagene vicleucel"),
    ],
)
def test_a_class_holds_what_dosing_md_puts_in_it_and_not_its_neighbour(
    terms: Terminology, group: str, inside: str, outside: str
) -> None:
    assert inside in terms.members(group)
    assert outside in terms.ingredients
    assert outside not in terms.members(group)
    assert group in terms.ingredients[inside].groups


def test_an_unknown_class_has_no_members(terms: Terminology) -> None:
    assert terms.members("statins") == frozenset()


def test_mycophenolate_mofetil_and_mycophenolic_acid_are_one_drug(terms: Terminology) -> None:
    assert terms.ingredients["mycophenolic acid"].drug == terms.ingredients["mycophenolate mofetil"].drug
    assert terms.ingredients["azathioprine"].drug == "azathioprine"


@pytest.mark.parametrize(
    ("name", "low", "nominal", "high"),
    [
        ("prednisone", D(1), D(1), D(1)),
        ("prednisolone", D(1), D(1), D(1)),
        ("methylprednisolone", D("1.25"), D("1.25"), D("1.25")),
        ("hydrocortisone", D("0.25"), D("0.25"), D("0.25")),
        ("cortisone", D("0.2"), D("0.2"), D("0.2")),
        ("triamcinolone", D("1.25"), D("1.25"), D("1.25")),
        ("dexamethasone", D("6.25"), D(20) / 3, D("7.5")),
        ("betamethasone", D(20) / 3, D(20) / 3, D(25) / 3),
        ("deflazacort", D(2) / 3, D(5) / 6, D(5) / 6),
    ],
)
def test_decision_21_gives_the_factor_of_each_glucocorticoid(
    terms: Terminology, name: str, low: Decimal, nominal: Decimal, high: Decimal
) -> None:
    factor = terms.steroids[name]
    assert (factor.low, factor.nominal, factor.high, factor.accepted) == (low, nominal, high, True)


def test_decision_40_a_steroid_without_equivalence_is_not_accepted_but_counted(terms: Terminology) -> None:
    assert {n for n, f in terms.steroids.items() if f.counted and not f.accepted} == terms.members("no_equivalence")
    assert not terms.steroids["budesonide"].counted
    assert not terms.steroids["fludrocortisone"].counted
    assert terms.members("glucocorticoid") <= set(terms.steroids)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("泼尼松龙", ("prednisolone",)),
        ("醋酸泼尼松片", ("prednisone",)),
        ("甲泼尼龙片 4mg", ("methylprednisolone",)),
        ("氢化可的松", ("hydrocortisone",)),
        ("替西罗莫司注射液", ()),
        ("伏环孢素", ("voclosporin",)),
        ("环孢素软胶囊", ("cyclosporine",)),
        ("ciclosporin 100 mg", ("cyclosporine",)),
        ("Methylprednisolone 4 MG Oral Tablet", ("methylprednisolone",)),
        ("PREDNISONE (Deltasone)", ("prednisone",)),
        ("Mycophenolate sodium", ("mycophenolate mofetil",)),
        ("泰它西普", ("telitacicept",)),
        ("瑞基奥仑赛注射液", ("relmacabtagene autoleucel",)),
        ("Rituxan", ("rituximab",)),
        ("prednisonelike", ()),
        ("methotrexate and folic acid", ("methotrexate",)),
        ("aspirin", ("aspirin",)),
        ("", ()),
        ("prednisone or prednisolone", ("prednisone", "prednisolone")),
    ],
)
def test_a_text_names_ingredients_by_its_longest_words(terms: Terminology, text: str, named: tuple[str, ...]) -> None:
    assert terms.drugs_named(text) == named


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Oral tablet", "oral"),
        ("by mouth", "oral"),
        ("PO", "oral"),
        ("片", "oral"),
        ("口服", "oral"),
        ("oral drops", "oral"),
        ("eye drops", "not-systemic"),
        ("醋酸泼尼松龙滴眼液", "not-systemic"),
        ("他克莫司软膏", "not-systemic"),
        ("inhaler", "not-systemic"),
        ("intra-articular", "not-systemic"),
        ("intravenous infusion", "parenteral"),
        ("静脉滴注", "parenteral"),
        ("皮下注射", "parenteral"),
        ("IM", "depot"),
        ("肌内注射", "depot"),
        ("methylprednisolone acetate 40 MG/ML Injectable Suspension", "depot"),
        ("醋酸泼尼松片", "oral"),
        ("cortisone acetate 25 MG Oral Tablet", "oral"),
        ("prednisone", None),
        ("cape town", None),
    ],
)
def test_a_form_is_read_from_words(terms: Terminology, text: str, form: str | None) -> None:
    assert terms.form_of(text) == form


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("QD", D(1)),
        ("bid", D(2)),
        ("TID", D(3)),
        ("QID", D(4)),
        ("QOD", D("0.5")),
        ("Q8H", D(3)),
        ("Q6H", D(4)),
        ("Q4H", D(6)),
        ("WK", D(1) / 7),
        ("每日一次", D(1)),
        ("每日两次", D(2)),
        ("隔日一次", D("0.5")),
        ("Daily", D(1)),
        ("every 12 (twelve) hours", D(2)),
        ("MO", None),
        ("take one tablet daily with food", None),
        ("", None),
    ],
)
def test_decision_40_a_timing_is_read_only_as_a_whole(terms: Terminology, text: str, times: Decimal | None) -> None:
    assert terms.timing(text) == times


@pytest.mark.parametrize(
    ("system", "code", "live"),
    [
        ("cvx", "03", "live"),
        ("cvx", "3", "live"),
        ("cvx", "21", "live"),
        ("cvx", "187", "not-live"),
        ("cvx", "206", "review"),
        ("cvx", "188", "review"),
        ("cvx", "10", "not-live"),
        ("cvx", "999", None),
        ("atc", "J07BK01", "live"),
        ("atc", "J07BK03", "not-live"),
        ("rxnorm", "221050", "review"),
    ],
)
def test_a_vaccine_is_live_or_not_or_for_a_person_to_look_at(
    terms: Terminology, system: str, code: str, live: str | None
) -> None:
    assert terms.vaccine(system, code) == live
