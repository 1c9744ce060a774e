"""The sentences in which the examples of a trial file are said, made into FHIR.

    given: ALT 96 U/L (limit 40) 10 days ago; takes prednisone 20 mg daily since 2026-01-01

Every example starts from a woman of 34 with lupus since 2018 and records since 2014, and nothing else recorded.
Sentences are parted by `;`. A result without a day is 10 days old. A text in “quotes” is what the record itself says.
A sentence that is not understood is a fault of the file.
"""

import re
from datetime import date, timedelta
from typing import Any

from cds_service.kernel.dates import parse_window
from cds_service.terminology import Terminology, load

from ..spec.codes import CVX
from . import words

AS_OF = date(2026, 11, 1)

_UCUM = "http://unitsofmeasure.org"
_HL7 = "http://terminology.hl7.org/CodeSystem"
_WHEN = r"(?P<when>today|yesterday|\d+ (?:day|week|month|year)s? ago|(?:on |in )?\d{4}(?:-\d{2}){0,2})"
_UNTIL = _WHEN.replace("when", "until")
_SINCE = _WHEN.replace("when", "since")
_NUMBER = r"(?P<sign>[<>≤≥]?)(?P<number>\d+(?:\.\d+)?)"
_LAB = re.compile(
    rf"(?P<name>.+?) {_NUMBER}(?: (?P<unit>[^\s(;]+))?(?: \((?P<limits>[^)]*)\))?(?: {_WHEN})?", re.ASCII
)
_TEST = re.compile(
    rf"(?P<name>.+?) (?P<word>weakly positive|positive|negative|not detected|detected|equivocal|1:\d+)(?: {_WHEN})?"
)
_DRUG = re.compile(
    r"(?P<verb>takes|took|is on hold with) (?P<drug>.+?)"
    r"(?: (?P<dose>\d+(?:\.\d+)?) mg (?P<how>daily|every other day|as needed)| (?P<nodose>at a dose not stated))?"
    rf"(?P<vein> intravenously)?(?: for (?P<reason>.+?))?(?: since {_SINCE})?(?: until {_UNTIL})?"
)
_DIAGNOSIS = re.compile(
    r"(?P<verb>has a history of|has|had|may have) (?:an? )?(?P<finding>.+?)(?: “(?P<words>.+?)”)?"
    rf"(?:, (?P<severity>mild|moderate|severe))?(?:(?: since)? {_WHEN})?(?: until {_UNTIL})?"
)
_VACCINES = {"a live vaccine": "03", "an inactivated vaccine": "141", "an influenza vaccine of unstated kind": "88"}


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
        self.sle: dict[str, Any] | None = {**self._condition("lupus"), "id": "lupus", "onsetDateTime": "2018-05-10"}
        self.begins = "2014-03-12"
        self.resources: list[dict[str, Any]] = []

    def add(self, sentence: str) -> None:
        """Make one sentence into resources; the first pattern that fits the whole sentence reads it."""
        for pattern, read in _SENTENCES:
            if match := re.fullmatch(pattern, sentence):
                read(self, match)
                return
        raise ValueError(f"the example says '{sentence}', which is no sentence of tests/trials/phrases.py")

    def bundle(self) -> dict[str, Any]:
        """The chart so far; its records run from the first visit to one on 2026-10-20 or later."""
        visits = [
            {
                "resourceType": "Encounter", "id": f"visit-{n}", "status": "finished",
                "class": {"system": f"{_HL7}/v3-ActCode", "code": "AMB"},
                "subject": {"reference": "Patient/example"}, "period": {"start": day, "end": day},
            }
            for n, day in enumerate((self.begins, max(self.begins, "2026-10-20")))
        ]
        resources = [self.patient, *visits, *([self.sle] if self.sle else []), *self.resources]
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}

    # Who she is, and what the chart holds at all

    def _nothing(self, match: re.Match[str]) -> None:
        """`nothing recorded`: the chart as it starts."""

    def _age(self, match: re.Match[str]) -> None:
        self.patient["birthDate"] = AS_OF.replace(year=AS_OF.year - int(match[1]), month=3).isoformat()

    def _birth(self, match: re.Match[str]) -> None:
        self.patient["birthDate"] = match[1]

    def _no_birth(self, match: re.Match[str]) -> None:
        del self.patient["birthDate"]

    def _gender(self, match: re.Match[str]) -> None:
        self.patient["gender"] = match[1]

    def _no_gender(self, match: re.Match[str]) -> None:
        del self.patient["gender"]

    def _records(self, match: re.Match[str]) -> None:
        self.begins = _when(match["when"])

    def _server(self, match: re.Match[str]) -> None:
        issue = {"severity": "error", "code": "exception"}
        self.resources.append({"resourceType": "OperationOutcome", "issue": [issue]})

    def _no_lupus(self, match: re.Match[str]) -> None:
        self.sle = None

    def _lupus(self, match: re.Match[str]) -> None:
        assert self.sle is not None, "'no lupus' stands before it"
        del self.sle["onsetDateTime"]
        self.sle["onsetDateTime" if match[1] == "since" else "recordedDate"] = _when(match["when"])

    def _lupus_status(self, match: re.Match[str]) -> None:
        assert self.sle is not None, "'no lupus' stands before it"
        if match[1] == "inactive":
            self.sle["clinicalStatus"] = _status("clinical", "inactive")
        else:
            self.sle["verificationStatus"] = _status("ver-status", "provisional")

    # Results

    def _score(self, match: re.Match[str]) -> None:
        self._observation({"text": f"{match[1]} score"}, match["when"], "survey", valueInteger=int(match[2]))

    def _height(self, match: re.Match[str]) -> None:
        self._observation(words.laboratory(self.terminology, "is tall"), match["when"], "vital-signs",
                          valueQuantity=_quantity(match[1], "cm"))

    def _test(self, match: re.Match[str]) -> None:
        code = words.laboratory(self.terminology, match["name"])
        value = {"valueString": match["word"]} if ":" in match["word"] else {
            "valueCodeableConcept": {"text": match["word"]}}
        self._observation(code, match["when"], **value)

    def _laboratory(self, match: re.Match[str]) -> None:
        quantity = _quantity(match["number"], match["unit"])
        if match["sign"]:
            quantity["comparator"] = {"≤": "<=", "≥": ">="}.get(match["sign"], match["sign"])
        extra: dict[str, Any] = {"valueQuantity": quantity}
        ranges: dict[str, Any] = {}
        for part in (match["limits"] or "").split(","):
            word, _, number = part.strip().partition(" ")
            if word in ("limit", "from"):
                ranges["high" if word == "limit" else "low"] = _quantity(number, match["unit"])
            elif word in ("H", "L", "N", "A"):
                extra["interpretation"] = [
                    {"coding": [{"system": f"{_HL7}/v3-ObservationInterpretation", "code": word}]}
                ]
            elif part.strip():
                raise ValueError(f"'{part}' is not understood; say (limit 40), (from 90) or (H)")
        if ranges:
            extra["referenceRange"] = [ranges]
        self._observation(words.laboratory(self.terminology, match["name"]), match["when"], **extra)

    def _observation(self, code: dict[str, Any], when: str | None, category: str = "laboratory", **value: Any) -> None:
        self._put("Observation", "final", code=code, effectiveDateTime=_when(when or "10 days ago"),
                  category=[{"coding": [{"system": f"{_HL7}/observation-category", "code": category}]}], **value)

    # Diagnoses, procedures, vaccines, intolerances

    def _condition(self, name: str) -> dict[str, Any]:
        return {
            "resourceType": "Condition", "subject": {"reference": "Patient/example"},
            "code": {"coding": [words.diagnosis(self.terminology, name)]},
            "clinicalStatus": _status("clinical", "active"), "verificationStatus": _status("ver-status", "confirmed"),
        }

    def _diagnosis(self, match: re.Match[str]) -> None:
        condition = {**self._condition(match["finding"]), "id": f"r{len(self.resources)}"}
        if match["words"]:
            condition["code"]["text"] = f"{match['finding']}, {match['words']}"
        if match["when"]:
            condition["onsetDateTime"] = _when(match["when"])
        if match["until"]:
            condition["abatementDateTime"] = _when(match["until"])
        if match["verb"] in ("had", "has a history of"):
            condition["clinicalStatus"] = _status("clinical", "resolved")
        if match["verb"] == "may have":
            condition["verificationStatus"] = _status("ver-status", "provisional")
        if match["severity"]:
            condition["severity"] = {"text": match["severity"]}
        self.resources.append(condition)

    def _procedure(self, match: re.Match[str]) -> None:
        code = words.procedure(self.terminology, match[1])
        self._put("Procedure", "completed", code={"coding": [code]}, performedDateTime=_when(match["when"]))

    def _vaccine(self, match: re.Match[str]) -> None:
        code = {"coding": [{"system": CVX, "code": _VACCINES[match[1]]}]}
        self._put("Immunization", "completed", primarySource=True, vaccineCode=code,
                  patient={"reference": "Patient/example"}, occurrenceDateTime=_when(match["when"]))

    def _intolerance(self, match: re.Match[str]) -> None:
        self._put("AllergyIntolerance", None, type="intolerance", patient={"reference": "Patient/example"},
                  code=words.medication(self.terminology, match[1]))

    # Drugs

    def _given(self, match: re.Match[str]) -> None:
        self._put("MedicationAdministration", "completed", effectiveDateTime=_when(match["when"]),
                  medicationCodeableConcept=words.medication(self.terminology, match[1]),
                  dosage={"route": {"text": "intravenous"}})

    def _treatment(self, match: re.Match[str]) -> None:
        period = {k: _when(match[said]) for k, said in (("start", "since"), ("end", "until")) if match[said]}
        dosage: dict[str, Any] = {"route": {"text": "intravenous" if match["vein"] else "oral"}}
        if match["dose"]:
            days = 2 if match["how"] == "every other day" else 1
            dosage["timing"] = {"repeat": {"frequency": 1, "period": days, "periodUnit": "d"}}
            dosage["doseAndRate"] = [{"doseQuantity": _quantity(match["dose"], "mg")}]
            if match["how"] == "as needed":
                dosage["asNeededBoolean"] = True
        extra: dict[str, Any] = {}
        if match["reason"]:
            extra["reasonCode"] = [{"coding": [words.diagnosis(self.terminology, match["reason"])]}]
        status = {"takes": "active", "took": "completed", "is on hold with": "on-hold"}[match["verb"]]
        self._put("MedicationStatement", status, effectivePeriod=period, dosage=[dosage],
                  medicationCodeableConcept=words.medication(self.terminology, match["drug"]), **extra)

    def _put(self, resource_type: str, status: str | None, **fields: Any) -> None:
        resource = {"resourceType": resource_type, "id": f"r{len(self.resources)}", **fields}
        if status:
            resource["status"] = status
        if "patient" not in fields:
            resource["subject"] = {"reference": "Patient/example"}
        self.resources.append(resource)


