"""Faults on demand: what goes wrong between a client and AWS, by rate and by operation, repeatably."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Self
from zlib import crc32

from cloudwan_mcp.simulator.fault_specs import Bucket, Mutation, Spec, Value, parse
from cloudwan_mcp.simulator.mixing import mix
from cloudwan_mcp.simulator.refusal import Refusal, throttled

_WIRE = ("reset", "truncate", "html", "html_error")


class Faults:
    """The faults a simulator strikes with.

    Keywords are the names of `FORMS` and strike every operation; `operations` maps an operation to keywords
    of its own, which win there: `Faults(throttle=0.05, operations={"ListAttachments": {"internal": 0.02}})`.
    The n-th decision about a fault and an operation depends on `seed` and n alone.
    """

    def __init__(
        self,
        seed: int = 0,
        operations: Mapping[str, Mapping[str, float | str]] | None = None,
        **everywhere: float | str,
    ) -> None:
        self.seed = seed
        self.struck: Counter[str] = Counter()
        self._values: dict[tuple[str, str | None], Value] = {}
        self._draws: Counter[tuple[str, str]] = Counter()
        self._buckets: dict[str, tuple[float, float]] = {}
        self._seen = 0
        self._first_key: str | None = None
        self._lock = Lock()
        for name, value in everywhere.items():
            self._add(parse(f"{name}={value}"))
        for operation, own in (operations or {}).items():
            for name, value in own.items():
                self._add(parse(f"{operation}:{name}={value}"))

    @classmethod
    def parse(cls, specs: Iterable[str], seed: int = 0) -> Self:
        """Faults from command-line text such as `throttle=0.05` or `ListAttachments:internal=0.02`."""
        faults = cls(seed)
        for spec in specs:
            faults._add(parse(spec))
        return faults

    def _add(self, spec: Spec) -> None:
        self._values[spec.name, spec.operation] = spec.value

    def value(self, name: str, operation: str) -> Value | None:
        """What is asked of a fault for an operation, or None."""
        return self._values.get((name, operation), self._values.get((name, None)))

    def strikes(self, name: str, operation: str) -> bool:
        """Draw the next decision about a fault given by rate."""
        rate = self.value(name, operation)
        if not isinstance(rate, float) or rate <= 0:
            return False
        with self._lock:
            draw = self._draws[name, operation]
            self._draws[name, operation] += 1
        chance = mix(mix(self.seed ^ crc32(f"{name}:{operation}".encode())) ^ draw) / 2**64
        if chance >= rate:
            return False
        self._count(name)
        return True

    def _count(self, name: str) -> None:
        with self._lock:
            self.struck[name] += 1

    def latency(self, operation: str) -> float:
        """Seconds to wait before answering."""
        value = self.value("latency", operation)
        return value if isinstance(value, float) else 0.0

    def refuse(self, operation: str, access_key: str) -> None:
        """Raise the refusal the faults decide on, if any."""
        if not self._values:
            return
        if self._expired(operation, access_key):
            self._count("expired_credentials")
            raise Refusal("ExpiredTokenException", "The security token included in the request is expired")
        if self.strikes("access_denied", operation):
            raise Refusal(
                "AccessDeniedException",
                f"User is not authorized to perform: networkmanager:{operation}",
            )
        if self.strikes("throttle", operation):
            raise throttled(1)
        if not self._bucket_allows(operation):
            self._count("bucket")
            raise throttled(1)
        if self.strikes("internal", operation):
            raise Refusal("InternalServerException", "An internal error has occurred")

    def _expired(self, operation: str, access_key: str) -> bool:
        value = self.value("expired_credentials", operation)
        if value is None:
            return False
        with self._lock:
            if isinstance(value, int):
                self._seen += 1
                return self._seen <= value
            self._first_key = self._first_key or access_key
        return access_key == self._first_key

    def _bucket_allows(self, operation: str) -> bool:
        value = self.value("bucket", operation)
        if not isinstance(value, Bucket):
            return True
        name = operation if ("bucket", operation) in self._values else "*"
        now = time.monotonic()
        with self._lock:
            level, since = self._buckets.get(name, (value.burst, now))
            level = min(value.burst, level + (now - since) * value.rate)
            allowed = level >= 1
            self._buckets[name] = (level - allowed, now)
        return allowed

    def wire_fault(self, operation: str) -> str | None:
        """How the answer is spoilt on its way: one of reset, truncate, html and html_error."""
        if not self._values:
            return None
        return next((name for name in _WIRE if self.strikes(name, operation)), None)

    def mutation(self, operation: str) -> Mutation | None:
        """What vanishes and appears in a listing while it is being paged."""
        value = self.value("mutate", operation)
        return value if isinstance(value, Mutation) else None

    def token_life(self, operation: str) -> int | None:
        """How many calls a pagination token is honoured for."""
        value = self.value("expired_token", operation)
        return value if isinstance(value, int) else None
