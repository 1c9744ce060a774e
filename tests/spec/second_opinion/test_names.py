"""Drugs that only a text names: brands, Chinese names, abbreviations, names inside names (docs/decisions/0008)."""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .shapes import KID, RXNORM, Case, Json, Table, cc, dose, enc, ma, mmf, mr, ms, obs, patient, pred, proc, q, sle

case = Table()

ANTI_CD20 = ("Rituxan", "MabThera", "Truxima", "rituximab-abbs 100mg/10mL", "RITUXIMAB", "RTX", "Gazyva", "Gazyvaro", "Ocrevus", "Kesimpta", "Arzerra", "美罗华", "汉利康", "奥妥珠单抗注射液", "奥瑞珠单抗")
BIOLOGICS = ("Benlysta 200 mg/mL autoinjector", "Belimumab", "Saphnelo", "anifrolumab", "Actemra", "雅美罗", "Humira", "修美乐", "Enbrel", "阿巴西普", "泰它西普", "Telitacicept", "贝利尤单抗")
IMMUNOSUPPRESSANTS = ("CellCept", "MMF", "Mycophenolate", "mycophenolate sodium", "Myfortic 360", "Imuran", "azathioprine", "Prograf", "普乐可复", "tacrolimus capsule", "Cytoxan", "Endoxan", "cyclophosphamide tab", "methotrexate 2.5mg", "MTX", "Arava", "cyclosporine", "ciclosporin", "Neoral", "Sandimmune", "Lupkynis", "伏环孢素", "吗替麦考酚酯分散片", "他克莫司胶囊", "甲氨蝶呤片", "硫唑嘌呤", "环孢素软胶囊", "来氟米特", "咪唑立宾")
NO_IMMUNOSUPPRESSANTS = ("替西罗莫司", "他克莫司软膏", "环孢素滴眼液", "异环磷酰胺")
ANTIMALARIALS = ("Plaquenil", "hydroxychloroquine 200 mg", "hydroxy chloroquine", "HCQ", "硫酸羟氯喹片", "纷乐", "chloroquine")
STEROIDS = ("prednisone 10 mg tab", "Prednisolone", "Medrol", "methylprednisolone tablet", "Deltasone", "Rayos", "醋酸泼尼松", "强的松", "甲泼尼龙片", "美卓乐")
GENE_MODIFIED = ("Kymriah", "Yescarta", "Breyanzi", "Abecma", "Carvykti", "tisagenlecleucel", "relmacabtagene autoleucel", "瑞基奥仑赛", "阿基仑赛注射液", "伊基奥仑赛注射液")
GROWTH_FACTORS = ("Neupogen", "filgrastim", "G-CSF", "Neulasta", "pegfilgrastim", "重组人粒细胞刺激因子注射液", "eltrombopag", "Promacta", "艾曲泊帕", "海曲泊帕", "romiplostim")
ERYTHROPOIETINS = ("Epogen", "epoetin alfa", "Aranesp", "darbepoetin", "重组人促红素", "促红细胞生成素")
NSAIDS = ("ibuprofen 400", "布洛芬", "naproxen", "Celebrex", "塞来昔布胶囊", "Mobic", "diclofenac")


def count(loinc: str, value: float, unit: str) -> Json:
    return obs(loinc, "2026-11-17", qty=q(value, unit, unit))


for name in ANTI_CD20:
    case(f"{name} is an anti-CD20 antibody", [ms(cc(text=name))], {"P.E13": "fail 2027-05-24 stopped"})
for name in BIOLOGICS:
    case(f"{name} is a biologic", [ms(cc(text=name))], {"P.I5d": "fail 2026-12-22 stopped"})
for name in IMMUNOSUPPRESSANTS:
    case(f"{name} is an immunosuppressant", [ms(cc(text=name)), pred(5)], {"M.I4c": "pass recorded"})
for name in NO_IMMUNOSUPPRESSANTS:
    case(f"{name} is none", [ms(cc(text=name)), pred(5)], {"M.I4c": "fail None"})
for name in ANTIMALARIALS:
    case(f"{name} is an antimalarial", [ms(cc(text=name))], {"P.I5a": "pass recorded"})
for name in STEROIDS:
    case(f"{name} is a glucocorticoid", [ms(cc(text=name), [dose(10)])], {"M.I4c": "pass"})
for name in ("甲基强的松龙", "甲强龙", "methyl prednisolone 16 mg"):
    case(f"{name} is methylprednisolone, 1.25 times as strong", [ms(cc(text=name), [dose(48)])], {"L.I4c": "fail None", "M.I4c": "pass computed"})
for name in ("Solu-Medrol 500 mg IV", "注射用甲泼尼龙琥珀酸钠"):
    case(f"{name} is an exposure", [ma(cc(text=name), "2026-11-01", dosage={"route": cc(text="IV")}), mmf(), ma("121191", "2020-01-01")], {"P.I4": "pass recorded"})
for name in GENE_MODIFIED:
    case(f"{name} is a gene-modified cell product", [ma(cc(text=name), "2020-01-01")], {"K.E1": "fail None"})
