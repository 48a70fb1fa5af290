"""Faults as they are written on a command line, and the draws they make."""

import pytest

from cloudwan_mcp.simulator import Faults
from cloudwan_mcp.simulator.fault_specs import FORMS, Bucket, Mutation, parse


def test_the_same_seed_strikes_the_same_calls() -> None:
    def struck(seed: int) -> list[bool]:
        faults = Faults(seed=seed, throttle=0.3)
        return [faults.strikes("throttle", "ListAttachments") for _ in range(200)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert 30 < sum(struck(1)) < 90


def test_what_is_said_of_an_operation_wins_over_what_is_said_of_all() -> None:
    faults = Faults(throttle=1, operations={"ListPeerings": {"throttle": 0}})
    assert faults.strikes("throttle", "ListAttachments")
    assert not faults.strikes("throttle", "ListPeerings")
    assert faults.struck == {"throttle": 1}


def test_specs_are_read_as_they_are_written() -> None:
    assert parse("throttle=0.05") == ("throttle", None, 0.05)
    assert parse("ListAttachments:internal=0.02") == ("internal", "ListAttachments", 0.02)
    assert parse("bucket=5/10").value == Bucket(5, 10)
    assert parse("GetSites:latency=1").value == 1
    assert parse("mutate=-3,+7").value == Mutation(frozenset({3}), frozenset({7}))
    assert parse("repeat").value == 1


@pytest.mark.parametrize(
    ("spec", "part"),
    [
        ("thortle=1", "thortle"),
        ("ListMoons:throttle=1", "ListMoons"),
        ("throttle=2", "'2'"),
        ("throttle=often", "often"),
        ("latency=-1", "'-1'"),
        ("bucket=0", "'0'"),
        ("mutate=x", "'x'"),
        ("expired_token=-2", "'-2'"),
        ("", "known faults"),
    ],
)
def test_a_wrong_spec_is_named_with_what_is_known(spec: str, part: str) -> None:
    with pytest.raises(ValueError, match=r"fault|operation|value") as error:
        Faults.parse(["latency=0", spec])
    assert part in str(error.value)
    assert any(name in str(error.value) for name in FORMS)
