"""Pieces of a resource that the first phase left raw, decoded when they are needed."""

from typing import Any

import msgspec

from ...kernel.numbers import json_number

_decoder = msgspec.json.Decoder(float_hook=json_number)

NONE = msgspec.Raw(b"")
"""A piece that is not there."""
NULL = msgspec.Raw(b"null")
"""A piece that is not there, as a value to decode."""


def decode_any(raw: msgspec.Raw) -> Any:
    """Whatever JSON stands there, numbers with a point as Decimal; None where nothing does."""
    return _decoder.decode(raw) if raw else None


def objects(raw: msgspec.Raw) -> list[dict[str, Any]]:
    """The objects of a raw array (or the one object); anything else is left out."""
    value = decode_any(raw)
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def one(raw: msgspec.Raw) -> dict[str, Any]:
    """A raw object; empty where there is none."""
    value = decode_any(raw)
    return value if isinstance(value, dict) else {}
