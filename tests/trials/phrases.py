"""The sentences in which the examples of a trial file are said, made into FHIR.

    given: ALT 96 U/L (limit 40) 10 days ago; takes prednisone 20 mg daily since 2026-01-01

Every example starts from a woman of 34 with lupus since 2018 and records since 2014, and nothing else recorded.
Sentences are parted by `;`. A sentence that is not understood is a fault of the file.
"""

import re
from datetime import date, timedelta
from typing import Any

from cds_service.kernel.dates import parse_window
from cds_service.terminology import Terminology, load

AS_OF = date(2026, 11, 1)
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_URIS = {
    "snomed": SNOMED,
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "icd10pcs": "http://www.cms.gov/Medicare/Coding/ICD10",
    "rxnorm": RXNORM,
    "atc": "http://www.whocc.no/atc",
    "cvx": "http://hl7.org/fhir/sid/cvx",
    "loinc": LOINC,
}
_WHEN = r"(?P<when>today|yesterday|\d+ (?:day|week|month|year)s? ago|(?:on |in )?\d{4}(?:-\d{2}){0,2})"
_NUMBER = r"(?P<sign>[<>≤≥]?)(?P<number>\d+(?:\.\d+)?)"
_LAB = re.compile(
    rf"(?P<name>.+?) {_NUMBER}(?: (?P<unit>[^\s(;]+))?(?: \((?P<limits>[^)]*)\))?(?: {_WHEN})?", re.ASCII | re.IGNORECASE
)
_TEST = re.compile(
    rf"(?P<name>.+?) (?P<word>weakly positive|positive|negative|not detected|detected|equivocal)(?: {_WHEN})?"
)
_DRUG = re.compile(
    r"(?P<verb>takes|took|is on hold with) (?P<drug>.+?)"
    r"(?: (?P<dose>\d+(?:\.\d+)?) mg (?P<how>daily|every other day|as needed)| (?P<nodose>at a dose not stated))?"
    r"(?: since (?P<since>\S+(?: \S+s? ago)?))?(?: until (?P<until>\S+(?: \S+s? ago)?))?"
)
_INFUSION = re.compile(rf"was infused (?P<drug>.+?) {_WHEN}")
_CONDITION = re.compile(
    rf"(?P<verb>has|had|may have|has a history of) (?P<finding>.+?)(?:, (?P<severity>mild|moderate|severe))?(?: since {_WHEN})?"
    r"(?: until (?P<until>\S+(?: \S+s? ago)?))?"
)
_PROCEDURE = re.compile(rf"underwent (?P<finding>.+?) {_WHEN}")
_VACCINE = re.compile(rf"had a (?P<live>live|killed) vaccine {_WHEN}")
_SLE = re.compile(rf"lupus (?:since|first recorded) {_WHEN}")
_ALIASES = {
    "weighs": "body_weight", "is tall": "body_height", "ALT": "alt", "AST": "ast", "ALP": "alp", "IgA": "iga",
    "LVEF": "lvef", "SpO2": "spo2", "creatinine": "creatinine_serum", "CD4": "cd4_abs", "CD19": "cd19_abs",
    "lymphocytes": "lymphocytes_abs", "neutrophils": "neutrophils_abs", "haemoglobin": "hemoglobin",
    "bilirubin": "bilirubin_total", "direct bilirubin": "bilirubin_direct", "INR": "inr", "aPTT": "aptt", "PT": "pt",
    "urine protein": "urine_protein_24h", "UPCR": "upcr", "eGFR": "egfr", "clearance": "crcl", "ANA": "ana",
    "anti-dsDNA": "anti_dsdna", "anti-Sm": "anti_sm", "serum hCG": "hcg_serum", "urine hCG": "hcg_urine",
    "HBsAg": "hbsag", "anti-HBc": "anti_hbc_total", "HBV DNA": "hbv_dna", "anti-HCV": "anti_hcv", "HCV RNA": "hcv_rna",
    "HIV antibody": "hiv", "syphilis test": "syphilis", "CMV DNA": "cmv_dna", "SARS-CoV-2 RNA": "sars_cov_2_rna",
    "C3": "c3", "C4": "c4", "CH50": "ch50", "LDH": "ldh", "Coombs test": "dat_coombs",
}


def bundle(given: str) -> dict[str, Any]:
    """The chart that an example describes, as a FHIR Bundle. Raises ValueError for a sentence not understood."""
    chart = _Chart(load())
    for sentence in given.split(";"):
        if sentence.strip():
            chart.add(sentence.strip())
    return chart.bundle()


