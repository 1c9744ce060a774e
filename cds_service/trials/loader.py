"""trials/*.yaml → Trials. Every fault of every file is collected with its line; a faulty file is never half used."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ..criteria.registry import read_rule
from ..criteria.rule import Rule, Spec
from ..kernel.errors import DataError, Problem
from ..kernel.paths import data_dir
from ..terminology import Terminology, load
from .model import Criterion, Site, Trial
from .strict_yaml import Mapping, parse

_STATUSES = (
    "recruiting", "not-yet-recruiting", "enrolling-by-invitation", "active-not-recruiting", "completed", "suspended",
    "terminated", "withdrawn", "unknown",
)
_ID = re.compile(r"NCT\d{8}")
_CRITERION_ID = re.compile(r"[IE]\d{1,2}[a-z]?")
_TRIAL_KEYS = {"id", "name", "product", "title", "target", "sponsor", "phase", "registry", "notes", "criteria"}
_REGISTRY_KEYS = {"status", "status_as_of", "last_update", "sites"}
_CRITERION_KEYS = {"id", "says", "topic", "ask", "rule", "source", "note", "examples", "same_as"}
_SHARED_KEYS = _CRITERION_KEYS - {"id", "source", "same_as"}
_ASK = ("question", "laboratory", "imaging", "biopsy")


@cache
def load_trials(folder: Path | None = None, terminology: Terminology | None = None) -> tuple[Trial, ...]:
    """All trials, ordered by id. Raises DataError that names every fault with file and line."""
    trials, problems = _read_all(folder or data_dir("trials"), terminology or load())
    if problems:
        raise DataError(problems)
    return trials


def lint(folder: Path | None = None, terminology: Terminology | None = None) -> list[Problem]:
    """Every fault of the trial files."""
    return _read_all(folder or data_dir("trials"), terminology or load())[1]


def _read_all(folder: Path, terminology: Terminology) -> tuple[tuple[Trial, ...], list[Problem]]:
    problems: list[Problem] = []
    shared_rules, shared_criteria = _read_shared(folder / "shared.yaml", terminology, problems)
    trials = []
    for path in sorted(folder.glob("NCT*.yaml")):
        node = _parsed(path, problems)
        if not isinstance(node, Mapping):
            if node is not None:
                problems.append(Problem(path.name, 1, "a trial file is a mapping: id, name, criteria ..."))
            continue
        trial = _Reader(path.name, terminology, problems, shared_rules, shared_criteria).trial(node, path.stem)
        if trial:
            trials.append(trial)
    for path in sorted(folder.glob("[!.]*")):  # a trial that nobody reads would be missed by nobody
        if path.suffix.lower() in (".yaml", ".yml") and path.name != "shared.yaml" and not path.match("NCT*.yaml"):
            problems.append(Problem(path.name, 0, "the file is not read: name it by its registry number, NCT….yaml"))
    if not trials and not problems:
        problems.append(Problem("trials", 0, "there is no trial file (NCT….yaml) in the folder"))
    return tuple(sorted(trials, key=lambda t: t.id)), problems


def _parsed(path: Path, problems: list[Problem]) -> Any:
    """The content of a YAML file; None, and a fault, where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problems.append(Problem(path.name, error.object[: error.start].count(b"\n") + 1, "the file is not UTF-8"))
    except OSError:
        problems.append(Problem(path.name, 0, "the file cannot be read"))
    else:
        return parse(text, path.name, problems)
    return None


def _read_shared(
    path: Path, terminology: Terminology, problems: list[Problem]
) -> tuple[dict[str, Rule], dict[str, Mapping]]:
    if not path.is_file():
        return {}, {}
    node = _parsed(path, problems)
    if not isinstance(node, Mapping):
        return {}, {}
    rules: dict[str, Rule] = {}
    for name, value in (node.get("rules") or {}).items():
        spec = Spec(path.name, node.lines["rules"], {}, {}, terminology, problems, rules).inner(value, name)
        rule = read_rule(spec)
        if rule is not None:
            rules[name] = rule
    criteria: dict[str, Mapping] = {}
    reader = _Reader(path.name, terminology, problems, rules, {})
    for name, value in (node.get("criteria") or {}).items():
        if not isinstance(value, Mapping):
            problems.append(Problem(path.name, node.lines["criteria"], f"'{name}' must be a criterion"))
            continue
        reader.unknown_keys(value, _SHARED_KEYS)
        value["rule_read"] = reader.rule(value)
        criteria[name] = value
    return rules, criteria


