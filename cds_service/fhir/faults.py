"""What can go wrong when a FHIR server is asked, in words that hold no address, no id and no token."""

from collections.abc import Callable

from ..kernel.errors import CdsError

WORDS = {
    "timeout": "the FHIR server did not answer in time",
    "connection": "the connection to the FHIR server failed",
    "redirect": "the FHIR server redirected; redirects are not followed",
    "refused": "the FHIR server refused",
    "not-found": "the FHIR server does not have it",
    "gone": "the FHIR server does not have it any more",
    "busy": "the FHIR server is overloaded",
    "bad-request": "the FHIR server did not accept the search",
    "too-long": "the FHIR server does not take an address of this length",
    "server-error": "the FHIR server failed",
    "too-large": "the answer of the FHIR server is too large",
    "not-fhir": "the answer of the FHIR server is not FHIR",
    "outcome": "the FHIR server answered that it could not answer in full",
    "forbidden": "the name of the FHIR server leads to an address that may not be called",
    "not-keys": "the answer is no set of keys",
    "not-granted": "the access token does not allow it",
    "in-part": "the access token allows only a part of it",
    "elsewhere": "the next page is on another server and was not followed",
    "endless": "the pages of the FHIR server go round in a circle",
    "too-many-pages": "the answer of the FHIR server has too many pages",
    "too-many-reads": "more records than can be read one by one",
    "not-offered": "the FHIR server does not offer it",
    "subsetted": "records arrived of which the FHIR server had left elements out; they were not used",
    "fewer": "fewer records arrived than the FHIR server counted",
    "nested": "an answer arrived inside the answer and was not read",
    "not-followed": "there are further pages that were not sent",
}
"""Reason → what a person reads."""

watchers: list[Callable[[str], None]] = []
"""Told the reason of each request that failed; `web/metrics.py` counts them."""


class FetchError(CdsError):
    """A request that brought nothing usable: a reason out of `WORDS`, and the HTTP status where there was one."""

    def __init__(self, reason: str, status: int | None = None, *, again: float | None = None) -> None:
        self.reason = reason
        self.status = status
        self.again = again
        """Seconds after which one retry is worth it; None: never."""
        super().__init__(WORDS[reason] + (f" ({status})" if status else ""))
        for watcher in watchers:
            watcher(reason)
