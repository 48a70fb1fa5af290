"""No request that could change anything leaves this process."""

import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ServiceModel

from cloudwan_mcp.errors import NotPermitted
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.sources.aws import AwsSource
from cloudwan_mcp.sources.aws_events import SIGN_IN, refuse_writes

MODEL = ServiceModel(Loader().load_service_model("networkmanager", "service-2"), "networkmanager")
WRITES = [name for name in MODEL.operation_names if not name.startswith(("Get", "List", "Describe"))]
FILL = {"string": "a", "integer": 1, "long": 1, "boolean": True, "timestamp": 0, "blob": b"", "map": {}}


def smallest(shape):
    if shape.type_name == "structure":
        return {name: smallest(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [smallest(shape.member)]
    return FILL[shape.type_name]


@pytest.fixture
def stock_client(simulator):
    """Of the full model of botocore, writes included."""
    source = AwsSource(Settings(slim_models=False))
    yield source._open().networkmanager
    source.close()


@pytest.mark.parametrize("operation", WRITES)
def test_a_write_is_refused_even_when_botocore_itself_is_told_to_send_it(operation, stock_client, simulator):
    method = getattr(stock_client, xform_name(operation))
    with pytest.raises(NotPermitted) as caught:
        method(**smallest(MODEL.operation_model(operation).input_shape))
    assert caught.value.code == "ReadOnly"
    assert operation in str(caught.value)
    assert not simulator.calls


def test_there_are_writes_to_refuse():
    assert len(WRITES) > 50


def test_the_slim_client_does_not_even_have_the_methods(open_source, simulator):
    client = open_source()._open().networkmanager
    assert [name for name in WRITES if hasattr(client, xform_name(name))] == []


@pytest.mark.parametrize("event", ["before-call", "before-send"])
@pytest.mark.parametrize(
    "name", ["sts.GetSessionToken", "ec2.DescribeVpcs", *sorted(".".join(pair) for pair in SIGN_IN)]
)
def test_reads_and_signing_in_pass(event, name):
    refuse_writes(event_name=f"{event}.{name}")


@pytest.mark.parametrize(
    "name", ["sts.DecodeAuthorizationMessage", "ec2.CreateVpc", "iam.AssumeRole", "s3.PutObject"]
)
def test_other_services_are_held_to_reads_too(name):
    with pytest.raises(NotPermitted):
        refuse_writes(event_name=f"before-send.{name}")


def test_every_client_of_the_session_is_guarded(open_source, simulator):
    session = open_source()._open().session
    client = session.create_client("sso-oidc", region_name="us-east-1")
    with pytest.raises(NotPermitted):
        client.register_client(clientName="a", clientType="public")
    assert not simulator.calls