class _Reader:
    """Reads one trial file."""

    def __init__(
        self,
        file: str,
        terminology: Terminology,
        problems: list[Problem],
        rules: dict[str, Rule],
        criteria: dict[str, Mapping],
    ) -> None:
        self.file = file
        self.terminology = terminology
        self.problems = problems
        self.rules = rules
        self.criteria = criteria

    def complain(self, node: Mapping, key: str, problem: str) -> None:
        self.problems.append(Problem(self.file, node.lines.get(key, node.line), problem))

    def unknown_keys(self, node: Mapping, known: set[str]) -> None:
        for key in node:
            if key not in known:
                self.complain(node, key, f"'{key}' is not a key of this place; known are {', '.join(sorted(known))}")

    def text(self, node: Mapping, key: str, *, required: bool = True) -> str | None:
        value = node.get(key)
        if value is None:
            if required:
                self.complain(node, key, f"'{key}' is missing")
            return None
        if not isinstance(value, str):
            self.complain(node, key, f"'{key}' must be a text")
            return None
        return " ".join(value.split())

    def day(self, node: Mapping, key: str) -> date:
        value = self.text(node, key)
        try:
            return date.fromisoformat(value or "")
        except ValueError:
            if value:
                self.complain(node, key, f"'{key}' must be a date such as 2026-08-22")
            return date.min

    def trial(self, node: Mapping, stem: str) -> Trial | None:
        before = len(self.problems)
        self.unknown_keys(node, _TRIAL_KEYS)
        id_ = self.text(node, "id") or ""
        if not _ID.fullmatch(id_) or id_ != stem:
            self.complain(node, "id", "'id' must be the registry number and the name of the file, such as NCT06513429")
        registry = node.get("registry")
        if not isinstance(registry, Mapping):
            self.complain(node, "registry", "'registry' is missing: status, status_as_of, last_update, sites")
            registry = Mapping()
            registry.line, registry.lines = node.line, {}
        self.unknown_keys(registry, _REGISTRY_KEYS)
        status = self.text(registry, "status") or "unknown"
        if status not in _STATUSES:
            self.complain(registry, "status", f"'{status}' is no recruitment status; known are {', '.join(_STATUSES)}")
        criteria = self._criteria(node)
        fields: dict[str, Any] = {
            key: self.text(node, key) or "" for key in ("name", "product", "title", "target", "sponsor", "phase")
        }
        notes = node.get("notes") or []
        trial = Trial(
            id=id_,
            status=status,
            status_as_of=self.day(registry, "status_as_of"),
            last_update=self.day(registry, "last_update"),
            sites=self._sites(registry),
            criteria=criteria,
            notes=tuple(" ".join(str(n).split()) for n in notes),
            **fields,
        )
        return trial if len(self.problems) == before else None

    def _sites(self, registry: Mapping) -> tuple[Site, ...]:
        sites = []
        for item in registry.get("sites") or []:
            if not isinstance(item, Mapping):
                self.complain(registry, "sites", "a site is {name, city, country, status}")
                continue
            self.unknown_keys(item, {"name", "city", "country", "status"})
            sites.append(
                Site(
                    self.text(item, "name") or "",
                    self.text(item, "city") or "",
                    self.text(item, "country") or "",
                    self.text(item, "status", required=False),
                )
            )
        if not sites:
            self.complain(registry, "sites", "'sites' is missing: at least one {name, city, country}")
        return tuple(sites)

    def _criteria(self, node: Mapping) -> tuple[Criterion, ...]:
        found: dict[str, Criterion] = {}
        items = node.get("criteria")
        if not isinstance(items, list) or not items:
            self.complain(node, "criteria", "'criteria' must be a list")
            return ()
        for item in items:
            if not isinstance(item, Mapping):
                self.complain(node, "criteria", "a criterion is a mapping: id, says, rule, source, examples")
                continue
            criterion = self._criterion(item)
            if criterion is None:
                continue
            if criterion.id in found:
                self.complain(item, "id", f"criterion '{criterion.id}' is written twice")
            found[criterion.id] = criterion
        return tuple(found.values())

    def _criterion(self, item: Mapping) -> Criterion | None:
        self.unknown_keys(item, _CRITERION_KEYS)
        id_ = self.text(item, "id") or ""
        if not _CRITERION_ID.fullmatch(id_):
            self.complain(item, "id", "'id' must be I or E with a number and perhaps a letter, such as I4c")
            return None
        shared = self.text(item, "same_as", required=False)
        common: Mapping | None = None
        if shared:
            common = self.criteria.get(shared)
            if common is None:
                self.complain(item, "same_as", f"'{shared}' is not a criterion of shared.yaml")
                return None
        whole: dict[str, Any] = {**(common or {}), **item}
        rule = common["rule_read"] if common is not None and "rule" not in item else self.rule(item)
        for key in ("says", "topic"):
            if not isinstance(whole.get(key), str):
                self.complain(item, key, f"'{key}' is missing")
        ask = whole.get("ask")
        if ask is not None and ask not in _ASK:
            self.complain(item, "ask", f"'ask' is '{ask}'; it must be one of {', '.join(_ASK)}")
        source = self.text(item, "source")
        examples = whole.get("examples") or []
        if not isinstance(examples, list):
            self.complain(item, "examples", "'examples' must be a list")
            examples = []
        if rule is None:
            return None
        note = whole.get("note")
        return Criterion(
            id=id_,
            kind="inclusion" if id_.startswith("I") else "exclusion",
            says=" ".join(str(whole.get("says")).split()),
            topic=" ".join(str(whole.get("topic")).split()),
            rule=rule,
            source=source or "",
            note=" ".join(str(note).split()) if note else None,
            ask=ask,
            examples=tuple(examples),
            shared=shared,
        )

    def rule(self, item: Mapping) -> Rule | None:
        """The rule of a criterion; None after complaining where it cannot be read."""
        value = item.get("rule")
        if not isinstance(value, Mapping):
            self.complain(item, "rule", "'rule' is missing: a mapping such as {value: body_weight, at_least: 40 kg}")
            return None
        spec = Spec(self.file, value.line, dict(value), value.lines, self.terminology, self.problems, self.rules)
        return read_rule(spec)
