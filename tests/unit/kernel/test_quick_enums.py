"""Quick members are members in every respect."""

from __future__ import annotations

import copy
import pickle
from enum import Enum

import pytest

from cds_service.kernel.answers import Basis, Reason, Status
from cds_service.kernel.enums import quick


@pytest.mark.parametrize("enum", [Status, Basis, Reason])
def test_a_quick_member_is_found_by_name_by_value_and_after_pickling(enum) -> None:
    for member in enum:
        assert getattr(enum, member.name) is enum[member.name] is enum(member.value) is member
        assert pickle.loads(pickle.dumps(member)) is copy.deepcopy(member) is member


def test_a_quick_member_stands_in_the_class_and_hashes_by_identity() -> None:
    @quick
    class Colour(Enum):
        RED = "red"

    assert type.__getattribute__(Colour, "__dict__")["RED"] is Colour("red")
    assert hash(Colour.RED) == object.__hash__(Colour.RED)