_SENTENCES = (
    (r"nothing recorded", _Chart._nothing),
    (r"is (\d+) years old", _Chart._age),
    (r"born (?:on |in )?([\d-]+)", _Chart._birth),
    (r"no birth date", _Chart._no_birth),
    (r"is (male|female)", _Chart._gender),
    (r"sex not recorded", _Chart._no_gender),
    (rf"records begin {_WHEN}", _Chart._records),
    (r"the server failed", _Chart._server),
    (r"no lupus", _Chart._no_lupus),
    (rf"lupus (since|first recorded) {_WHEN}", _Chart._lupus),
    (r"lupus is (inactive|only suspected)", _Chart._lupus_status),
    (rf"(SLEDAI-2K|SELENA-SLEDAI|SLEDAI) (\d+)(?: {_WHEN})?", _Chart._score),
    (rf"is (\d+) cm tall(?: {_WHEN})?", _Chart._height),
    (rf"was given (.+?) {_WHEN}", _Chart._given),
    (_DRUG, _Chart._treatment),
    (rf"underwent (?:an? )?(.+?) {_WHEN}", _Chart._procedure),
    (rf"had (an? (?:live|inactivated|influenza) vaccine(?: of unstated kind)?) {_WHEN}", _Chart._vaccine),
    (r"is intolerant of (.+)", _Chart._intolerance),
    (_DIAGNOSIS, _Chart._diagnosis),
    (_TEST, _Chart._test),
    (_LAB, _Chart._laboratory),
)
"""Every sentence and how it is read."""


def _quantity(number: str, unit: str | None) -> dict[str, Any]:
    coded = {"unit": unit, "system": _UCUM, "code": unit} if unit else {}
    return {"value": float(number) if "." in number else int(number), **coded}


def _status(kind: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{_HL7}/condition-{kind}", "code": code}]}


def _when(text: str) -> str:
    """`today`, `10 days ago`, `in 2026-05` → a FHIR date."""
    text = text.removeprefix("on ").removeprefix("in ")
    if text == "today":
        return AS_OF.isoformat()
    if text == "yesterday":
        return (AS_OF - timedelta(1)).isoformat()
    if text.endswith(" ago"):
        return parse_window(text.removesuffix(" ago")).before(AS_OF).isoformat()
    return text
