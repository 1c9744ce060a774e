"""NCT05765006 (relma-cel): what it does not share with NCT06711146.

Source: criteria.md section 6 and the decisions that each case names.
"""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .bases import NO_DRUGS, ON_PREDNISONE, WOMAN
from .cases import Case, case, collect, problems


def only(name: str, mg: object, start: str, **more):
    return NO_DRUGS.takes(name, mg, start, **more)


CASES = collect(
    case("the last day of being 70", WOMAN.patient(birthDate="1955-11-02"), "RELMA I2", "pass recorded"),
    case("71 today", WOMAN.patient(birthDate="1955-11-01"), "RELMA I2", "fail", 29),
    case("66 is not too old here", WOMAN.patient(birthDate="1960-01-01"), "RELMA I2", "pass"),
    case("birth date missing", WOMAN.patient(birthDate=None), "RELMA I2", "unknown no-data"),
    case("antibodies positive", WOMAN, "META I5; RELMA I5; CT1195 I8", "pass recorded"),
    # I4b
    case("a standard drug begun two months ago to the day", only("prednisone 5", 10, "2026-09-01"), "RELMA I4b", "pass recorded"),
    case("a standard drug begun a day later", only("prednisone 5", 10, "2026-09-02"), "RELMA I4b", "fail until 2026-11-02"),
    case("an anti-inflammatory is a standard drug", only("ibuprofen", 400, "2026-08-01"), "RELMA I4b", "pass", 39),
    case("an antimalarial is a standard drug", only("hydroxychloroquine", 200, "2026-08-01"), "RELMA I4b", "pass"),
    case("a conventional immunosuppressant is a standard drug", only("azathioprine", 50, "2026-08-01"), "RELMA I4b", "pass", 39),
    case("low aspirin is no anti-inflammatory", only("aspirin", 100, "2020-01-01"), "RELMA I4b", "unknown no-data", 39),
    case("a biologic is no standard drug", only("belimumab", 200, "2020-01-01", route="subcutaneous"), "RELMA I4b", "never pass", 39),
    case("dapsone is for a clinician", only("dapsone", 100, "2020-01-01"), "RELMA I4b", "unknown judgement", 39),
    case("nothing recorded", NO_DRUGS, "RELMA I4b", "unknown no-data", 16),
    case("all of it stopped", NO_DRUGS.takes("prednisone 5", 10, "2020-01-01", "2024-01-01"), "RELMA I4b", "unknown judgement", 16),
    case("of two, one old enough", WOMAN.takes("prednisone 5", 10, "2026-10-01", id="pred"), "RELMA I4b", "pass"),
    # I4c
    case("30 mg", ON_PREDNISONE.takes("prednisone 5", 30, "2024-02-01", id="pred"), "RELMA I4c", "pass"),
    case("31 mg", WOMAN.takes("prednisone 5", 31, "2024-02-01", id="pred"), "RELMA I4c", "fail", 29),
    case("31 mg is allowed in the sister trial", WOMAN.takes("prednisone 5", 31, "2024-02-01", id="pred"), "META I4c", "pass"),
    case("7.5 mg alone", ON_PREDNISONE.takes("prednisone 5", 7.5, "2024-02-01", id="pred"), "META I4c; RELMA I4c; CT1195 I7b", "pass"),
    case("7 mg alone", ON_PREDNISONE.takes("prednisone 5", 7, "2024-02-01", id="pred"), "META I4c; RELMA I4c; CT1195 I7b", "fail", 29),
    case("5 mg with mycophenolate", WOMAN.takes("prednisone 5", 5, "2024-02-01", id="pred"), "META I4c; RELMA I4c; CT1195 I7b", "pass"),
    case("5 mg with an antimalarial alone", WOMAN.without("mmf").takes("prednisone 5", 5, "2024-02-01", id="pred"), "META I4c; RELMA I4c; CT1195 I7b",
         "fail", 31, 39),
    case("5 mg with mycophenolate that was stopped",
         WOMAN.takes("mycophenolate", 1000, "2022-03-01", "2026-05-01", times=2, id="mmf").takes("prednisone 5", 5, "2024-02-01", id="pred"),
         "META I4c; RELMA I4c", "fail"),
    case("5 mg with a biologic", ON_PREDNISONE.takes("prednisone 5", 5, "2024-02-01", id="pred").takes("belimumab", 200, "2025-01-01", route="subcutaneous", id="bel"),
         "META I4c; RELMA I4c", "fail", 39),
    case("the same in the trial that lets a biologic waive the floor",
         ON_PREDNISONE.takes("prednisone 5", 5, "2024-02-01", id="pred").takes("belimumab", 200, "2025-01-01", route="subcutaneous", id="bel"), "CT1195 I7b", "pass"),
    case("60 mg", WOMAN.takes("prednisone 20", 60, "2024-02-01", id="pred"), "META I4c", "pass"),
    case("61 mg", WOMAN.takes("prednisone 20", 61, "2024-02-01", id="pred"), "META I4c", "fail", 29),
    case("no steroid recorded", NO_DRUGS, "META I4c; RELMA I4c; CT1195 I7b", "pass not-recorded"),
    case("registry status unknown does not change the verdict", WOMAN, "RELMA", "likely None"),
)


@pytest.mark.parametrize("one", CASES, ids=lambda c: c.id)
def test_nct05765006_answers_as_the_contract_says(one: Case, evaluate) -> None:
    assert problems(one, evaluate(one.chart, one.as_of)) == []
