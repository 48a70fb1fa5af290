"""What one benchmark of the suite is: its probes, what is made of their samples, and the rules for that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import Any, Literal

from cloudwan_mcp.bench.case import Rule
from cloudwan_mcp.errors import BadRequest

Sample = dict[str, Any]
Figures = dict[str, float]

OURS = "ours"
BASELINE = "baseline"


@dataclass(slots=True, frozen=True)
class Measure:
    """A number by its name. `better` says which way is good; `timed` that the machine's load is in it.

    `unit` is one of MiB, s, elements/s, share, or a word of its own. `side` is the one without which there is
    no such measure, where that one may be left out.
    """

    name: str
    unit: str = ""
    better: Literal["less", "more", ""] = ""
    timed: bool = False
    side: str = ""


@dataclass(slots=True, frozen=True)
class Probe:
    """One side of the comparison: `work(**arguments)` in a fresh process gives a sample of plain numbers.

    `work` is a function at the top of a module that can be imported, `arguments` are plain JSON. What it
    returns beside numbers is there for `Benchmark.derived`, and not kept. `package` is one that only
    developers have: without it the probe is left out, and the result says so. What is `compared` stands in
    the table.
    """

    side: str
    work: Callable[..., Sample]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    package: str = ""
    compared: bool = False

    def __post_init__(self) -> None:
        module, name = self.work.__module__, self.work.__qualname__
        if module == "__main__" or not name.isidentifier():
            raise BadRequest(
                f"A fresh process cannot import {name} of {module}.",
                next_step="Give the probe a function at the top of a module of its own.",
                field="work",
            )

    @property
    def reference(self) -> str:
        return f"{self.work.__module__}:{self.work.__qualname__}"

    def given(self, **arguments: Any) -> Probe:
        """The same work with further arguments."""
        return replace(self, arguments={**self.arguments, **arguments})


class Benchmark:
    """Compares the probe of side `ours` with the probe of side `baseline`; others may stand beside them.

    `name` is its own, `family` is shared by those that differ in size alone. A subclass gives `derived`.
    `input` is work that goes before all others, once, and writes what they read into a folder, which they
    all are given as `folder`.
    """

    family = ""
    measures: tuple[Measure, ...] = ()
    rules: tuple[Rule, ...] = ()
    input: Probe | None = None
    warms_up = True  # once for each work, which counts for nothing: the first reads disks, writes bytecode

    def __init__(self, name: str, purpose: str, probes: Iterable[Probe]) -> None:
        self.name = name
        self.purpose = purpose
        self.probes = tuple(probes)
        sides = [probe.side for probe in self.probes]
        if sides.count(OURS) != 1 or len(set(sides)) != len(sides):
            raise BadRequest(
                f"{name} has the sides {', '.join(sides) or 'none'}.",
                next_step=f"Give it one probe for each side, one of them {OURS!r}.",
                field="probes",
            )

    @classmethod
    def named(cls, name: str) -> Benchmark | None:
        """The benchmark of this family that has the name, when its sizes can be read from it."""
        return None

    @property
    def available(self) -> tuple[Probe, ...]:
        """The probes whose package is installed."""
        return tuple(probe for probe in self.probes if probe.side not in self.left_out)

    @property
    def left_out(self) -> dict[str, str]:
        """Why a side cannot be measured here."""
        return {
            probe.side: f"{probe.package} is not installed"
            for probe in self.probes
            if probe.package and find_spec(probe.package) is None
        }

    def derived(self, samples: Mapping[str, Sample]) -> Figures:
        """What only the sides of one iteration together tell: reductions, equal answers."""
        return {}

    def figures(self, samples: Mapping[str, Sample]) -> Figures:
        """Every measure of one iteration: the numbers of `ours`, and what is derived."""
        return numbers(samples[OURS]) | self.derived(samples)


def reduction(ours: float, theirs: float, name: str = "memory_reduction") -> Figures:
    """The share of `theirs` that is saved, by that name; nothing where there is none to see."""
    return {name: 1 - ours / theirs} if theirs > 0 else {}


def numbers(sample: Sample) -> Figures:
    return {name: value for name, value in sample.items() if isinstance(value, (int, float))}


def whole(value: object, name: str, least: int = 1) -> int:
    """`value` when it is a whole number that is large enough; a bool is none."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BadRequest(
            f"{name} is {value!r}, which is no whole number from {least} on.",
            next_step=f"Give {name} as a whole number of at least {least}.",
            field=name,
        )
    return value
