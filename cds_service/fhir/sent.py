"""The prefetch of a call, decoded in one step with the call itself: no byte of it is looked at twice.

Only a prefetch that is all as it should be comes so: our keys alone, each `null` or a Bundle whose entries decode. What
is in any way otherwise is decoded as raw JSON by key, as before, and each answer by itself (`gather`).
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Any

import msgspec

from ..terminology import Terminology
from .bundle import Whole
from .kinds import readers
from .templates import templates

NULL = msgspec.Raw(b"null")
"""What `null` is as a raw answer (compared by `is`)."""

TAKEN = msgspec.Raw(b"")
"""Stands where a Bundle stood that was taken."""


def is_null(raw: "bytes | msgspec.Raw") -> bool:
    """Whether an answer is `null`: looked for, and nothing found."""
    return raw is NULL or (memoryview(raw).nbytes < 16 and bytes(raw).strip() == b"null")


class Sent(Mapping[str, msgspec.Raw]):
    """Key → raw answer, as any prefetch; and, once for each, the answer as it was decoded.

    Raw answers are cut out of the body when the first is asked for, which costs what was saved: only what must be read
    from a resource as a whole asks.
    """

    __slots__ = ("_cut", "_raw", "answers")

    def __init__(self, answers: Any, cut: Callable[[], Mapping[str, msgspec.Raw]]) -> None:
        """`answers`: a struct of `answers_type`; `cut`: the same prefetch as raw JSON."""
        self._cut = cut
        self._raw: Mapping[str, msgspec.Raw] | None = None
        # All keys → the Bundle as `readers().bundle` makes it, None for `null`, the raw Patient. Who takes a Bundle
        # writes TAKEN in its place: what nobody asks for of it is freed as soon as it was looked at.
        self.answers: dict[str, Any] = {
            key: answer
            for key, answer in zip(answers.__struct_fields__, msgspec.structs.astuple(answers), strict=True)
            if answer is not msgspec.UNSET
        }

    def __getitem__(self, key: str) -> msgspec.Raw:
        answer = self.answers[key]
        if answer is None:
            return NULL
        if answer.__class__ is msgspec.Raw and answer is not TAKEN:
            return answer
        if self._raw is None:
            self._raw = self._cut()
        return self._raw[key]

    def __contains__(self, key: object) -> bool:
        return key in self.answers

    def __iter__(self) -> Iterator[str]:
        return iter(self.answers)

    def __len__(self) -> int:
        return len(self.answers)

    def __repr__(self) -> str:
        return "Sent(…)"

    def whole(self, key: str) -> Whole:
        """The resources of the Bundle of a key as they are written."""
        return Whole(partial(self.__getitem__, key))


@lru_cache(maxsize=8)
def answers_type(terminology: Terminology) -> Any:
    """The struct of a prefetch that is all as it should be. The Patient stays raw."""
    bundle, observations = readers().bundle, readers().observations
    fields: list[Any] = [
        (t.key, (observations if t.type == "Observation" else bundle) | None | msgspec.UnsetType, msgspec.UNSET)
        for t in templates(terminology)
        if t.key != "patient"
    ]
    fields.append(("patient", msgspec.Raw | msgspec.UnsetType, msgspec.UNSET))
    return msgspec.defstruct("Answers", fields, forbid_unknown_fields=True, gc=False)
