"""The reduced service models: equal to botocore's where they are used, unused where they would not be."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.session import Session

from cloudwan_mcp.sources.aws_models import ENDPOINT_SERVICES, MODELS, SlimFiles, reduced, shared_loader
from fakes.fetched import fetched

SERVICES = {"networkmanager": ("Get", "List", "Describe"), "sts": ("AssumeRole", "GetCallerIdentity")}


def undocumented(value):
    if isinstance(value, dict):
        return {
            k: undocumented(v) for k, v in value.items() if k != "documentation" or not isinstance(v, str)
        }
    return [undocumented(each) for each in value] if isinstance(value, list) else value


def reached(model, operation):
    """The operation and every shape it reaches, as plain data."""
    shapes, pending = {}, [operation]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict):
            name = value.get("shape")
            if isinstance(name, str) and name not in shapes:
                shapes[name] = model["shapes"][name]
                pending.append(shapes[name])
            pending.extend(value.values())
    return operation, shapes


@pytest.fixture(scope="module")
def loaders():
    return Loader(file_loader=SlimFiles()), Loader()


@pytest.mark.parametrize("service", SERVICES)
def test_every_kept_operation_is_the_stock_one_without_documentation(service, loaders):
    slim, stock = (undocumented(each.load_service_model(service, "service-2")) for each in loaders)
    expected = [name for name in stock["operations"] if name.startswith(SERVICES[service])]
    if service == "sts":
        expected.remove("AssumeRoleWithSAML")
        expected = [name for name in expected if name != "AssumeRoot"]
    assert list(slim["operations"]) == expected
    assert slim["metadata"] == stock["metadata"]
    for name, operation in slim["operations"].items():
        assert reached(slim, operation) == reached(stock, stock["operations"][name])


@pytest.mark.parametrize("service", SERVICES)
def test_members_keep_their_order(service, loaders):
    slim, stock = (ServiceModel(each.load_service_model(service, "service-2")) for each in loaders)
    for name in slim.operation_names:
        for side in ("input_shape", "output_shape"):
            ours, theirs = (getattr(model.operation_model(name), side) for model in (slim, stock))
            assert (ours and list(ours.members)) == (theirs and list(theirs.members))


def test_the_models_shipped_are_those_of_the_installed_botocore():
    """Fails on a new botocore with other models: run scripts/slim_models.py and look at what changed."""
    loader = Loader(file_loader=SlimFiles())
    assert "CreateSite" not in loader.load_service_model("networkmanager", "service-2")["operations"]
    assert json.loads((MODELS / "manifest.json").read_bytes())["botocore"]


def test_every_partition_and_kept_endpoint_resolves_as_in_stock(loaders):
    slim, stock = (each.load_data("endpoints") for each in loaders)
    for ours, theirs in zip(slim["partitions"], stock["partitions"], strict=True):
        kept = {k: v for k, v in theirs["services"].items() if k in ENDPOINT_SERVICES}
        assert ours == theirs | {"services": kept}


def test_other_models_are_stock_without_documentation(loaders):
    slim, stock = (each.load_service_model("sso", "service-2") for each in loaders)
    assert slim == undocumented(stock)


@pytest.fixture
def broken_models(tmp_path):
    return shutil.copytree(MODELS, tmp_path / "models")


def test_a_model_made_from_another_botocore_is_not_used(broken_models):
    manifest = broken_models / "manifest.json"
    content = json.loads(manifest.read_bytes())
    content["sha256"] = dict.fromkeys(content["sha256"], "0" * 64)
    manifest.write_text(json.dumps(content))
    loader = Loader(file_loader=SlimFiles(broken_models))
    model = loader.load_service_model("networkmanager", "service-2")
    assert "CreateSite" in model["operations"]
    assert "documentation" not in model["operations"]["GetSites"]
    assert set(loader.load_data("endpoints")["partitions"][0]["services"]) <= ENDPOINT_SERVICES


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"sha256": 1}'])
def test_a_damaged_installation_falls_back_to_stock(damage, broken_models):
    (broken_models / "manifest.json").write_text(damage)
    loader = Loader(file_loader=SlimFiles(broken_models))
    assert "CreateSite" in loader.load_service_model("networkmanager", "service-2")["operations"]


def test_a_missing_or_cut_model_falls_back_to_stock(broken_models):
    for path in broken_models.rglob("service-2.json"):
        path.write_text(path.read_text()[:100])
    (broken_models / "endpoints.json").unlink()
    loader = Loader(file_loader=SlimFiles(broken_models))
    assert "CreateSite" in loader.load_service_model("networkmanager", "service-2")["operations"]
    assert loader.load_data("endpoints")["partitions"]


def test_a_users_own_model_folder_wins(tmp_path, loaders, monkeypatch):
    model = loaders[1].load_service_model("networkmanager", "service-2")
    folder = tmp_path / "networkmanager" / "2019-07-05"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text(json.dumps(model | {"operations": {}}))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert shared_loader(slim=True).load_service_model("networkmanager", "service-2")["operations"] == {}


def test_a_member_called_documentation_is_kept():
    data = b'{"shapes":{"A":{"members":{"documentation":{"shape":"B"}},"documentation":"text"}}}'
    assert reduced("x/service-2", data) == {"shapes": {"A": {"members": {"documentation": {"shape": "B"}}}}}


def test_slim_and_stock_models_give_the_same_answers(simulator, open_source):
    for operation, items in (
        ("list_attachments", "Attachments"),
        ("describe_global_networks", "GlobalNetworks"),
    ):
        slim, stock = (
            fetched(open_source(slim_models=choice, decoder="botocore"), operation, items, {})
            for choice in (True, False)
        )
        assert slim.items == stock.items
    assert open_source(slim_models=True).identity() == open_source(slim_models=False).identity()


def test_twenty_sources_share_one_loader_and_its_parsed_models(simulator, open_source):
    sources = [open_source(region=region) for region in ("eu-west-1", "us-east-1") * 10]
    sessions = [source._open().session for source in sources]
    assert len({id(session) for session in sessions}) == 20
    assert len({id(session.get_component("data_loader")) for session in sessions}) == 1
    resolvers = [session._get_internal_component("endpoint_resolver") for session in sessions]
    assert len({id(resolver._endpoint_data) for resolver in resolvers}) == 1


def child(code, tmp_path, runs=2):
    """What a fresh interpreter prints; the second run finds the bytecode that the first has written."""
    environment = dict(os.environ, PYTHONPYCACHEPREFIX=str(tmp_path / "bytecode"), AWS_REGION="eu-west-1")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
    return done.stdout.split()


RSS = """
from pathlib import Path
def rss():
    return int(next(l for l in Path("/proc/self/status").open() if l.startswith("VmRSS")).split()[1]) / 1024
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_memory_of_the_first_source_and_of_twenty(tmp_path):
    code = (
        RSS
        + """
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.sources.aws import AwsSource
def open_one():
    source = AwsSource(Settings())
    source._open().sts()
    return source
kept = [open_one()]
print(rss())
kept += [open_one() for _ in range(19)]
print(rss())
"""
    )
    first, twenty = map(float, child(code, tmp_path))
    assert first <= 36.5
    assert (twenty - first) / 19 <= 1.0


def test_importing_the_door_does_not_import_botocore(tmp_path):
    code = """
import sys
import cloudwan_mcp.sources.aws as door
door.AwsSource(__import__("cloudwan_mcp.settings").settings.Settings())
print("botocore" in sys.modules, "boto3" in sys.modules)
"""
    assert child(code, tmp_path, runs=1) == ["False", "False"]


def test_botocore_still_takes_these_components(simulator, open_source):
    """They are what botocore calls internal: this fails when an update renames one."""
    session = open_source()._open().session
    assert isinstance(session, Session)
    assert session.get_component("data_loader") is shared_loader(slim=True)
