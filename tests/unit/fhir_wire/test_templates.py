"""The searches that discovery publishes, and leave to call a server."""

from urllib.parse import parse_qs, unquote

import pytest

from cds_service.fhir.access import access_for
from cds_service.fhir.reader import kinds_read
from cds_service.fhir.templates import GROUP, observation_tokens, prefetch_templates, templates
from cds_service.terminology import load

ALL = templates(load())


def parameters(key: str) -> dict[str, list[str]]:
    return parse_qs(prefetch_templates(load())[key].partition("?")[2], keep_blank_values=True)


def test_patient_and_conditions_come_first() -> None:
    assert [t.key for t in ALL[:2]] == ["patient", "conditions"]
    assert ALL[0].query == "Patient/{{context.patientId}}"


def test_every_search_names_the_patient_and_no_date_limit() -> None:
    for template in ALL[1:]:
        given = parameters(template.key)
        assert given["patient"] == ["{{context.patientId}}"], template.key
        assert "date" not in given, template.key
        assert all(value and value[0] for value in given.values()), "an empty value drops the filter (hapi.md point 2)"


def test_every_code_that_is_read_is_asked_for_once_in_groups_that_fit_an_address() -> None:
    groups = [parameters(t.key)["code"][0].split(",") for t in ALL if t.key.startswith("observations")]
    assert all(len(group) <= GROUP for group in groups)
    tokens = [token for group in groups for token in group]
    assert sorted(tokens) == sorted(unquote(t) for t in observation_tokens(load()))
    wanted = {code for system, code in load().codes if system == "loinc" and load().lab(system, code)}
    asked = [token for token in tokens if token.startswith("http://loinc.org|")]
    assert sorted(asked) == sorted(f"http://loinc.org|{code}" for code in wanted)
    assert all(len(t.query) < 7000 for t in ALL)


def test_the_groups_are_of_even_size_and_keep_the_codes_of_one_concept_together() -> None:
    groups = [parameters(t.key)["code"][0].split(",") for t in ALL if t.key.startswith("observations")]
    assert max(map(len, groups)) - min(map(len, groups)) <= 5
    where: dict[str, set[int]] = {}
    for number, group in enumerate(groups):
        for token in group:
            system, _, code = token.partition("|")
            entry = load().lab(load().system(system), code) if code else None
            if entry is not None:
                where.setdefault(entry.concept, set()).add(number)
    assert len(where) > 50
    assert {len(numbers) for numbers in where.values()} == {1}


def test_observations_come_newest_first() -> None:
    for template in ALL:
        if template.kinds == ("Observation",):
            assert parameters(template.key)["_sort"] == ["-date"]


def test_one_search_is_codeless() -> None:
    assert parameters("surveys")["category"] == ["survey"]
    assert "code" not in parameters("surveys")


def test_the_oldest_record_of_two_kinds_says_how_old_the_chart_is() -> None:
    for key in ("oldestObservation", "oldestEncounter"):
        assert (parameters(key)["_sort"], parameters(key)["_count"]) == (["date"], ["1"])


def test_orders_of_every_status_and_of_six_intents_are_asked_for() -> None:
    given = parameters("medicationRequests")
    assert given["intent"] == ["order,plan,original-order,reflex-order,filler-order,instance-order"]
    assert "status" not in given
    assert given["_include"] == ["MedicationRequest:medication"]


def test_the_include_can_be_turned_off() -> None:
    assert not any("_include" in q for q in prefetch_templates(load(), medication_include=False).values())


def test_every_kind_that_is_read_has_a_search_that_answers_for_it() -> None:
    answered = {t.type for t in ALL}
    assert set(kinds_read()) - {"Patient", "Medication"} <= answered


def test_a_patient_id_cannot_add_parameters() -> None:
    assert ALL[1].filled("p1&code=x").startswith("Condition?patient=p1%26code%3Dx&")


BASE = "https://ehr.example.org/fhir"


@pytest.mark.parametrize(("server", "allowed"), [
    (BASE, [BASE]), (BASE + "/", [BASE]), (BASE, [BASE + "/"]), ("http://10.0.0.1:8080/fhir", ["http://10.0.0.1:8080/fhir"]),
])
def test_a_listed_base_may_be_called_whether_or_not_a_slash_ends_it(server: str, allowed: list[str]) -> None:
    access = access_for(server, None, allowed)
    assert access is not None
    assert access.base == server.rstrip("/")


@pytest.mark.parametrize("server", [
    None, 7, "", "https://ehr.example.org/fhir/r4", "https://ehr.example.org", "https://ehr.example.org.evil.example/fhir",
    "http://ehr.example.org/fhir", "https://EHR.example.org/fhir",
])
def test_what_is_not_listed_is_never_called(server: object) -> None:
    assert access_for(server, None, [BASE]) is None


@pytest.mark.parametrize("base", ["ftp://ehr.example.org", "https://user:pw@ehr.example.org", "https:///fhir", "x y"])
def test_a_base_that_is_no_plain_http_address_is_never_called(base: str) -> None:
    assert access_for(base, None, [base]) is None


def test_a_bearer_token_is_taken() -> None:
    access = access_for(BASE, {"access_token": "abc", "token_type": "bearer"}, [BASE])
    assert access is not None
    assert access.token == "abc"


@pytest.mark.parametrize("authorization", [
    "abc", {}, {"access_token": 7}, {"access_token": ""}, {"access_token": "a\r\nX: y"}, {"access_token": "a b"},
    {"access_token": "é"}, {"access_token": "abc", "token_type": "mac"}, {"access_token": "abc", "token_type": None},
])
def test_a_token_that_cannot_be_used_is_no_access(authorization: object) -> None:
    assert access_for(BASE, authorization, [BASE]) is None
