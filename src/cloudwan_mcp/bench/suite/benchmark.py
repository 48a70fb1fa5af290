"""What one benchmark of the suite is: its probes, what is made of their samples, and the rules for that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
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

    `unit` is one of MiB, s, elements/s, share, or a word of its own.
    """

    name: str
    unit: str = ""
    better: Literal["less", "more", ""] = ""
    timed: bool = False


@dataclass(slots=True, frozen=True)
class Probe:
    """One side of the comparison: `work(**arguments)` in a fresh process gives a sample of plain numbers.

    `work` is a function at the top of a module that can be imported, `arguments` are plain JSON. What it
    returns beside numbers is there for `Benchmark.derived`, and not kept.
    """

    side: str
    work: Callable[..., Sample]
    arguments: Mapping[str, Any] = field(default_factory=dict)

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


class Benchmark:
    """Compares the probe of side `ours` with the probe of side `baseline`; others may stand beside them.

    `name` is its own, `family` is shared by those that differ in size alone. A subclass gives `derived`.
    """

    family = ""
    measures: tuple[Measure, ...] = ()
    rules: tuple[Rule, ...] = ()
    warm_ups = 1  # iterations that count for nothing: the first reads the disk and writes bytecode

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

    def derived(self, samples: Mapping[str, Sample]) -> Figures:
        """What only the sides of one iteration together tell: reductions, equal answers."""
        return {}

    def figures(self, samples: Mapping[str, Sample]) -> Figures:
        """Every measure of one iteration: the numbers of `ours`, and what is derived."""
        return numbers(samples[OURS]) | self.derived(samples)


def reduction(ours: float, theirs: float) -> Figures:
    """The share of `theirs` that is saved, as `memory_reduction`; nothing where there is none to see."""
    return {"memory_reduction": 1 - ours / theirs} if theirs > 0 else {}


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
