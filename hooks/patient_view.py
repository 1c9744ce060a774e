"""`sle-cart-trials`: when a chart is opened, which lupus CAR-T trials may fit and what is still to check."""

from cds_service.cards import Layout, cards_for, unread_card
from cds_service.clinical.lupus import SleState, sle
from cds_service.fhir.gather import gather
from cds_service.fhir.templates import prefetch_templates
from cds_service.screening import screen
from cds_service.settings import Client
from cds_service.terminology import load
from cds_service.web.services import Call, Reply

ID = "sle-cart-trials"
HOOK = "patient-view"
HOOK_VERSION = "1.0"
TITLE = "CAR-T trials in systemic lupus"
DESCRIPTION = (
    "Says which CAR-T trials in systemic lupus erythematosus a patient may fit, what is still to check, "
    "and from when a trial may fit that does not yet. No lupus, no card."
)
USAGE = (
    "Research screening support for clinicians; it does not establish eligibility. Needs FHIR R4. "
    "Patient and Conditions must be in the prefetch or on a FHIR server that may be called; anything else that is "
    "missing is said to be missing. Scores and findings without a standard code are looked for among survey "
    "Observations only; under other categories they are found by site codes alone."
)


def prefetch(client: Client) -> dict[str, str]:
    """Key → template. `_include` of Medication is left out for clients that turn it off."""
    return prefetch_templates(load(), medication_include=client.medication_include)


def answer(call: Call) -> Reply:
    """The cards for one patient. Raises MissingData (412) and InputError (400)."""
    if not call.by_clinician:
        return Reply([])  # the words are a clinician's; a patient or a relative reads none of them unprepared
    layout = Layout(
        shown=call.settings.show_statuses,
        per_trial=call.client.layout == "per-trial",
        near_misses=call.client.near_misses,
        say_unreadable=call.settings.unreadable == "say",
    )
    gathered = gather(
        call.patient_id,
        call.prefetch,
        call.access,
        terminology=load(),
        as_of=call.as_of,
        deadline=call.deadline,
        medication_include=call.client.medication_include,
    )
    why = [words for key, words in gathered.problems if key in gathered.unreadable]
    if gathered.chart is None:
        return Reply(unread_card(["the patient's record"], layout, why=why))
    if sle(gathered.chart) is SleState.UNAVAILABLE:
        return Reply(unread_card(["diagnoses"], layout, why=why))
    screening = screen(gathered.chart)
    return Reply(cards_for(screening, layout), screening.assessments)
