"""What a benchmark found: its samples, what they tell together, and a verdict on each rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from cloudwan_mcp.bench.case import Rule
from cloudwan_mcp.bench.suite.benchmark import BASELINE, Benchmark, Figures, Sample, numbers
from cloudwan_mcp.bench.suite.summary import Summary, summarize

Stats = dict[str, dict[str, Any]]


@dataclass(slots=True)
class BenchmarkResult:
    """One benchmark. `samples` has the numbers of every side for each iteration.

    `summary_stats` and `baseline` tell each measure: median, mad, min, max, low, high, confidence,
    half_width, n, and its unit and the way that is better. `others` are the sides compared beside the
    baseline, `left_out` those that could not be measured here, and why. `load` is the machine's average
    before and after. `failure` says why there are no rules to judge.
    """

    name: str
    family: str
    purpose: str
    samples: list[dict[str, Figures]] = field(default_factory=list)
    summary_stats: Stats = field(default_factory=dict)
    baseline: Stats = field(default_factory=dict)
    others: dict[str, Stats] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)
    busy: bool = False
    load: list[float] = field(default_factory=list)
    failure: str = ""

    @property
    def passed(self) -> bool:
        """No rule was broken; a busy machine's times are no news, nor what could not be measured here."""
        return not self.failure and all(rule["verdict"] != "broken" for rule in self.rules)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"passed": self.passed}


@dataclass(slots=True)
class FamilyResult:
    """The benchmarks of one family seen as one: each view is a dict by the member's name."""

    family: str
    members: dict[str, BenchmarkResult]

    @property
    def name(self) -> str:
        return self.family

    @property
    def passed(self) -> bool:
        return all(each.passed for each in self.members.values())

    @property
    def summary_stats(self) -> dict[str, Stats]:
        return {name: each.summary_stats for name, each in self.members.items()}

    @property
    def baseline(self) -> dict[str, Stats]:
        return {name: each.baseline for name, each in self.members.items()}

    @property
    def samples(self) -> dict[str, list[dict[str, Figures]]]:
        return {name: each.samples for name, each in self.members.items()}

    @property
    def rules(self) -> dict[str, list[dict[str, Any]]]:
        return {name: each.rules for name, each in self.members.items()}


class BenchmarkResults(Mapping[str, BenchmarkResult | FamilyResult]):
    """By full name, or by family: of a family that ran in one size only, that one result.

    Iterates over the full names, in the order in which they ran.
    """

    def __init__(self, results: Mapping[str, BenchmarkResult]) -> None:
        self._results = dict(results)

    def __getitem__(self, name: str) -> BenchmarkResult | FamilyResult:
        if name in self._results:
            return self._results[name]
        members = {each.name: each for each in self._results.values() if each.family == name}
        if not members:
            raise KeyError(
                f"There is no result {name!r}; there are: {', '.join(self._known()) or 'none yet'}."
            )
        return next(iter(members.values())) if len(members) == 1 else FamilyResult(name, members)

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)

    def each(self) -> tuple[BenchmarkResult, ...]:
        return tuple(self._results.values())

    def _known(self) -> list[str]:
        return list(dict.fromkeys([*self._results, *(each.family for each in self._results.values())]))


def found(benchmark: Benchmark, samples: Sequence[Mapping[str, Sample]], *, busy: bool) -> BenchmarkResult:
    """What the iterations of one benchmark tell; `samples` has one sample by side for each."""
    result = BenchmarkResult(benchmark.name, benchmark.family, benchmark.purpose, busy=busy)
    result.samples = [{side: numbers(sample) for side, sample in each.items()} for each in samples]
    result.summary_stats = _stats(benchmark, [benchmark.figures(each) for each in samples])
    result.baseline = _stats(benchmark, [each.get(BASELINE, {}) for each in result.samples])
    result.others = {
        probe.side: _stats(benchmark, [each[probe.side] for each in result.samples])
        for probe in benchmark.available
        if probe.compared
    }
    missing = {each.name for each in benchmark.measures if each.side in benchmark.left_out}
    for rule in benchmark.rules:
        judged = _judge(rule, result.summary_stats.get(rule.measure), busy=busy)
        result.rules.append(judged | {"verdict": "left out"} if rule.measure in missing else judged)
    return result


def _stats(benchmark: Benchmark, iterations: Sequence[Figures]) -> Stats:
    known = {measure.name: measure for measure in benchmark.measures}
    stats: Stats = {}
    for name in dict.fromkeys(name for figures in iterations for name in figures):
        stats[name] = {**summarize([figures[name] for figures in iterations if name in figures])}
        if name in known:
            stats[name] |= {k: v for k, v in asdict(known[name]).items() if k not in {"name", "side"}}
    return stats


def _judge(rule: Rule, summary: Summary | None, *, busy: bool) -> dict[str, Any]:
    """Memory and counts repeat: their worst sample must keep the rule.

    Times do not: such a rule is broken when the whole interval of the median breaks it on a machine that has
    nothing else to do, and what lies between is noise.
    """
    if summary is None:
        return {"rule": str(rule), "measured": None, "verdict": "broken"}
    ends = ("low", "high") if rule.timed else ("min", "max")
    kept = [rule.kept({rule.measure: summary[end]}) for end in ends]
    noisy = rule.timed and (busy or any(kept))
    verdict = "kept" if all(kept) else "noisy" if noisy else "broken"
    return {"rule": str(rule), "measured": summary["median"], "verdict": verdict}
