"""What arrives that is no proper hook call, and what is answered."""

import gzip
import json
from typing import Any

import pytest

from .making import ADDRESS, PATIENT, bundle, call, client, condition, post, prefetch, refused


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"text"', b"null", b'{"hook": "patient-view",}',
     b'{"hook": "patient-view"} // comment', b"\xff\xfe",
     b"<html></html>", b"[" * 100_000],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_400(body: bytes) -> None:
    refused(client().post(ADDRESS, data=body, content_type="application/json"), 400)


@pytest.mark.parametrize("missing", ["hook", "hookInstance", "context"])
def test_a_call_without_a_required_field_is_400_and_names_it(missing: str) -> None:
    assert missing in refused(post(call(**{missing: ...})), 400)


@pytest.mark.parametrize(
    "changes",
    [
        {"hook": 7}, {"hookInstance": {}}, {"context": []}, {"prefetch": []}, {"fhirServer": 1},
        {"fhirAuthorization": "x"},
        {"context": {"userId": "Practitioner/p"}}, {"context": {"patientId": "p1"}},
        {"context": {"patientId": "p1", "userId": "p"}},
        {"fhirServer": "https://ehr.example.org/fhir", "fhirAuthorization": {"access_token": 1}},
    ],
)  # fmt: skip
def test_a_field_of_the_wrong_type_is_400(changes: dict[str, Any]) -> None:
    refused(post(call(**changes)), 400)


@pytest.mark.parametrize("id_", ["../../metadata", "1?_count=9", "Patient/1", "", "x" * 65, "p 1", "p1\n"])
def test_a_patient_id_that_is_no_fhir_id_is_400(id_: str) -> None:
    refused(post(call(context={"patientId": id_, "userId": "Practitioner/p"})), 400)


def test_the_call_of_another_hook_is_400() -> None:
    assert "patient-view" in refused(post(call(hook="order-sign")), 400)


def test_an_unknown_service_is_404_and_another_method_405_with_allow() -> None:
    refused(post(to="/cds-services/nothing"), 404)
    answer = client().get(ADDRESS)
    refused(answer, 405)
    assert "POST" in answer.headers["Allow"]
    refused(client().post("/cds-services", json={}), 405)
    refused(client().get("/nowhere"), 404)


def test_a_body_that_is_not_json_by_its_type_or_is_compressed_is_415() -> None:
    refused(client().post(ADDRESS, data="x=1", content_type="application/x-www-form-urlencoded"), 415)
    packed = gzip.compress(json.dumps(call()).encode())
    answer = client().post(ADDRESS, data=packed, content_type="application/json", headers={"Content-Encoding": "gzip"})
    refused(answer, 415)


def test_a_body_with_a_charset_or_a_fhir_type_is_read() -> None:
    body = json.dumps(call()).encode()
    for kind in ("application/json; charset=utf-8", "application/fhir+json"):
        assert client().post(ADDRESS, data=body, content_type=kind).status_code == 200


def test_a_body_larger_than_the_limit_is_413() -> None:
    body = json.dumps(call()).encode() + b" " * (1024 * 1024)
    assert "CDS_MAX_BODY_MB" in refused(
        client(max_body_mb=1).post(ADDRESS, data=body, content_type="application/json"), 413
    )


def test_fields_that_nobody_knows_change_nothing() -> None:
    plain, more = post().get_json(), post(call(extension={"x": 1}, unheard={"of": 1})).get_json()
    more["cards"][0]["uuid"] = plain["cards"][0]["uuid"]
    assert more == plain


def test_a_prefetch_key_that_nobody_asked_for_changes_nothing() -> None:
    answer = post(call(prefetch=prefetch(unheard={"resourceType": "Basic"})))
    assert answer.status_code == 200


def test_a_prefetched_patient_who_is_another_one_is_400_and_the_answer_names_nobody() -> None:
    answer = post(call(prefetch=prefetch(patient=PATIENT | {"id": "somebody-else"})))
    assert "somebody-else" not in refused(answer, 400)


def test_an_authorization_for_another_patient_or_without_server_is_400() -> None:
    token = {"access_token": "secret-token", "token_type": "Bearer", "expires_in": 300, "scope": "*", "subject": "s"}
    refused(post(call(fhirAuthorization=token)), 400)
    text = refused(
        post(call(fhirServer="https://ehr.example.org/fhir", fhirAuthorization=token | {"patient": "p2"})), 400
    )
    assert "secret-token" not in text


@pytest.mark.parametrize("missing", [("patient",), ("conditions",), ("patient", "conditions")])
def test_patient_or_conditions_neither_sent_nor_to_be_had_is_412_and_names_the_keys(missing: tuple[str, ...]) -> None:
    sent = {k: v for k, v in prefetch().items() if k not in missing}
    text = refused(post(call(prefetch=sent)), 412)
    for key in missing:
        assert key in text


def test_a_call_without_any_prefetch_and_without_a_server_is_412() -> None:
    refused(post(call(prefetch=...)), 412)
    refused(post(call(prefetch=None)), 412)


@pytest.mark.parametrize(
    "junk", ["123", 7, [], {"resourceType": "Basic"}, {"no": "type"},
             {"resourceType": "Bundle", "entry": [{}, {"resource": {}}]}]
)  # fmt: skip
def test_junk_under_a_prefetch_key_never_breaks_the_answer(junk: object) -> None:
    assert post(call(prefetch=prefetch(procedures=junk))).status_code in (200, 400)
    assert post(call(prefetch=prefetch(observations1=junk))).status_code in (200, 400)


def test_a_server_that_is_not_listed_is_never_called() -> None:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.3)
        server = f"http://127.0.0.1:{listener.getsockname()[1]}/fhir"
        refused(post(call(prefetch=..., fhirServer=server)), 412)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_sent_condition_of_another_patient_is_no_diagnosis_of_this_one() -> None:
    stranger = condition() | {"subject": {"reference": "Patient/other"}}
    assert post(call(prefetch=prefetch(conditions=bundle(stranger)))).get_json() == {"cards": []}
