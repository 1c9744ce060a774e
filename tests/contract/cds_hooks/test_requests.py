"""REQ, CTX: what a call must be, and what it may bring along."""

import json
from io import BytesIO
from typing import Any

import pytest

from ...unit.fhir_wire.conftest import Server
from ...unit.web.making import ADDRESS, call, client, post, prefetch, refused
from .asking import SHARED, TOKEN, row, without_uuids

DRAFTS: tuple[dict[str, Any], ...] = (
    {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "NutritionOrder", "id": "n1"}}]},
    {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "MedicationRequest", "status": "draft"}}]},
    {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "MedicationOrder", "id": "dstu2"}}]},
    {"resourceType": "Bundle", "entry": [{"resource": {
        "resourceType": "MedicationRequest", "id": "m1", "medicationReference": {"reference": "Medication/draft-drug"},
    }}]},
    {},
)


@row("REQ-1", "HTTP-2")
def test_a_service_takes_post_alone_and_an_unknown_id_is_404() -> None:
    answer = client().get(ADDRESS)
    refused(answer, 405)
    assert "POST" in answer.headers["Allow"]
    refused(client().post("/cds-services/unheard-of", json=call()), 404)


@row("REQ-1", "COR-1")
@pytest.mark.parametrize("path", ["//cds-services/sle-cart-trials", "/cds-services//sle-cart-trials/", ADDRESS + "//"])
def test_a_slash_too_many_in_the_address_is_no_redirect(path: str) -> None:
    answer = client().post("/", json=call(), environ_overrides={"PATH_INFO": path})
    assert answer.status_code == 200


@row("REQ-2", "HTTP-2")
@pytest.mark.parametrize("field", ["hook", "hookInstance", "context"])
@pytest.mark.parametrize("value", [..., None, 1, [], ["x"], True])
def test_a_required_field_that_is_missing_or_of_another_type_is_400(field: str, value: object) -> None:
    assert field in refused(post(call(**{field: value})), 400)


@row("REQ-2", "GEN-1")
@pytest.mark.parametrize("body", [b"", b" ", b"[]", b"null", b"7", b'"x"', b"\xff\xfe{", b'{"hook":"\xc3\x28"}',
                                  b'{"a":' * 5000, b"[" * 200_000])  # fmt: skip
def test_a_body_that_is_no_object_is_400_and_never_500(body: bytes) -> None:
    refused(client().post(ADDRESS, data=body, content_type="application/json"), 400)


@row("REQ-2", "HTTP-2")
def test_a_body_that_is_too_large_is_413_unread_and_one_of_another_kind_415() -> None:
    class Unread(BytesIO):
        def read(self, *_: int | None) -> bytes:
            raise AssertionError("the body was read")

    answer = client(max_body_mb=1).post(
        ADDRESS, input_stream=Unread(), content_type="application/json",
        environ_overrides={"CONTENT_LENGTH": str(50 << 20)},
    )  # fmt: skip
    refused(answer, 413)
    refused(client().post(ADDRESS, data="<call/>", content_type="application/xml"), 415)


@row("REQ-2")
def test_deep_nesting_and_many_keys_where_nobody_looks_neither_break_nor_stall_a_call() -> None:
    body = json.dumps(call()).encode()[:-1]
    for depth, status in ((400, 200), (100_000, 400)):
        deep = body + b',"unheard":' + b"[" * depth + b"]" * depth + b"}"
        assert client().post(ADDRESS, data=deep, content_type="application/json").status_code == status
    for more, status in ((900, 200), (20_000, 400)):
        assert post(call(prefetch=prefetch(**{f"k{n}": None for n in range(more)}))).status_code == status


@row("REQ-2", "HTTP-2")
def test_a_body_of_more_parts_than_fhir_of_its_size_has_is_413_and_a_large_one_of_fhir_is_read() -> None:
    bundle = {"resourceType": "Bundle", "entry": [{}] * 40_000}
    assert refused(post(call(prefetch=prefetch(procedures=bundle)), max_body_mb=1), 413)
    assert post(call(prefetch=prefetch(procedures=bundle)), max_body_mb=32).status_code == 200


@row("PFD-10")
def test_a_flood_of_strangers_does_not_make_a_flood_of_an_answer() -> None:
    other = {"resourceType": "Procedure", "subject": {"reference": "Patient/other"}}
    flood = [{"resource": other | {"id": f"x{n}"}} for n in range(3000)]
    answer = post(call(prefetch=prefetch(procedures={"resourceType": "Bundle", "entry": flood})))
    skipped = answer.get_json()["cards"][0]["extension"]["org.sle-trials.screening"]["skipped"]
    assert len(skipped) == 101
    assert skipped[-1] == {"problem": "2900 further resources could not be used"}


@row("REQ-3")
@pytest.mark.parametrize("hook", ["order-sign", "order-select", "encounter-start", "Patient-View", "", "order-review"])
def test_the_call_of_another_hook_is_400(hook: str) -> None:
    refused(post(call(hook=hook)), 400)


@row("REQ-4")
def test_a_hook_instance_that_is_no_uuid_is_taken_and_says_nothing_about_sameness() -> None:
    app = client()
    first, again, other = (app.post(ADDRESS, json=call(hookInstance=i)).get_json() for i in ("x", "x", "any words"))
    assert without_uuids(first) == without_uuids(again) == without_uuids(other)
    assert first["cards"][0]["uuid"] != again["cards"][0]["uuid"]


@row("REQ-5", "FHR-3")
def test_an_authorization_without_a_server_is_400() -> None:
    assert "fhirServer" in refused(post(call(fhirAuthorization=TOKEN)), 400)


