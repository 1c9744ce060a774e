"""A broken mapping row is one clear complaint with its file and line; every complaint comes at once."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cds_service.kernel.errors import DataError
from cds_service.kernel.paths import data_dir
from cds_service.terminology import Terminology, lint, load
from cds_service.terminology.normalise import loinc_ok, snomed_ok


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_dir("mappings"), tmp_path / "mappings"))


def problems(folder: Path) -> list[str]:
    return [str(p) for p in lint(folder)]


def add(folder: Path, name: str, line: str) -> int:
    """Add a row; its line number is returned."""
    path = folder / f"{name}.csv"
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    return len(path.read_text(encoding="utf-8").splitlines())


def test_the_mappings_that_we_ship_are_sound() -> None:
    assert lint() == []


@pytest.mark.parametrize(
    ("name", "row", "complaint"),
    [
        ("labs", "platelets,loinc,777-4,,Blood,NCnc,verified,x,", "the LOINC check digit of 777-4 is wrong"),
        ("labs", "platlets,loinc,13056-7,,Blood,NCnc,verified,x,", "concept 'platlets' is not in lab_concepts.csv"),
        ("labs", "platelets,loinc,777-3,other,Blood,NCnc,verified,x,", "code 777-3 stands here twice"),
        ("labs", "platelets,lonic,13056-7,,Blood,NCnc,verified,x,", "system 'lonic' is not in systems.csv"),
        ("labs", "platelets,loinc,13056-7,,Blood,NCnc,guessed,x,", "confidence 'guessed' is not one of"),
        ("labs", "platelets,loinc,13056-7,,Blood,NCnc,verified,,", "code 13056-7 has no source"),
        ("labs", "platelets,loinc,13056-7", "3 cells instead of 9"),
        ("units", "wbc,10*9/L,crate,1.2.3,0,verified,x", "factor '1.2.3' is not a number"),
        ("units", "wbc,10*9/L,crate,1/0,0,verified,x", "factor '1/0' is not a number"),
        ("units", "wbc,g/L,crate,1,0,verified,x", "wbc has another canonical unit above"),
        ("units", "wbc,10*9/L,10*9/L,2,0,verified,x", "unit '10*9/L' of wbc stands here twice"),
        ("limits", "alt,any,18,,1,40,crate,verified,x,", "unit 'crate' of alt is not in units.csv"),
        ("limits", "alt,both,18,,1,40,U/L,verified,x,", "sex 'both' is not one of any, male, female"),
        ("limits", "altitude,any,18,,1,40,U/L,verified,x,", "analyte 'altitude' is not in lab_concepts.csv"),
        ("ingredients", "aspirin,aspirin,nsaid,nsaid,verified,x,", "'aspirin' stands here twice"),
        ("ingredients", "newdrug,olddrug,nsaid,nsaid,no-code,x,", "drug 'olddrug' is not an ingredient"),
        ("drugs", "asprin,rxnorm,111,IN,yes,verified,x,", "ingredient 'asprin' is not in ingredients.csv"),
        ("drugs", "aspirin,rxnorm,111,IN,maybe,verified,x,", "systemic 'maybe' is not one of yes, no, unknown"),
        ("drugs", "aspirin,rxnorm,11A,IN,yes,verified,x,", "rxnorm code '11A' is not a number"),
        ("drugs", "aspirin,rxnorm,111,IN,yes,no-code,x,", "code 111 has no confidence"),
        ("products", "312615,SCD,aspirin,1,,,oral,yes,no,verified,x,", "code 312615 has another meaning already"),
        ("products", "111,SCD,aspirin,one,,,oral,yes,no,verified,x,", "mg_per_unit 'one' is not a number"),
        ("products", "111,SCD,asprin,1,,,oral,yes,no,verified,x,", "ingredient 'asprin' is not in ingredients.csv"),
        ("drugs", "aspirin,atc, N02BA99,ATC,yes,verified,x,", "code ' N02BA99' has spaces around it"),
        ("drug_names", "foo,aspirin;ibuprofen,en,generic,verified,x,", "ingredient 'aspirin;ibuprofen' is not in"),
        ("steroids", "aspirin,2,1,3,yes,yes,verified,x,", "the factors are not in order"),
        ("steroids", "aspirin,1,1,1,perhaps,yes,verified,x,", "accepted 'perhaps' is not one of yes, no"),
        (
            "conditions",
            "sle,snomed,55464008,exact,names,,no,no,verified,x,",
            "SNOMED CT check digit of 55464008 is wrong",
        ),
        ("conditions", "sle,icd10cm,M32.9,prefix,wide,,no,no,verified,x,", "code M32.9 has two rows for sle"),
        ("conditions", "sle,loinc,777-3,exact,names,,no,no,verified,x,", "system 'loinc' holds no conditions"),
        (
            "conditions",
            "sle,icd10cm,L93.2,starts,names,,no,no,verified,x,",
            "match 'starts' is not one of exact, prefix",
        ),
        (
            "conditions",
            "sle,icd10cm,L93.2,prefix,sure,,no,no,verified,x,",
            "grade 'sure' is not one of names, wide, not",
        ),
        ("finding_words", "slee,lupus,en,word,verified,x,", "finding 'slee' has no code row"),
        ("procedures", "dialysis,icd10pcs,5A1D70Z,exact,wide,,verified,x,", "code 5A1D70Z has two rows for dialysis"),
        ("vaccines", "cvx,3000,alive,x,verified,x,", "live 'alive' is not one of live, review, no"),
        ("qualifiers", "result,positive,interpretation,R,,,verified,x,", "interpretation R must not be read"),
        ("qualifiers", "result,perhaps,,,maybe,en,verified,x,", "meaning 'perhaps' is not one of"),
        ("timing_codes", "daily,en,2,text,verified,x,", "'daily' has another meaning above"),
        ("forms", ",en,oral,verified,x,", "the word is empty"),
        ("systems", "icd10,http://loinc.org,verified,x,", "'http://loinc.org' has another name above"),
        ("lab_concepts", "newlab,crates,kg,no,90,90,quantity,x,verified,x,", "quantity 'crates' is not in units.csv"),
        ("lab_concepts", "newlab,,,no,90,90,quantity,x,verified,x,", "newlab is a quantity without a row in units.csv"),
        ("lab_concepts", "newlab,,,no,90,90,quality,x,verified,x,", "kind 'quality' is not one of"),
    ],
)
def test_a_faulty_row_is_named(folder: Path, name: str, row: str, complaint: str) -> None:
    add(folder, name, row)
    found = [p for p in problems(folder) if complaint in p]
    assert found, problems(folder)
    assert found[0].startswith(f"{name}.csv:")


def test_a_fault_names_its_line(folder: Path) -> None:
    line = add(folder, "labs", "platelets,loinc,777-4,,Blood,NCnc,verified,x,")
    assert problems(folder) == [f"labs.csv:{line}: the LOINC check digit of 777-4 is wrong"]


def test_a_row_that_stands_twice_is_named(folder: Path) -> None:
    path = folder / "labs.csv"
    line = add(folder, "labs", path.read_text(encoding="utf-8").splitlines()[1])
    assert f"labs.csv:{line}: the row stands here twice" in problems(folder)


@pytest.mark.parametrize("row", ["prednisone,aspirin,en,generic,verified,x,", "prednisone,,en,blocker,verified,x,"])
def test_a_name_that_is_read_as_another_ingredient_is_named(folder: Path, row: str) -> None:
    line = add(folder, "drug_names", row)
    assert any(p.startswith(f"drug_names.csv:{line}: the name 'prednisone' is read as") for p in problems(folder))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda f: (f / "labs.csv").unlink(), "labs.csv:1: the file is missing"),
        (lambda f: (f / "labs.csv").write_bytes(b"\xff\xfe"), "labs.csv:1: the file is not UTF-8"),
        (lambda f: (f / "labs.csv").write_text("concept,code\n"), "labs.csv:1: the columns are not those expected"),
        (lambda f: (f / "labz.csv").write_text("a\n"), "labz.csv:1: not a mapping file that this service reads"),
    ],
)
def test_a_faulty_file_is_named(folder: Path, change: Callable[[Path], object], complaint: str) -> None:
    change(folder)
    assert any(p.startswith(complaint) for p in problems(folder))


def test_an_open_quotation_mark_is_named(folder: Path) -> None:
    add(folder, "systems", '"x"y,http://example.org,verified,x,')
    assert any("not readable as CSV" in p for p in problems(folder))


def test_load_reports_all_faults_together(folder: Path) -> None:
    add(folder, "labs", "platlets,loinc,13056-7,,Blood,NCnc,verified,x,")
    add(folder, "drugs", "asprin,rxnorm,111,IN,yes,verified,x,")
    with pytest.raises(DataError) as error:
        load(folder)
    assert [p.file for p in error.value.problems] == ["labs.csv", "drugs.csv"]


def test_the_version_changes_with_any_row(folder: Path, terms: Terminology) -> None:
    same = load(folder)
    assert same.version == terms.version
    assert len(same.version) == 12
    load.cache_clear()
    add(folder, "systems", "loinc,http://example.org/loinc,verified,x,")
    assert load(folder).version != terms.version
    load.cache_clear()


def test_describe_gives_every_meaning_of_a_code(terms: Terminology) -> None:
    (creatinine,) = terms.describe(" 2160-0 ")
    assert creatinine["system"] == "loinc"
    assert "creatinine_serum" in creatinine["means"]
    assert creatinine["row"].startswith("labs.csv:")
    assert {(d["system"], d["means"]) for d in terms.describe("m3214")} >= {("icd10cm", "lupus_nephritis_any (names)")}
    assert any("a day" in d["means"] for d in terms.describe("BID"))
    assert any(d["system"] == "icd10cn" for d in terms.describe("M32.101"))
    assert any("prednisone" in d["means"] and "20 mg" in d["means"] for d in terms.describe("312615"))
    assert terms.describe("no such code") == []


def test_an_example_code_of_a_finding_names_it(terms: Terminology) -> None:
    for finding in ("gilbert_syndrome", "sle", "malignancy"):
        system, code = terms.code_of_finding(finding)
        assert (finding, "names") in {(m.finding, m.grade) for m in terms.findings(system, code)}
    system, code = terms.code_of_procedure("transfusion")
    assert [m.finding for m in terms.procedures(system, code)] == ["transfusion"]
    with pytest.raises(KeyError):
        terms.code_of_finding("no_such_finding")
    with pytest.raises(KeyError):
        terms.code_of_procedure("no_such_finding")


@pytest.mark.parametrize(
    ("code", "right"), [("2160-0", True), ("2160-1", False), ("777-3", True), ("77-73", False), ("x-1", False)]
)
def test_the_loinc_check_digit_is_computed(code: str, right: bool) -> None:
    assert loinc_ok(code) is right


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("55464009", True),
        ("55464008", False),
        ("200936003", True),
        ("295101000119105", True),
        ("12", False),
        ("abc", False),
    ],
)
def test_the_snomed_check_digit_is_computed(code: str, right: bool) -> None:
    assert snomed_ok(code) is right


def test_columns_in_another_order_are_named_as_such(folder: Path) -> None:
    path = folder / "limits.csv"
    first, rest = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text("\n".join([",".join(reversed(first.split(","))), rest]), encoding="utf-8")
    assert "limits.csv:1: the columns are not those expected (the order)" in problems(folder)


@pytest.mark.parametrize("number", ["inf", "nan", "1/0", "one"])
def test_what_is_no_finite_number_is_named(folder: Path, number: str) -> None:
    line = add(folder, "units", f"wbc,10*9/L,crate,{number},0,verified,x")
    assert f"units.csv:{line}: factor '{number}' is not a number" in problems(folder)


def test_a_code_with_a_row_of_its_own_is_described_once(terms: Terminology) -> None:
    said = [d for d in terms.describe("55464009") if d["system"] == "snomed"]
    assert [d["means"] for d in said] == ["sle (names, exact)"]
