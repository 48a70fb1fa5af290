"""What one workload is: something to call again and again, that a fresh process finds by its reference."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Workload:
    """`reference` is `module:callable`, which takes no arguments, sync or async, and bears repetition."""

    name: str
    purpose: str
    reference: str
