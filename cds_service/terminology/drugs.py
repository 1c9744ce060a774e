"""Drug codes and names to ingredients, ingredients to the classes of criteria.md (dosing.md section 0a)."""

import re
from decimal import Decimal

from .model import DrugCode, Ingredient, SteroidFactor
from .normalise import plain
from .tables import Row, Tables
from .words import WordList

_STEM = 6
"""Letters of a name that must be there: displays shorten and translate names (Prednisolon, hydroxychloroquin)."""
_LATIN = re.compile("[a-z]")
_KINDS = ("IN", "PIN", "BN", "ATC", "ATC-legacy", "ATC-local")
_YES_NO_UNKNOWN = ("yes", "no", "unknown")


class Drugs:
    """`ingredients.csv`, `drugs.csv`, `products.csv`, `drug_names.csv`, `steroids.csv`."""

    def __init__(self, tables: Tables) -> None:
        self.ingredients: dict[str, Ingredient] = {}
        for row in tables["ingredients"]:
            name = row["ingredient"]
            if name in self.ingredients:
                tables.fault("ingredients", row.line, f"'{name}' stands here twice")
            self.ingredients[name] = Ingredient(name, row["drug"], frozenset(filter(None, row["group"].split(";"))))
        for row in tables["ingredients"]:
            if row["drug"] not in self.ingredients:
                tables.fault("ingredients", row.line, f"drug '{row['drug']}' is not an ingredient")
        self.groups: dict[str, frozenset[str]] = {}
        for ingredient in self.ingredients.values():
            for group in ingredient.groups:
                self.groups[group] = self.groups.get(group, frozenset()) | {ingredient.name}
        self.codes: dict[tuple[str, str], DrugCode] = {}
        self._codes(tables)
        self._products(tables)
        self.names = WordList(((r["name"], r["ingredient"]) for r in tables["drug_names"]), whole=True)
        self._stems: dict[str, set[str]] = {}
        for row in tables["drug_names"]:
            if row["ingredient"]:
                self._stems.setdefault(row["ingredient"], set()).add(plain(row["name"])[:_STEM])
            if row["ingredient"] or row["kind"] != "blocker":
                self._known(tables, "drug_names", row, row["ingredient"])
        self.steroids = {row["ingredient"]: _steroid(tables, row) for row in tables["steroids"]}
        for row in tables["steroids"]:
            self._known(tables, "steroids", row, row["ingredient"])

    def speaks_of(self, display: str, ingredients: tuple[str, ...]) -> bool:
        """Whether a display may be that of a code of these ingredients: a name of one, or its beginning, is in it.

        A display without Latin letters is not held against a code: too few names are known in other scripts.
        """
        text = plain(display)
        if not _LATIN.search(text):
            return True
        stems = [s for i in ingredients for s in (*self._stems.get(i, ()), plain(i)[:_STEM])]
        return any(s in text for s in stems)

    def _known(self, tables: Tables, name: str, row: Row, ingredient: str) -> bool:
        if ingredient not in self.ingredients:
            tables.fault(name, row.line, f"ingredient '{ingredient}' is not in ingredients.csv")
            return False
        return True

    def _codes(self, tables: Tables) -> None:
        for row in tables["drugs"]:
            tables.word("drugs", row, "kind", _KINDS)
            systemic = tables.word("drugs", row, "systemic", _YES_NO_UNKNOWN)
            if not self._known(tables, "drugs", row, row["ingredient"]):
                continue
            key = (row["system"], row["code"])
            before = self.codes.get(key)
            names: tuple[str, ...] = (row["ingredient"],)
            if before is not None:
                names = tuple(dict.fromkeys(before.ingredients + names))
                systemic = systemic if systemic == before.systemic else "unknown"
            self.codes[key] = DrugCode(names, row["kind"], None, None, systemic, "", False, "")

    def _products(self, tables: Tables) -> None:
        name, cell = "products", tables.decimal
        for row in tables[name]:
            tables.word(name, row, "systemic", _YES_NO_UNKNOWN)
            names = tuple(row["ingredient"].split(";"))
            if not all(self._known(tables, name, row, n) for n in names):
                continue
            key = ("rxnorm", row["rxcui"])
            if key in self.codes:
                tables.fault(name, row.line, f"code {row['rxcui']} has another meaning already")
            unit, per_ml = (cell(name, row, column) if row[column] else None for column in ("mg_per_unit", "mg_per_ml"))
            self.codes[key] = DrugCode(
                names, row["tty"], unit, per_ml, row["systemic"], row["route_group"], row["pack"] == "yes", row["per"]
            )


def _steroid(tables: Tables, row: Row) -> SteroidFactor:
    accepted = tables.word("steroids", row, "accepted", ("yes", "no")) == "yes"
    counted = tables.word("steroids", row, "counted", ("yes", "no")) == "yes"
    low, nominal, high = (
        tables.decimal("steroids", row, column) or Decimal(0)
        for column in ("factor_low", "factor_nominal", "factor_high")
    )
    if accepted and not 0 < low <= nominal <= high:
        tables.fault("steroids", row.line, "the factors are not in order")
    return SteroidFactor(low, nominal, high, accepted, counted)
