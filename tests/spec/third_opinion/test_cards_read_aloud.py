"""The card of whole charts, read aloud (card.md): each sentence is true of this chart, and can be checked in it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from cds_service.cards import Layout, cards_for
from cds_service.screening import read_bundle, screen

from ..bases import NO_DRUGS, WOMAN
from ..builder import Chart

AS_OF = date(2026, 11, 1)
NO_SCORE = WOMAN.without("s2k", "selena")
SENTENCES = {
    "a score that the chart proves in part names the complement and the antibody": (
        NO_SCORE,
        "**SLEDAI-2K ≥ 10**. The chart alone proves at least 8 (proteinuria 1.1 g/(24.h), low C3 62 mg/dL, "
        "increased DNA binding 88 \\[IU\\]/mL); no total is recorded.",
    ),
    "a total that a missing antibody leaves open says what is left of it and what to measure": (
        WOMAN.without("selena", "s2k", "dsdna").score("SELENA-SLEDAI", 9, id="selena"),
        "**SELENA-SLEDAI ≥ 8**. Total 9 (20 Oct 2026); 5–7 without complement and anti-dsDNA (asked: ≥ 6). "
        "Not measured within 30 days of it: anti-dsDNA.",
    ),
    "of several tests only the open one is shown, with its own threshold": (
        WOMAN.lab("cr", 2.4, comparator=">"),
        "**kidney function**. creatinine above 2.4 mg/dL (20 Oct 2026) leaves it open (≤ 2.5 mg/dL).",
    ),
    "a dose that a factor leaves open is shown with the dose": (
        WOMAN.without("pred").takes("dexamethasone 1", 4.5, "2024-02-01", id="dex"),
        "**glucocorticoid dose**. dexamethasone 1 MG Oral Tablet, 4.5 mg/d (1 Feb 2024) leaves it open "
        "(≤ 30 mg/day prednisone-equivalent).",
    ),
    "two records of one drug have their dose together, not each": (
        WOMAN.without("pred").ordered("prednisone 20", 20, "2024-02-01").ordered("prednisone 5", 15, "2024-02-02"),
        "prednisone 20 MG Oral Tablet (1 Feb 2024) and prednisone 5 MG Oral Tablet (2 Feb 2024) "
        "(together 20–35 mg/d) leave it open (≤ 30 mg/day prednisone-equivalent).",
    ),
    "another drug beside them keeps its own dose": (
        WOMAN.takes("prednisolone", 10, "2024-02-01").takes("prednisone 20", 20, "2024-02-05"),
        "prednisolone, 10 mg/d (1 Feb 2024); prednisone 20 MG Oral Tablet (5 Feb 2024) and prednisone 5 MG Oral "
        "Tablet (1 Feb 2024) (together 20–30 mg/d) leave it open",
    ),
    "a stale test says from when and how far back the trial looks": (
        WOMAN.lab("cd4", 660, on="2026-02-03"),
        "**CD4 count**. Last one is from 3 Feb 2026, older than 180 days.",
    ),
    "a urine test is no blood test": (
        WOMAN.without("hcg").lab("hcgu", text="Negative"),
        "**pregnancy test (blood)**. None recorded.",
    ),
    "a result in a unit of nobody's says so": (
        WOMAN.lab("lip", 31, "furlong", on="2026-10-25"),
        "**lipase**. 31 furlong (25 Oct 2026): the unit is not known for this test.",
    ),
    "a wide diagnosis is for the reader to judge": (
        WOMAN.condition("thrombocytopenia wide", "2026-09-01", text="Thrombocytopenia, unspecified"),
        "- For you to judge: **lupus crisis**. Recorded: Thrombocytopenia, unspecified (1 Sep 2026).",
    ),
    "a limit that nobody recorded is the default, and is shown as an interval": (
        WOMAN.patient(gender="male").without("hcg").lab("alt", 110, no_range=True),
        "**ALT**. 110 U/L (20 Oct 2026) leaves it open (≤ 2.5 × ULN (ULN 40–50 U/L)).",
    ),
    "nothing taken is not a treatment": (
        NO_DRUGS,
        "**current lupus treatment**. Not recorded: systemic glucocorticoid, antimalarial, immunosuppressant.",
    ),
    "a changed dose names the day from which the trial may fit": (
        WOMAN.without("pred")
        .takes("prednisone 5", 15, "2024-02-01", "2026-10-22", id="high")
        .takes("prednisone 5", 10, "2026-10-22", id="low"),
        "**Not yet:** Meta10-19 (NCT06711146), from 6 Nov 2026: prednisone 5 MG Oral Tablet (since 22 Oct 2026).",
    ),
    "an order that goes on is counted as if it were stopped, and says so": (
        WOMAN.ordered("belimumab", None, "2026-01-01", route="subcutaneous", id="order"),
        "**Not yet:** IM19 (NCT06513429), from 29 Nov 2026: belimumab (last exposure 1 Nov 2026), "
        "counted as if it were stopped today.",
    ),
    "what was read is said at the end": (
        WOMAN,
        "Read: results to 20 Oct 2026, drugs from statements, records back to Apr 2015.",
    ),
}  # fmt: skip


def card_of(chart: Chart) -> dict[str, Any]:
    (card,) = cards_for(screen(read_bundle(json.dumps(chart.bundle()).encode(), AS_OF)), Layout())
    return card


@pytest.mark.parametrize("says", SENTENCES)
def test_the_card_says(says: str) -> None:
    chart, sentence = SENTENCES[says]
    assert sentence in card_of(chart)["detail"]


def test_a_changed_dose_keeps_the_trial_that_asks_for_a_week_only() -> None:
    chart = SENTENCES["a changed dose names the day from which the trial may fit"][0]
    card = card_of(chart)
    assert card["summary"].startswith("May fit a lupus CAR-T trial: IM19 (Beijing).")
    assert len(card["links"]) == 1
