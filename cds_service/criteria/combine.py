"""`all`, `any`, `some_of`: rules made of rules; `shared`: a rule written once and used by name.

    {all: [...]}
    {any: [...]}
    {some_of: [...], least: 2}
    {shared: name of a rule in trials/shared.yaml}
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from ..chart.chart import Chart
from ..clinical.findings import by_finding
from ..kernel.answers import Answer, Basis, Status
from ..kernel.logic import all_of, any_of, at_least
from .rule import Reads, Rule, Silent, Spec, silent_together

KINDS = ("all", "any", "some_of", "shared")

_PASS, _RECORDED = Status.PASS, Basis.RECORDED


@dataclass(frozen=True, slots=True)
class Combined:
    """A composite rule. `how` is `all`, `any` or `some_of` (then `least` says how many)."""

    how: str
    parts: tuple[Rule, ...]
    least: int = 0
    passes_only_with: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Of `all`: the findings without which it cannot pass (`recorded Gilbert syndrome and ...`)."""
    needed: frozenset[str] = field(init=False, repr=False, compare=False)
    """Of `any`: such findings of the parts after the first, together; empty where one of them needs none."""
    silent: Silent | None = field(init=False, repr=False, compare=False)
    """What it answers where none of the parts finds anything."""
    asks: tuple[Callable[[Chart], Answer], ...] = field(init=False, repr=False, compare=False)
    """`answer` of each part."""
    together: Callable[[Sequence[Answer]], Answer] = field(init=False, repr=False, compare=False)
    """The answers of the parts by Kleene's logic."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        needs = [getattr(part, "passes_only_with", ()) for part in self.parts]
        own = next(filter(None, needs), ()) if self.how == "all" else ()
        object.__setattr__(self, "passes_only_with", own)
        needed = frozenset().union(*needs[1:]) if self.how == "any" and all(needs[1:]) else frozenset()
        object.__setattr__(self, "needed", needed)
        together = {"all": all_of, "any": any_of}.get(self.how) or partial(at_least, self.least)
        object.__setattr__(self, "together", together)
        object.__setattr__(self, "silent", silent_together(self.parts, together))
        object.__setattr__(self, "asks", tuple([part.answer for part in self.parts]))

    def answer(self, chart: Chart) -> Answer:
        """Answer by Kleene's logic over the parts."""
        silent = self.silent
        return silent.said(chart) if silent is not None and silent.speaks(chart) else self.touched(chart)

    def touched(self, chart: Chart) -> Answer:
        """`answer`, where the chart may have something for one of the parts."""
        if self.needed:
            first = self.asks[0](chart)
            alone = first[0] is _PASS and first[1] is _RECORDED and not first[5]
            if alone and by_finding(chart).keys().isdisjoint(self.needed):
                return first  # no other part can pass, and what does not pass says nothing beside it
            return any_of([first, *[ask(chart) for ask in self.asks[1:]]])
        return self.together([ask(chart) for ask in self.asks])

    def words(self) -> str:
        """The parts, joined."""
        said = [p.words() for p in self.parts]
        if self.how == "some_of":
            return f"at least {self.least} of: " + "; ".join(said)
        joined = f" {'and' if self.how == 'all' else 'or'} ".join(
            f"({w})" if isinstance(p, Combined) else w for w, p in zip(said, self.parts, strict=True)
        )
        return joined

    def reads(self) -> Reads:
        """All that the parts look at."""
        found = Reads()
        for part in self.parts:
            found |= part.reads()
        return found


def read(spec: Spec) -> Rule:
    """`{all: [...]}`, `{any: [...]}`, `{some_of: [...], least: 2}` or `{shared: name}`."""
    from .registry import read_rule  # the registry finds this module: a late import keeps it from being a circle

    if spec.has("shared"):
        name = spec.text("shared")
        rule = spec.shared.get(name)
        if rule is None:
            spec.complain("shared", f"'{name}' is not defined in trials/shared.yaml")
            return Combined("all", ())
        return rule  # type: ignore[no-any-return]
    how = next(k for k in ("all", "any", "some_of") if spec.has(k))
    parts = tuple(rule for part in spec.parts(how) if (rule := read_rule(part)) is not None)
    least = int(spec.number("least") or 0) if how == "some_of" else 0
    if how == "some_of" and not 0 < least <= len(parts):
        spec.complain("least", "'least' must say how many of the parts are needed")
    return Combined(how, parts, least)
