"""Ways of asking: what is left out, and when a search is posted, where a server does not take it as it stands."""

import pytest

from cds_service.chart.chart import Kind

from .charts import bundle, creatinine, outcome, raw
from .conftest import Server
from .test_gather import creatinines, kind


def long_get(path: str) -> bool:
    return len(path) > 2000 and "code=" in path


@pytest.mark.parametrize(("status", "tries"), [(414, 1), (431, 1), (400, 4)])
def test_a_search_whose_address_is_too_long_for_the_server_is_posted(server: Server, status: int, tries: int) -> None:
    server.fault = lambda path: (status, {"Content-Type": "text/html"}, b"<html>") if long_get(path) else None
    gathered = server.gather(page_size=4)
    assert (creatinines(gathered), kind(gathered, "Observation"), gathered.problems) == (10, Kind.READ, ())
    posted = [n for n, path in enumerate(server.seen) if path == "/fhir/Observation/_search"]
    assert len(posted) == 3, "one for each group of codes"
    form, headers = server.forms[posted[0]], server.headers[posted[0]]
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert b"patient=p1" in form
    assert b"code=http" in form
    # A search that goes out when another was already taken as a form is not tried the long way at all.
    assert tries <= sum(map(long_get, server.seen)) <= 3 * tries


def test_a_server_that_took_a_posted_search_is_asked_so_at_once_the_next_time(server: Server) -> None:
    server.fault = lambda path: (414, {}, b"") if long_get(path) else None
    server.gather()
    asked = len(server.seen)
    gathered = server.gather()
    assert not any(map(long_get, server.seen[asked:]))
    assert kind(gathered, "Observation") is Kind.READ


def test_short_searches_are_never_posted(server: Server) -> None:
    server.fault = lambda path: (400, {}, b"") if "Procedure" in path else (414, {}, b"") if long_get(path) else None
    server.gather()
    assert {path for path in server.seen if "_search" in path} == {"/fhir/Observation/_search"}


@pytest.mark.parametrize(("status", "refused"), [(404, 414), (405, 414), (404, 400)])
def test_a_server_that_takes_neither_long_addresses_nor_posts_has_not_lost_the_type(
    server: Server, status: int, refused: int
) -> None:
    server.fault = lambda path: (
        (refused, {}, b"") if long_get(path) else (status, {}, raw(outcome())) if "_search" in path else None
    )
    gathered = server.gather()
    assert kind(gathered, "Observation") is Kind.PART, "what the other searches for Observations brought"
    assert str(refused) in dict(gathered.problems)["observations1"]


def test_a_server_that_does_not_take_our_page_size_is_asked_without_it(server: Server) -> None:
    server.fault = lambda path: (400, {}, raw(outcome())) if "_count=1000" in path else None
    gathered = server.gather()
    assert (creatinines(gathered), kind(gathered, "Observation")) == (10, Kind.READ)
    assert kind(gathered, "MedicationRequest") is Kind.READ


def test_the_first_total_counts_where_a_capped_search_ends_with_a_smaller_one(server: Server) -> None:
    link = [{"relation": "next", "url": f"{server.base}?_page=two"}]
    first = bundle(creatinine("o1", "2026-09-02"), total=199, link=link)
    last = bundle(creatinine("o2", "2026-09-01"), total=2)
    server.fault = lambda path: (200, {}, first) if "code=" in path else (200, {}, last) if "_page=" in path else None
    gathered = server.gather()
    assert kind(gathered, "Observation") is Kind.PART
    assert "fewer" in dict(gathered.problems)["observations1"]


def test_a_page_that_is_not_decoded_at_once_is_counted_as_one_that_is(server: Server) -> None:
    odd = {"resourceType": "Observation", "id": "odd", "status": "final", "code": {"text": 7}}
    answers = [bundle(creatinine("o1", "2026-09-02"), *extra, total=2) for extra in ((odd,), ())]
    for answer, state in zip(answers, (Kind.READ, Kind.PART), strict=True):
        server.fault = lambda path, answer=answer: (200, {}, answer) if "code=" in path else None  # type: ignore[misc]
        assert kind(server.gather(), "Observation") is state


def test_records_of_a_page_that_was_begun_again_count_once_against_the_total(server: Server) -> None:
    gone: list[str] = []

    def expire(path: str) -> object:
        if "_page=" in path and len(gone) < 1:
            gone.append(path)
            return 410, {}, raw(outcome("error", "expired"))
        return None

    server.fault = expire  # type: ignore[assignment]
    gathered = server.gather(page_size=4)
    assert (creatinines(gathered), gathered.problems) == (10, ())


def test_lastn_and_other_operations_are_never_called(server: Server) -> None:
    server.gather()
    assert len(server.seen) > 10
    assert not any("$" in path for path in server.seen)
