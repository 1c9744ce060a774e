"""Patient → who the chart is about."""

from typing import Any

from ...chart.facts import Patient
from ...kernel.dates import DateSpan, parse_date
from ...kernel.errors import Unreadable

_BIRTH_SEX = (
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-sex",
)
_SEXES = {"F": "female", "M": "male", "female": "female", "male": "male", "248152002": "female", "248153007": "male"}


def read_patient(resource: dict[str, Any], reference: str) -> Patient:
    """Read a decoded Patient. A birth date that cannot be read is None (age is then unknown), never a guess."""
    born: DateSpan | None = None
    written = resource.get("birthDate")
    if isinstance(written, str):
        try:
            born = parse_date(written)
        except Unreadable:
            born = None
    gender = resource.get("gender")
    return Patient(
        reference=reference,
        born=born,
        gender=gender if gender in ("male", "female", "other", "unknown") else None,
        birth_sex=_birth_sex(resource),
        deceased=_deceased(resource),
        born_text=written if isinstance(written, str) else None,
    )


def _deceased(resource: dict[str, Any]) -> bool:
    return resource.get("deceasedBoolean") is True or bool(resource.get("deceasedDateTime"))


def _birth_sex(resource: dict[str, Any]) -> str | None:
    extensions = resource.get("extension")
    for extension in extensions if isinstance(extensions, list) else ():
        if isinstance(extension, dict) and extension.get("url") in _BIRTH_SEX:
            code = extension.get("valueCode")
            if isinstance(code, str) and code in _SEXES:
                return _SEXES[code]
    return None
