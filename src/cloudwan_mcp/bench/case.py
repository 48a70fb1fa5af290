"""What one benchmark is: what it measures, and the rules its measurements must keep."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Measurements = dict[str, Any]
Relation = Literal["<", "<=", ">=", "=="]
QUICK = 400  # a quick run is this many times smaller

_COMPARE: Mapping[Relation, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
}


@dataclass(slots=True, frozen=True)
class Parameters:
    """`attachments` of the simulated network in a full run; a quick one proves that a case runs, no more."""

    attachments: int = 1_000_000
    quick: bool = False

    def sized(self, full: int, least: int = 1) -> int:
        """A number of things to do: `full`, or its share in a quick run."""
        return max(full // QUICK, least) if self.quick else full


@dataclass(slots=True, frozen=True)
class Rule:
    """One measurement, by its name, against a bound. `timed` rules say nothing on a machine that is busy."""

    measure: str
    relation: Relation
    bound: float
    unit: str = ""
    timed: bool = False

    def kept(self, measurements: Mapping[str, Any]) -> bool:
        value = measurements.get(self.measure)
        return value is not None and _COMPARE[self.relation](value, self.bound)

    def __str__(self) -> str:
        return f"{self.measure} {self.relation} {self.bound:g} {self.unit}".rstrip()


@dataclass(slots=True, frozen=True)
class Case:
    """`run` measures, in a process of its own that nothing was measured in before.

    `shows` writes for a person what rules alone do not tell.
    """

    name: str
    measures: str
    run: Callable[[Parameters], Measurements]
    rules: tuple[Rule, ...]
    shows: Callable[[Measurements], str] | None = None
