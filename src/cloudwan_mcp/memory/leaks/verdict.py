"""What was found: a verdict, the growth behind it, and the line to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from cloudwan_mcp.memory.leaks.judge import Growth
from cloudwan_mcp.memory.leaks.place import Place

Kind = Literal["leak", "suspect", "inconclusive", "clean"]
ESTABLISHED = 0.5  # below this share of the growth, no line is named
NO_LINE = "line not established"


@dataclass(slots=True, frozen=True)
class Blame:
    """Where one counter's growth comes from; at most three places, the one that explains most first.

    `bytes_per_call` is what those lines keep, where the method tells sizes. The place is where memory is
    taken; what keeps it may be one of the callers.
    """

    counter: str
    method: Literal["tracemalloc", "lines"]
    places: tuple[Place, ...]
    bytes_per_call: float | None = None

    @property
    def share(self) -> float:
        return min(1.0, sum(place.share for place in self.places))

    @property
    def established(self) -> bool:
        return self.share >= ESTABLISHED


@dataclass(slots=True, frozen=True)
class Verdict:
    """What a detection found.

    `leak` and `suspect` (as a leak, but seen too seldom to be sure, or only from outside) carry the counters
    that grow; `inconclusive` those that could not be judged; `clean` none but what the measurement could not
    have seen. Rates are per call, or per second where `per` says so. `target` is what was called, as far as
    that is known: of a process that serves, what most of the growth came with.
    """

    kind: Kind
    growth: tuple[Growth, ...]
    calls: int
    rounds: int
    seconds: float
    next_step: str
    per: Literal["call", "second"] = "call"
    blame: Blame | None = None
    target: str = ""

    @property
    def line(self) -> str:
        """`file:line` to look at, or that none was established."""
        if self.blame is None or not self.blame.established:
            return NO_LINE
        first = self.blame.places[0]
        return f"{first.file}:{first.line}"

    def __str__(self) -> str:
        trends = {"growing"} if self.kind in {"leak", "suspect"} else {"fading", "unsure"}
        shown = [each for each in self.growth if each.trend in trends]
        rates = "; ".join(f"{each} per {self.per}" for each in shown) or "nothing grows"
        amount = f"{self.calls:,} calls" if self.per == "call" else f"{self.rounds} readings"
        found = f"{self.kind}: {rates}, over {amount} in {self.seconds:.1f} s."
        if self.target:
            found = f"{self.target}: {found}"
        if self.blame and self.blame.established:
            found += f" Taken at {self.blame.places[0]}."
        elif self.kind == "leak":
            found += f" {NO_LINE.capitalize()}."
        return f"{found} {self.next_step}"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON, some kilobytes at most."""
        return asdict(self) | {"line": self.line, "text": str(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Verdict:
        """The verdict that `to_dict` described."""
        members = {name: data[name] for name in cls.__dataclass_fields__}
        blame = members["blame"]
        if blame is not None:
            places = tuple(Place(**each | {"callers": tuple(each["callers"])}) for each in blame["places"])
            members["blame"] = Blame(**blame | {"places": places})
        return cls(**members | {"growth": tuple(Growth(**each) for each in members["growth"])})