@row("REQ-5", "FHR-8", "FHR-1")
def test_a_server_that_is_not_listed_is_as_good_as_none() -> None:
    for base in ("http://ehr.example.org/fhir", "https://ehr.example.org/fhir", "ftp://x", "file:///etc/passwd", "x"):
        refused(post(call(prefetch=None, fhirServer=base, fhirAuthorization=TOKEN)), 412)
        assert post(call(fhirServer=base)).status_code == 200


@row("REQ-6")
def test_fields_and_extensions_that_nobody_knows_change_nothing() -> None:
    more = call(extension={"org.x": {"a": []}}, unheard=[{}], context={
        "userId": "Practitioner/p", "patientId": "p1", "encounterId": None, "extension": {}, "unheard": {"of": [None]},
    })  # fmt: skip
    assert without_uuids(post(more).get_json()) == without_uuids(post().get_json())


@row("REQ-7")
@pytest.mark.parametrize("id_", ["../../metadata", "1?_count=9", "Patient/1", "", "x" * 65, "p1\n", "p%201", "é"])
def test_an_id_that_is_none_is_400_and_no_server_is_called(id_: str, server: Server) -> None:
    body = call(prefetch=None, fhirServer=server.base, context={"userId": "Practitioner/p", "patientId": id_})
    refused(post(body, fhir_servers=(server.base,)), 400)
    assert server.seen == []


@row("CTX-1")
@pytest.mark.parametrize(
    ("context", "status"),
    [
        ({}, 400), ({"userId": "Practitioner/p"}, 400), ({"patientId": "p1"}, 400),
        ({"userId": "Practitioner/p", "patientId": "p1"}, 200),
        ({"userId": "PractitionerRole/p", "patientId": "p1", "encounterId": "e1"}, 200),
        ({"userId": "Practitioner/p", "patientId": "p1", "encounterId": 7}, 200),
        ({"userId": "p", "patientId": "p1"}, 400), ({"userId": "Device/d", "patientId": "p1"}, 400),
        ({"userId": None, "patientId": "p1"}, 400), ({"userId": "Practitioner/p", "patientId": None}, 400),
    ],
)  # fmt: skip
def test_patient_view_needs_who_looks_and_at_whom(context: dict[str, Any], status: int) -> None:
    assert post(call(context=context)).status_code == status


@row("CTX-1")
@pytest.mark.parametrize("user", ["Patient/p1", "RelatedPerson/r"])
def test_a_patient_or_a_relative_who_looks_gets_no_card(user: str) -> None:
    answer = post(call(context={"userId": user, "patientId": "p1"}))
    assert (answer.status_code, answer.get_json()) == (200, {"cards": []})


@row("CTX-6", "CTX-7", "CTX-9")
@pytest.mark.parametrize("drafts", DRAFTS)
def test_draft_orders_of_any_shape_in_a_context_change_nothing(drafts: dict[str, Any]) -> None:
    context: dict[str, Any] = {"userId": "Practitioner/p", "patientId": "p1", "selections": ["NutritionOrder/n1"]}
    context["draftOrders"] = drafts
    answer = post(call(context=context))
    assert answer.status_code == 200
    assert without_uuids(answer.get_json()) == without_uuids(post().get_json())


@row("CTX-8")
def test_resources_of_the_context_are_never_asked_from_the_server(server: Server) -> None:
    context = {"userId": "Practitioner/p", "patientId": "p1", "encounterId": "enc9", "draftOrders": DRAFTS[3]}
    body = call(prefetch=..., context=context, fhirServer=server.base)
    assert post(body, fhir_servers=(server.base,)).status_code == 200
    assert server.seen
    assert not [path for path in server.seen if "draft-drug" in path or "enc9" in path or "Practitioner" in path]


@row("VER-1", "REQ-2", "CTX-7")
def test_every_body_printed_in_the_specifications_is_answered_and_none_breaks_anything() -> None:
    folders = [SHARED / "examples", SHARED / "sample-requests"]
    if not all(f.is_dir() for f in folders):
        pytest.skip("the examples of the specification are not beside the project")
    files = [p for folder in folders for p in sorted(folder.glob("*.json"))]
    assert len(files) > 70
    app = client()
    for path in files:
        found = json.loads(path.read_text(encoding="utf-8"))
        plain = app.post(ADDRESS, json=found).status_code
        assert plain in (200, 400, 412), path.name
        if not isinstance(found, dict):
            continue
        # A fragment is put where it belongs in a whole call; as a call of our hook it is then answered.
        context = found.get("context", {})
        whole = {"userId": context.get("userId", "Practitioner/p"), "patientId": context.get("patientId", "p1")}
        for sent in ({}, prefetch(patient=prefetch()["patient"] | {"id": whole["patientId"]})):
            body = call() | found | {"hook": "patient-view", "context": context | whole, "prefetch": sent,
                                     "hookInstance": found.get("hookInstance", "h")}
            assert app.post(ADDRESS, json=body).status_code == (200 if sent else 412), path.name
        odd = call(prefetch={**prefetch(), **found.get("prefetch", {}), "patient": prefetch()["patient"]})
        assert app.post(ADDRESS, json=odd).status_code == 200, path.name
        feedback = app.post(f"{ADDRESS}/feedback", json=found).status_code
        assert feedback == (200 if "feedback" in found else 400), path.name


@row("VER-1")
def test_the_old_names_of_hooks_are_not_offered() -> None:
    hooks = {s["hook"] for s in client().get("/cds-services").get_json()["services"]}
    assert not hooks & {"medication-prescribe", "order-review"}