class _Chart:
    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self.patient: dict[str, Any] = {
            "resourceType": "Patient", "id": "example", "gender": "female", "birthDate": "1992-03-04",
        }
        self.sle: dict[str, Any] | None = {**self._condition("sle"), "onsetDateTime": "2018-05-10"}
        self.begins = "2014-03-12"
        self.resources: list[dict[str, Any]] = []

    def add(self, sentence: str) -> None:
        if sentence == "nothing recorded":
            return
        if sentence == "no lupus":
            self.sle = None
        elif match := re.fullmatch(r"is (\d+) years old", sentence):
            self.patient["birthDate"] = AS_OF.replace(year=AS_OF.year - int(match[1]), month=3).isoformat()
        elif match := re.fullmatch(r"born (?:on |in )?([\d-]+)", sentence):
            self.patient["birthDate"] = match[1]
        elif match := re.fullmatch(r"is (male|female)", sentence):
            self.patient["gender"] = match[1]
        elif sentence == "no birth date":
            del self.patient["birthDate"]
        elif match := re.fullmatch(rf"records begin {_WHEN}", sentence):
            self.begins = _when(match["when"])
        elif match := _SLE.fullmatch(sentence):
            assert self.sle is not None
            del self.sle["onsetDateTime"]
            self.sle["onsetDateTime" if "since" in sentence else "recordedDate"] = _when(match["when"])
        elif match := re.fullmatch(rf"(SLEDAI-2K|SELENA-SLEDAI) (\d+)(?: {_WHEN})?", sentence):
            self._observation({"text": f"{match[1]} score"}, match["when"], valueInteger=int(match[2]), survey=True)
        elif match := re.fullmatch(rf"says “(.+?): (.+?)”(?: {_WHEN})?", sentence):
            self._observation({"text": match[1]}, match["when"], valueString=match[2], survey=True)
        elif match := _INFUSION.fullmatch(sentence):
            self._drug(match["drug"], "MedicationAdministration", "completed",
                       effectiveDateTime=_when(match["when"]), dosage={"route": {"text": "intravenous"}})
        elif match := _DRUG.fullmatch(sentence):
            self._treatment(match)
        elif match := _PROCEDURE.fullmatch(sentence):
            self._procedure(match["finding"], _when(match["when"]))
        elif match := _VACCINE.fullmatch(sentence):
            self._vaccine(match["live"] == "live", _when(match["when"]))
        elif match := re.fullmatch(r"is intolerant of (.+)", sentence):
            self.resources.append({
                "resourceType": "AllergyIntolerance", "id": self._id(), "patient": {"reference": "Patient/example"},
                "type": "intolerance", "code": self._medication(match[1]),
            })
        elif match := _CONDITION.fullmatch(sentence):
            self._diagnosis(match)
        elif match := _TEST.fullmatch(sentence):
            self._observation(self._lab(match["name"]), match["when"], valueCodeableConcept={"text": match["word"]})
        elif match := _LAB.fullmatch(sentence):
            self._laboratory(match)
        else:
            raise ValueError(f"the example says '{sentence}', which is no sentence of tests/trials/phrases.py")

    def bundle(self) -> dict[str, Any]:
        encounters = [
            {
                "resourceType": "Encounter", "id": f"enc-{n}", "status": "finished",
                "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
                "subject": {"reference": "Patient/example"}, "period": {"start": day, "end": day},
            }
            for n, day in enumerate((self.begins, "2026-10-20"))
        ]
        resources = [self.patient, *encounters, *([self.sle] if self.sle else []), *self.resources]
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}

    def _id(self) -> str:
        return f"r{len(self.resources)}"

    def _lab(self, name: str) -> dict[str, Any]:
        concept = _ALIASES.get(name, name.lower().replace(" ", "_"))
        if concept not in self.terminology.concepts:
            raise ValueError(f"'{name}' is no concept of mappings/lab_concepts.csv")
        code = next(c for (s, c), lab in sorted(self.terminology.codes.items())
                    if s == "loinc" and getattr(lab, "concept", None) == concept and _plain_method(lab))
        return {"coding": [{"system": LOINC, "code": code}], "text": name}

    def _laboratory(self, match: re.Match[str]) -> None:
        quantity: dict[str, Any] = {"value": _number(match["number"])}
        if match["sign"]:
            quantity["comparator"] = {"≤": "<=", "≥": ">="}.get(match["sign"], match["sign"])
        unit = match["unit"]
        if unit:
            quantity |= {"unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
        extra: dict[str, Any] = {"valueQuantity": quantity}
        ranges: dict[str, Any] = {}
        for part in (match["limits"] or "").split(","):
            word, _, number = part.strip().partition(" ")
            if word in ("limit", "from"):
                key = "high" if word == "limit" else "low"
                ranges[key] = {k: v for k, v in quantity.items() if k != "comparator"} | {"value": _number(number)}
            elif word in ("H", "L", "N", "A"):
                extra["interpretation"] = [{"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": word}]}]
            elif part.strip():
                raise ValueError(f"'{part}' is not understood; say (limit 40), (from 90) or (H)")
        if ranges:
            extra["referenceRange"] = [ranges]
        self._observation(self._lab(match["name"]), match["when"], **extra)

    def _observation(self, code: dict[str, Any], when: str | None, *, survey: bool = False, **value: Any) -> None:
        category = "survey" if survey else "laboratory"
        self.resources.append({
            "resourceType": "Observation", "id": self._id(), "status": "final", "code": code,
            "category": [{"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": category}]}],
            "subject": {"reference": "Patient/example"}, "effectiveDateTime": _when(when or "10 days ago"), **value,
        })

    def _condition(self, finding: str) -> dict[str, Any]:
        name = finding.replace(" ", "_")
        if not self.terminology.has_finding(name):
            raise ValueError(f"'{finding}' is no finding of mappings/conditions.csv")
        system, code = self.terminology.code_of_finding(name)
        return {
            "resourceType": "Condition", "id": f"c-{name}", "subject": {"reference": "Patient/example"},
            "code": {"coding": [{"system": _URIS[system], "code": code}]},
            "clinicalStatus": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
            "verificationStatus": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}]},
        }

    def _diagnosis(self, match: re.Match[str]) -> None:
        condition = {**self._condition(match["finding"]), "id": self._id()}
        if match["when"]:
            condition["onsetDateTime"] = _when(match["when"])
        if match["verb"] in ("had", "has a history of"):
            condition["clinicalStatus"]["coding"][0]["code"] = "resolved"
        if match["until"]:
            condition["abatementDateTime"] = _when(match["until"])
        if match["verb"] == "may have":
            condition["verificationStatus"]["coding"][0]["code"] = "provisional"
        if match["severity"]:
            condition["severity"] = {"text": match["severity"]}
        self.resources.append(condition)

    def _medication(self, drug: str) -> dict[str, Any]:
        codes = [(kind.kind, code) for (system, code), kind in self.terminology.codes.items()
                 if system == "rxnorm" and getattr(kind, "ingredients", None) == (drug,)]
        for wanted in ("IN", "PIN", "SCD"):
            for kind, code in sorted(codes, key=lambda c: (len(c[1]), c[1])):
                if kind == wanted:
                    return {"coding": [{"system": RXNORM, "code": code}], "text": drug}
        if self.terminology.drugs_named(drug):
            return {"text": drug}
        raise ValueError(f"'{drug}' is no ingredient of mappings/ingredients.csv")

    def _drug(self, drug: str, resource_type: str, status: str, **rest: Any) -> None:
        self.resources.append({
            "resourceType": resource_type, "id": self._id(), "status": status,
            "medicationCodeableConcept": self._medication(drug), "subject": {"reference": "Patient/example"}, **rest,
        })

    def _treatment(self, match: re.Match[str]) -> None:
        period = {}
        if match["since"]:
            period["start"] = _when(match["since"])
        if match["until"]:
            period["end"] = _when(match["until"])
        dosage: dict[str, Any] = {"route": {"text": "oral"}}
        if match["dose"]:
            days = 2 if match["how"] == "every other day" else 1
            dosage["timing"] = {"repeat": {"frequency": 1, "period": days, "periodUnit": "d"}}
            dosage["doseAndRate"] = [{"doseQuantity": {
                "value": _number(match["dose"]), "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}]
            if match["how"] == "as needed":
                dosage["asNeededBoolean"] = True
        status = {"takes": "active", "took": "completed", "is on hold with": "on-hold"}[match["verb"]]
        self._drug(match["drug"], "MedicationStatement", status, effectivePeriod=period, dosage=[dosage])

    def _procedure(self, finding: str, when: str) -> None:
        system, code = self.terminology.code_of_procedure(finding.replace(" ", "_"))
        self.resources.append({
            "resourceType": "Procedure", "id": self._id(), "status": "completed",
            "code": {"coding": [{"system": _URIS[system], "code": code}]},
            "subject": {"reference": "Patient/example"}, "performedDateTime": when,
        })

    def _vaccine(self, live: bool, when: str) -> None:
        self.resources.append({
            "resourceType": "Immunization", "id": self._id(), "status": "completed", "primarySource": True,
            "vaccineCode": {"coding": [{"system": _URIS["cvx"], "code": "03" if live else "141"}]},
            "patient": {"reference": "Patient/example"}, "occurrenceDateTime": when,
        })


def _plain_method(lab: Any) -> bool:
    return getattr(lab, "method", None) in (None, "", "unspecified", "echo", "calculated")


def _number(text: str) -> float | int:
    return float(text) if "." in text else int(text)


def _when(text: str) -> str:
    """`today`, `10 days ago`, `2026-05` → a FHIR date."""
    text = text.removeprefix("on ").removeprefix("in ")
    if text == "today":
        return AS_OF.isoformat()
    if text == "yesterday":
        return (AS_OF - timedelta(1)).isoformat()
    if text.endswith(" ago"):
        return parse_window(text.removesuffix(" ago")).before(AS_OF).isoformat()
    return text
