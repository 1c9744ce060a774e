"""Strict reading of `mappings/*.csv`: every complaint says file, line and what is wrong; all are collected."""

import csv
import hashlib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

from cds_service.kernel.errors import Problem

_TAIL = ("confidence", "source", "note")
COLUMNS: dict[str, tuple[str, ...]] = {
    "systems": ("name", "uri", *_TAIL),
    "labs": ("concept", "system", "code", "method", "specimen", "property", *_TAIL),
    "lab_concepts": (
        "concept", "quantity", "canonical_unit", "unitless", "look_back_days", "look_back_days_child", "kind", "name",
        *_TAIL,
    ),
    "units": ("quantity", "canonical", "raw_unit", "factor", "offset", "confidence", "source"),
    "limits": ("analyte", "sex", "age_min", "age_max", "lln", "uln", "unit", *_TAIL),
    "ingredients": ("ingredient", "drug", "class", "group", *_TAIL),
    "drugs": ("ingredient", "system", "code", "kind", "systemic", *_TAIL),
    "products": (
        "rxcui", "tty", "ingredient", "mg_per_unit", "per", "mg_per_ml", "route_group", "systemic", "pack", *_TAIL,
    ),
    "drug_names": ("name", "ingredient", "language", "kind", *_TAIL),
    "steroids": ("ingredient", "factor_low", "factor_nominal", "factor_high", "accepted", "counted", *_TAIL),
    "forms": ("word", "language", "meaning", *_TAIL),
    "routes": ("word", "system", "code", "meaning", *_TAIL),
    "conditions": (
        "finding", "system", "code", "match", "grade", "names_beside", "history", "blames_lupus", *_TAIL,
    ),
    "finding_words": ("finding", "word", "language", "kind", *_TAIL),
    "procedures": ("finding", "system", "code", "match", "grade", "kind", *_TAIL),
    "vaccines": ("system", "code", "live", "name", *_TAIL),
    "qualifiers": ("kind", "meaning", "system", "code", "word", "language", *_TAIL),
    "timing_codes": ("word", "language", "times_per_day", "kind", *_TAIL),
    "score_names": ("text", "score", "kind", *_TAIL),
}  # fmt: skip
"""The columns of each mapping file, in this order and no others."""

CONFIDENCES = ("verified", "single-source", "no-code")
"""`no-code`: known by name only. A row that carries a code may not say so."""


class Row(dict[str, str]):
    """One row, with the line that it stands on."""

    __slots__ = ("line",)
    line: int


class Tables:
    """The mapping files of one folder, read once. Faults go to `problems`; a faulty row is left out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.rows: dict[str, list[Row]] = {}
        digest = hashlib.sha256()
        for name in COLUMNS:
            self.rows[name] = self._read(name, digest)
        self.version = digest.hexdigest()[:12]
        known = {f"{name}.csv" for name in COLUMNS}
        for path in sorted(folder.glob("*.csv")):
            if path.name not in known:
                self.problems.append(Problem(path.name, 1, "not a mapping file that this service reads"))

    def fault(self, name: str, line: int, problem: str) -> None:
        self.problems.append(Problem(f"{name}.csv", line, problem))

    def __getitem__(self, name: str) -> list[Row]:
        return self.rows[name]

    def _read(self, name: str, digest: "hashlib._Hash") -> list[Row]:
        path = self.folder / f"{name}.csv"
        if not path.is_file():
            self.fault(name, 1, "the file is missing")
            return []
        data = path.read_bytes()
        digest.update(name.encode() + b"\0" + data)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            self.fault(name, 1, "the file is not UTF-8")
            return []
        return list(self._rows(name, text))

    def _rows(self, name: str, text: str) -> Iterator[Row]:
        columns = COLUMNS[name]
        lines = csv.reader(text.splitlines(), strict=True)
        width, seen = len(columns), set[tuple[str, ...]]()
        try:
            header = tuple(next(lines, ()))
            if header != columns:
                wrong = sorted(set(header) ^ set(columns)) or ["the order"]
                self.fault(name, 1, f"the columns are not those expected ({', '.join(wrong)})")
                return
            at = columns.index("confidence")
            for cells in lines:
                line = lines.line_num
                key = tuple(cells)
                if len(cells) != width:
                    self.fault(name, line, f"{len(cells)} cells instead of {width}")
                elif key in seen:
                    self.fault(name, line, "the row stands here twice")
                elif cells[at] not in CONFIDENCES:
                    self.fault(name, line, f"confidence '{cells[at]}' is not one of {', '.join(CONFIDENCES)}")
                else:
                    seen.add(key)
                    row = Row(zip(columns, cells, strict=True))
                    row.line = line
                    yield row
        except csv.Error as error:
            self.fault(name, lines.line_num, f"not readable as CSV ({error})")

    def decimal(self, name: str, row: Row, column: str) -> Decimal | None:
        """The number in a cell (a fraction such as 20/3 counts); None for an empty or a faulty one."""
        text = row[column]
        if not text:
            return None
        try:
            top, slash, bottom = text.partition("/")
            value = Decimal(top) / Decimal(bottom) if slash else Decimal(top)
            if value.is_finite():
                return value
        except (InvalidOperation, ZeroDivisionError):
            pass
        self.fault(name, row.line, f"{column} '{text}' is not a number")
        return None

    def word(self, name: str, row: Row, column: str, allowed: tuple[str, ...]) -> str:
        """A cell that must hold one of a few words."""
        if row[column] not in allowed:
            self.fault(
                name, row.line, f"{column} '{row[column]}' is not one of {', '.join(w or 'empty' for w in allowed)}"
            )
        return row[column]
