"""This product reads: whatever it can ask of AWS gets, lists or describes, and nothing else."""

from __future__ import annotations

from botocore.session import get_session

from cloudwan_mcp.discovery.kinds import KINDS
from cloudwan_mcp.reads import OPERATIONS
from cloudwan_mcp.sources.aws import READS

ALLOWED = ("get_", "list_", "describe_")


def test_only_operations_that_get_list_or_describe_are_asked_for() -> None:
    assert READS == ALLOWED
    for operation in [*OPERATIONS, *(kind.operation for kind in KINDS)]:
        assert operation.startswith(ALLOWED)


def test_each_single_read_is_one_of_awss_and_its_answer_has_the_member_that_is_read() -> None:
    service = get_session().get_service_model("networkmanager")
    names = {_snake(name): name for name in service.operation_names}
    for operation, member in OPERATIONS.items():
        output = service.operation_model(names[operation]).output_shape
        assert output is not None
        assert member in output.members, operation


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
