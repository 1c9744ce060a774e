"""Resources that others point to, found by their reference."""

from collections.abc import Sequence
from typing import Any

import msgspec

from .bundle import Place, Whole
from .context import decode


class Referred:
    """What came and may be pointed to. It is put in order when the first reference is followed: most never are."""

    __slots__ = ("_found", "_waiting")

    def __init__(self) -> None:
        self._found: dict[str, Place] = {}
        self._waiting: list[tuple[str, Sequence[int], list[Any], list[Any], Whole]] = []

    def add_all(self, kind: str, numbers: Sequence[int], heads: list[Any], entries: list[Any], whole: Whole) -> None:
        """Resources of one type by the numbers of their entries."""
        self._waiting.append((kind, numbers, heads, entries, whole))

    def add(self, place: Place, reference: str, full_url: str | None) -> None:
        """One resource; the first of several with one reference counts."""
        if reference:
            self._found.setdefault(reference, place)
        if full_url:
            self._found.setdefault(full_url, place)

    def find(self, reference: str) -> dict[str, Any] | None:
        """The resource behind a reference, whole; None where it did not come."""
        waiting, self._waiting = self._waiting, []
        for kind, numbers, heads, entries, whole in waiting:
            for number in numbers:
                identifier = heads[number].id
                self.add(Place(whole, number), f"{kind}/{identifier}" if identifier else "", entries[number].fullUrl)
        place = self._found.get(reference)
        if place is None and "/" in reference:
            parts = reference.split("/_history/")[0].rsplit("/", 2)
            place = self._found.get("/".join(parts[-2:]))
        if place is None:
            return None
        try:
            return decode(place.raw())
        except (msgspec.MsgspecError, RecursionError):
            return None
