"""Write docs/faults.md: every fault of tests/unit/fhir_wire/faults.py, played on a real socket, and what came of it.

python tools/write_faults.py
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "faults.md"
INTRODUCTION = """# Servers that misbehave, and what comes of it

Written by `tools/write_faults.py` from `tests/unit/fhir_wire/faults.py`: a scripted FHIR server on a real socket serves
the fixture `{patient}` and misbehaves as said, mostly at the searches for results by code. Do not edit by hand; a test
plays every line again and holds this page against what came of it.

In every line the answer was there by the deadline, no answer was more favourable than that from the whole chart,
nothing was called absent that had not been read, and the log named the reason without a word of the patient, of the
address or of the token. “The newest”: newest-first results were cut at their end, so that what is missing can only be
older (criteria.md decision 51). “In part”: anything of that kind may be missing.

"""


def main() -> int:
    sys.path.insert(0, str(ROOT))
    from cds_service.fhir.gather import shutdown
    from tests.unit.fhir_wire.conftest import Server
    from tests.unit.fhir_wire.faults import FAULTS, HEAD, PATIENTS, WHOLE, fixture, played, row

    lines = []
    for fault in FAULTS:
        server = Server(fixture(PATIENTS[0]))
        whole = played(WHOLE, PATIENTS[0], server)
        lines.append(row(whole, played(fault, PATIENTS[0], server)))
        shutdown()
        server.http.shutdown()
        server.http.server_close()
        print(lines[-1])
    PAGE.write_text(INTRODUCTION.format(patient=PATIENTS[0]) + HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
