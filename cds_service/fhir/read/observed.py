"""The elements of an Observation that are read, most of them raw until a rule asks for them."""

import msgspec

from ..heads import Period

NONE = msgspec.Raw(b"null")
"""An element that is not there (compared by `is`)."""


class ObservationHead(msgspec.Struct, tag_field="resourceType", tag="Observation", gc=False):
    """What decides whether an Observation matters and when it was made, and, raw, what it says.

    Code and subject stay raw: the same bytes come again and again, so that what they mean is looked up by them.
    """

    id: str | None = None
    status: str | None = None
    code: msgspec.Raw = NONE
    subject: msgspec.Raw = NONE
    effectiveDateTime: str | None = None
    valueQuantity: msgspec.Raw = NONE
    referenceRange: msgspec.Raw = NONE
    meta: msgspec.Raw = NONE
    issued: str | None = None
    interpretation: msgspec.Raw = NONE
    valueCodeableConcept: msgspec.Raw = NONE
    valueString: msgspec.Raw = NONE
    valueInteger: msgspec.Raw = NONE
    component: msgspec.Raw = NONE
    method: msgspec.Raw = NONE
    effectivePeriod: Period | None = None
    effectiveInstant: str | None = None
    valueBoolean: msgspec.Raw = NONE
    valueRange: msgspec.Raw = NONE
    valueRatio: msgspec.Raw = NONE
    valueSampledData: msgspec.Raw = NONE
    valueTime: msgspec.Raw = NONE
    valueDateTime: msgspec.Raw = NONE
    valuePeriod: msgspec.Raw = NONE
    valueAttachment: msgspec.Raw = NONE
    valueReference: msgspec.Raw = NONE
    valueDecimal: msgspec.Raw = NONE


def written(head: ObservationHead) -> str | None:
    """The date as recorded: effective time, else issued; of a period its end, else its start."""
    period = head.effectivePeriod
    return (
        head.effectiveDateTime
        or head.effectiveInstant
        or (period and (period.end or period.start))
        or head.issued
        or None
    )
