"""A screening leaves nothing behind that only the garbage collector could free: bodies of megabytes would pile up."""

import gc
from datetime import date

from cds_service.kernel.paths import data_dir
from cds_service.screening import read_bundle, screen


def test_a_screening_leaves_no_cycles():
    raw = (data_dir("fixtures") / "patients" / "amira-34.json").read_bytes()
    for _ in range(2):  # what is loaded and cached at the first use is no garbage
        screen(read_bundle(raw, date(2026, 11, 1)))
    while gc.collect():  # what other tests left behind with finalizers takes more than one pass
        pass
    gc.disable()
    try:
        screen(read_bundle(raw, date(2026, 11, 1)))
        assert gc.collect() == 0
    finally:
        gc.enable()
