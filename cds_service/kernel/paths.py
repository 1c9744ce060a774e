"""Where the data folders are, in a checkout (editable install) and in an installed wheel alike."""

from functools import cache
from pathlib import Path

from .errors import NotFound

_PACKAGE = Path(__file__).resolve().parents[1]


@cache
def data_dir(name: str) -> Path:
    """Return the folder `mappings`, `trials`, `fixtures`, `hooks` or `locale`.

    A wheel carries them inside the package as `_data/`; a checkout has them beside it.
    """
    for place in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise NotFound(f"the data folder '{name}' is missing from this installation; install the package again")
