"""The whole charts that cases start from. `WOMAN` is `likely` in the four adult trials, `GIRL` in NCT06222853."""

from __future__ import annotations

from .builder import PATIENT, Chart


def _woman() -> Chart:
    chart = Chart({}).put({"resourceType": "Patient", "id": PATIENT, "gender": "female", "birthDate": "1992-06-15"})
    chart = chart.encounter("2015-04-01").encounter("2017-09-03").encounter("2026-10-20")
    chart = chart.condition("sle", "2017-09-03", recorded="2017-09-05", id="sle")
    for name, value in {
        "hb": 11.9,
        "wbc": 5.1,
        "lym": 1.2,
        "neu": 3.1,
        "plt": 220,
        "cr": 0.8,
        "egfr": 97,
        "alt": 21,
        "ast": 23,
        "alp": 71,
        "tbil": 0.6,
        "dbil": 0.2,
        "lip": 31,
        "amy": 61,
        "pt": 12.1,
        "inr": 1,
        "aptt": 31,
        "fib": 3,
        "spo2": 98,
        "wt": 60,
        "ht": 165,
        "dsdna": 88,
        "c3": 62,
        "c4": 7,
        "iga": 190,
        "cd19": 175,
        "cd4": 660,
        "prot": 1.1,
        "upcr": 880,
    }.items():
        chart = chart.lab(name, value)
    chart = chart.lab("lvef", 63, on="2026-10-05")
    for name, word in {
        "ana": "Positive",
        "sm": "Negative",
        "hbsag": "Negative",
        "hbc": "Negative",
        "hcv": "Negative",
        "hiv": "Negative",
        "syph": "Negative",
        "hcg": "Negative",
    }.items():
        chart = chart.lab(name, text=word)
    chart = chart.score("SLEDAI-2K", 14, id="s2k").score("SELENA-SLEDAI", 14, id="selena")
    chart = chart.takes("prednisone 5", 10, "2024-02-01", id="pred").takes(
        "hydroxychloroquine", 200, "2018-01-10", times=2, id="hcq"
    )
    chart = chart.takes("mycophenolate", 1000, "2022-03-01", times=2, id="mmf")
    chart = chart.takes("cyclophosphamide", None, "2019-01-10", "2019-08-10", id="cyc", route="intravenous")
    return chart.takes("belimumab", None, "2020-01-10", "2021-06-30", id="bel", route="intravenous")


def _girl() -> Chart:
    chart = Chart({}).put({"resourceType": "Patient", "id": PATIENT, "gender": "female", "birthDate": "2014-05-20"})
    chart = chart.encounter("2016-05-01").encounter("2023-05-15").encounter("2026-10-20")
    chart = chart.condition("sle", "2023-05-15", recorded="2023-05-15", id="sle")
    chart = chart.condition("class IV nephritis", "2023-08-01", recorded="2023-08-01", id="nephritis")
    chart = chart.score("Chronicity index", 2, on="2026-09-01", id="chronicity")
    for name, value in {
        "hb": 11.6,
        "plt": 230,
        "alt": 20,
        "ast": 25,
        "tbil": 0.5,
        "spo2": 98,
        "ht": 150,
        "wt": 42,
    }.items():
        chart = chart.lab(name, value)
    chart = chart.lab("cr", 0.6, low=0.3, high=0.8)
    chart = chart.lab("wt", 36, on="2024-01-05", id="weight-2024").lab("lvef", 65, on="2026-10-05")
    for name in ("hbsag", "hbc", "hcv", "hiv", "syph", "hcg", "hcgu"):
        chart = chart.lab(name, text="Negative")
    chart = chart.lab("cmv", "Not detected").score("SLEDAI-2K", 13, id="s2k")
    chart = chart.takes("prednisone 10", 50, "2024-01-01", "2024-08-31", id="pred-high")
    chart = chart.takes("prednisone 20", 20, "2024-09-01", "2024-12-31", id="pred-mid")
    chart = chart.takes("prednisone 5", 25, "2025-01-01", id="pred").takes(
        "hydroxychloroquine", 200, "2023-06-01", id="hcq"
    )
    chart = chart.takes("mycophenolate", 500, "2024-02-01", times=2, id="mmf")
    return chart.takes("cyclophosphamide", None, "2023-09-01", "2024-04-30", id="cyc", route="intravenous")


WOMAN = _woman()
GIRL = _girl()
MAN = WOMAN.patient(gender="male").without("hcg")
NO_DRUGS = WOMAN.without("pred", "hcq", "mmf", "cyc", "bel")
ON_PREDNISONE = WOMAN.without("mmf", "hcq")
"""Prednisone alone: no other lupus drug is current."""
YOUNG_CHART = WOMAN.without("enc-2015-04-01", "enc-2017-09-03").edit("sle", recordedDate=None).encounter("2026-09-15")
"""A chart that begins on 2026-09-15 (47 days before `AS_OF`)."""