case("CAR-T in a drug's text is a word", [ma(cc(text="CAR-T"), "2020-01-01")], {"K.E1": "unknown judgement"})
for name in GROWTH_FACTORS:
    case(f"{name} spoils a count", [count("777-3", 180, "10*3/uL"), ma(cc(text=name), "2026-11-15")], {"M.I9b": "unknown invalidated"})
for name in ERYTHROPOIETINS:
    case(f"{name} spoils a count but in NCT06711146", [count("718-7", 11, "g/dL"), ma(cc(text=name), "2026-11-15")], {"M.I9c": "pass recorded", "W.I11c": "unknown invalidated"})
for name in NSAIDS:
    case(f"{name} is an NSAID", [ms(cc(text=name))], {"L.I4b": "pass recorded"})
for name in ("布地奈德吸入混悬液", "地塞米松滴眼液", "醋酸氟氢可的松片"):
    case(f"{name} is no systemic glucocorticoid", [ms(cc(text=name), [dose(1, route=False)])], {"M.I4c": "pass not-recorded"})
case("a code and a text of different drugs are not trusted", [ma(cc((RXNORM, "121191"), text="prednisone 5 mg"), "2026-07-01")], {"P.E13": "unknown incomparable"})
case("alendronate under the code of cyclophosphamide is not trusted", [mr(cc((RXNORM, "3002", "Alendronate (Fosamax)"), text="Alendronate"), [dose(35)]), pred(5)], {"M.I4c": "unknown", "P.I4": "unknown", "W.I7a": "unknown incomparable"})
for display in ("Cyclophosphamide", "CYCLOPHOSPHAMID 50 mg", "Endoxan", "cyclophosphamide 50 MG Oral Tablet", "环磷酰胺片", "片剂"):
    case(f"the code of cyclophosphamide shown as {display} is trusted", [mr(cc((RXNORM, "3002", display)), [dose(50)]), pred(5)], {"M.I4c": "pass recorded"})
case("the text beside an NDC speaks", [ma(cc(("http://hl7.org/fhir/sid/ndc", "1"), text="rituximab 500 mg/50 mL IV"), "2026-07-01")], {"P.E13": "fail 2027-01-01"})
case("the display of a local code speaks", [ma(cc(("urn:oid:9", "1", "Rituximab 10 mg/mL inj")), "2026-07-01")], {"P.E13": "fail 2027-01-01"})
case("a name inside a longer one is found", [ms(cc(text="注射用环磷酰胺 0.2g"))], {"P.I5a": "pass recorded"})

case("an infusion as a procedure in words is in doubt", [proc(text="Rituximab infusion", when="2026-09-01")], {"P.E13": "unknown incomparable", "P.I5d": "pass", "P.I4": "unknown"})
case("an old one passes", [proc(text="Rituximab infusion", when="2020-09-01")], {"P.E13": "pass recorded"})
case("a level is no infusion", [proc(text="Rituximab antibody level", when="2026-09-01")], {"P.E13": "pass not-recorded"})
case("a pulse as a procedure leaves the dose open", [pred(10), proc(text="甲泼尼龙冲击治疗", when="2026-11-20")], {"P.I5b": "unknown", "M.E1d": "pass", "M.I4c": "pass recorded"})
case("an injection into a joint does not count", [pred(10), proc(text="Intra-articular injection of triamcinolone", when="2026-11-20")], {"P.I5b": "pass recorded"})
case("a CAR-T infusion as a procedure is a word", [proc(text="Tisagenlecleucel infusion", when="2020-09-01")], {"K.E1": "unknown judgement"}, pat=KID)
for name in ("Human immunodeficiency virus antigen test", "Screening for drug abuse", "Assessment of substance use", "Hepatitis B vaccination", "梅毒筛查"):
    case(f"{name} finds nothing", [proc(text=name, when="2026-09-01")], {"P.E2": "pass not-recorded", "P.E6": "pass not-recorded", "P.E7": "pass not-recorded"})

REFERENCES = {
    "relative": "Medication/m9", "absolute": "https://x.example.org/fhir/Medication/m9",
    "versioned": "Medication/m9/_history/2", "urn": "urn:uuid:22222222-2222-2222-2222-222222222222",
}  # fmt: skip


@pytest.mark.parametrize("one", case, ids=str)
def test_a_drug_is_known_by_its_usual_names(one: Case) -> None:
    assert one.problems() == []


@pytest.mark.parametrize("kind", REFERENCES)
def test_a_medication_is_found_by_any_kind_of_reference(kind: str) -> None:
    target = REFERENCES[kind]
    order = mr(None, authored="2026-10-01", medicationReference={"reference": target})
    medication = {"resourceType": "Medication", "id": "m9", "code": cc((RXNORM, "121191"))}
    entries = [{"resource": r} for r in (patient(), sle(), enc(), order)]
    entries.append({"resource": medication, "fullUrl": target} if kind in ("absolute", "urn") else {"resource": medication})
    one = Case("", [], {"P.E13": "fail 2027-05-24 stopped"}, extra={"entry": entries})
    assert one.problems() == []
