"""`python -m bench.stages`: where the CPU of a call goes, in this process, stage by stage."""

import time
from collections.abc import Callable
from typing import Any

import msgspec

from cds_service.cards import cards_for
from cds_service.fhir.gather import gather
from cds_service.screening import screen
from cds_service.terminology import load
from cds_service.trials import load_trials
from cds_service.web.envelope import read_envelope
from cds_service.web.server import settle_memory

from .bodies import AS_OF, body


def _timed(run: Callable[[], Any], times: int = 50) -> tuple[float, Any]:
    """CPU milliseconds of one run, and its result."""
    result = run()
    before = time.process_time()
    for _ in range(times):
        result = run()
    return (time.process_time() - before) * 1000 / times, result


def main() -> None:
    terminology = load()
    load_trials()
    settle_memory()
    print(f"{'Observations':>12}{'envelope':>10}{'gather':>10}{'screen':>10}{'cards':>10}{'encode':>10}   (ms of CPU)")
    for n in (50, 500, 2000):
        payload = body(n)
        enveloped, envelope = _timed(lambda payload=payload: read_envelope(payload))  # type: ignore[misc]
        who, sent = envelope.context.patientId, envelope.prefetch

        def chart(who: str = who, sent: Any = sent) -> Any:
            deadline = time.monotonic() + 5
            return gather(who, sent, None, terminology=terminology, as_of=AS_OF, deadline=deadline).chart

        gathered, _ = _timed(chart)
        both, screening = _timed(lambda chart=chart: screen(chart()))  # type: ignore[misc]
        carded, cards = _timed(lambda screening=screening: cards_for(screening))  # type: ignore[misc]
        encoded, _ = _timed(lambda cards=cards: msgspec.json.encode({"cards": cards}))  # type: ignore[misc]
        stages = (enveloped, gathered, both - gathered, carded, encoded)
        print(f"{n:>12}{''.join(f'{s:>10.2f}' for s in stages)}")


main()
