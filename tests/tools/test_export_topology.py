"""export_topology: documents in bounded pieces that join to the whole, or in files below one folder."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import anyio
import networkx as nx
import pytest
from mcp import Client

from cloudwan_mcp.model import Gap
from cloudwan_mcp.render.formats import FORMATS
from cloudwan_mcp.settings import load
from cloudwan_mcp.simulator import Faults
from cloudwan_mcp.store import Folder
from cloudwan_mcp.tools import export_topology
from conversation import ERAS, Conversation, conversation, soon
from render.networks import document, hostile, regular, source, text_of
from tools.by_hand import CORE, attachment, fill
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio
TOOL = "export_topology"
NAMES = [each.name for each in FORMATS]


def exports() -> Path:
    return Path(os.environ["CLOUDWAN_DATA_DIR"]) / "exports"


async def pieces(talk: Conversation, /, **arguments: Any) -> list[dict[str, Any]]:
    found = [await talk.page(TOOL, **arguments)]
    while found[-1].get("next_cursor"):
        found.append(await talk.page(TOOL, cursor=found[-1]["next_cursor"]))
    return found


def joined(found: list[dict[str, Any]]) -> str:
    return "".join(each["text"] for each in found)


def read(answer: dict[str, Any]) -> str:
    return Path(answer["file"]).read_bytes().decode()


@pytest.mark.parametrize("name", NAMES)
async def test_pieces_join_to_the_document_that_a_file_holds(discovered: Discovered, name: str) -> None:
    simulator = discovered(attachments=120)
    async with conversation(reply_bytes=8 * 1024) as talk:
        found = await pieces(talk, format=name)
        file = await talk.page(TOOL, format=name, file="network")
    text = joined(found)
    assert read(file) == text
    assert file["bytes"] == len(text.encode())
    assert [each["complete"] for each in found] == [False] * (len(found) - 1) + [True]
    assert len(found) > 1 or name in ("markdown", "mermaid", "svg-matrix")
    for each in found:
        assert len(json.dumps(each, ensure_ascii=False).encode()) <= 8 * 1024
        assert each["identity"]["account"].isdigit()
    assert not simulator.calls


async def test_its_consumers_read_the_files(discovered: Discovered) -> None:
    discovered(attachments=120)
    async with conversation() as talk:
        items = await talk.items(limit=500)
        answers = {name: await talk.page(TOOL, format=name, file=name) for name in NAMES}
    ids = sorted(item["id"] for item in items)
    texts = {name: read(each) for name, each in answers.items()}
    assert sorted(row["id"] for row in csv.DictReader(io.StringIO(texts["csv"]))) == ids
    rows = [json.loads(each) for each in texts["ndjson"].splitlines()]
    assert sorted(row["id"] for row in rows if "id" in row) == ids
    graph = nx.read_graphml(answers["graphml"]["file"])
    assert sorted(data["id"] for _, data in graph.nodes(data=True)) == ids
    assert ET.fromstring(texts["svg"]).tag.endswith("svg")
    for name in ("csv", "ndjson", "graphml", "dot"):
        assert answers[name]["elements"] == len(ids)
    connections = len(list(csv.DictReader(io.StringIO(texts["csv-connections"]))))
    for name in ("csv-connections", "ndjson", "graphml", "dot"):
        assert answers[name]["connections"] == connections


async def test_hostile_names_travel_whole_through_every_piece() -> None:
    with source(hostile()) as made:
        wanted = {name: text_of(name, made) for name in ("csv", "ndjson", "graphml", "dot")}
    async with conversation(reply_bytes=8 * 1024) as talk:
        for name, text in wanted.items():
            assert joined(await pieces(talk, format=name)) == text


async def test_filters_narrow_what_is_exported() -> None:
    fill(regular(100))
    async with conversation() as talk:
        answer = await talk.page(TOOL, format="csv", segment="segment 1", element_types=["attachment"])
        nothing = await talk.page(TOOL, format="csv", segment="segmnt 1")
        written = await talk.page(TOOL, format="csv", segment="segmnt 1", file="none")
    assert answer["text"].count("\r\n") == 26
    for each in (nothing, written):
        assert "Nothing matches" in each["hint"]
        assert "No segment 'segmnt 1'; there are segment 1" in each["hint"]


async def test_a_file_and_its_folder_are_for_their_owner_alone() -> None:
    fill(regular(10))
    async with conversation() as talk:
        answer = await talk.page(TOOL, format="svg", file="core.svg")
    path = Path(answer["file"])
    assert path == exports() / "core.svg"
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent)] == [0o600, 0o700]
    assert "text" not in answer
    assert answer["snapshot"]["state"] == "complete"


async def test_the_folder_can_be_set(tmp_path: Path) -> None:
    fill(regular(10))
    async with conversation(export_dir=str(tmp_path / "mine")) as talk:
        answer = await talk.page(TOOL, file="core")
    assert answer["file"] == str(tmp_path / "mine" / "core.md")
    assert not exports().exists()


async def test_no_file_is_written_over() -> None:
    fill(regular(10))
    async with conversation() as talk:
        first = await talk.page(TOOL, file="core.md")
        said = await talk.refused(TOOL, file="core.md")
    assert "core-2.md" in said
    assert str(exports()) not in said
    assert os.listdir(exports()) == ["core.md"]
    assert first["bytes"] == (exports() / "core.md").stat().st_size


@pytest.mark.parametrize("name", ["../x", "/tmp/x", "a/b", "..", "x\0", "nul", ".x", "a\\b", "x" * 98])
async def test_a_name_that_leads_elsewhere_is_refused_before_anything_is_read(
    simulate: Discovered, name: str
) -> None:
    simulator = simulate(attachments=20)
    async with conversation() as talk:
        said = await talk.refused(TOOL, file=name)
        assert "file" in said
        assert "100 characters" in said
    assert not simulator.calls
    assert not exports().exists()


async def test_a_file_may_name_its_format_and_not_two() -> None:
    fill(regular(10))
    async with conversation() as talk:
        answers = [await talk.page(TOOL, file=name) for name in ("a.svg", "b.csv", "c", "d.v2")]
        said = await talk.refused(TOOL, file="x.csv", format="svg")
        connections = await talk.page(TOOL, file="e.csv", format="csv-connections")
    assert [each["format"] for each in answers] == ["svg", "csv", "markdown", "markdown"]
    assert connections["format"] == "csv-connections"
    assert "x.svg" in said
    assert "format='csv'" in said
    assert sorted(os.listdir(exports())) == ["a.svg", "b.csv", "c.md", "d.v2.md", "e.csv"]


@pytest.mark.parametrize("name", ["svg", "ndjson"])
async def test_a_reply_keeps_to_its_bytes_whatever_filters_and_names(name: str) -> None:
    long = [f"{n}{'語' * 120}" for n in range(9)]
    gaps = [Gap(f"List{n}", "語" * 300, "AccessDenied", "語" * 5000) for n in range(9)]
    fill([CORE, *(attachment(n, segment=each, edge=each, state=each) for n, each in enumerate(long))], gaps)
    wrong = {"segment": f"{long[0]}x"[:64], "edge": f"{long[0]}x"[:64], "state": f"{long[0]}x"[:64]}
    async with conversation(reply_bytes=8 * 1024) as talk:
        for filters in (wrong, {"element_types": ["é" * 60] * 3}, {"text": "語"}, {}):
            found = await pieces(talk, format=name, **filters)
            for each in found:
                assert len(json.dumps(each, ensure_ascii=False, separators=(",", ":")).encode()) <= 8 * 1024


async def test_bad_arguments_are_refused_before_anything_is_read(simulate: Discovered) -> None:
    simulator = simulate(attachments=20)
    async with conversation() as talk:
        assert "csv-connections" in await talk.refused(TOOL, format="pdf")
        assert "too long together" in await talk.refused(TOOL, element_types=["é" * 128] * 16)
        assert "no argument 'path'" in await talk.refused(TOOL, path="x")
        assert "without cursor" in await talk.refused(TOOL, cursor="x")
    assert not simulator.calls


async def test_a_cursor_goes_on_with_its_own_document_only() -> None:
    fill(regular(300))
    async with conversation(reply_bytes=8 * 1024) as talk:
        cursor = (await talk.page(TOOL, format="csv", state="available"))["next_cursor"]
        same = await talk.page(TOOL, cursor=cursor, format="csv", state="AVAILABLE")
        assert same["text"] == (await talk.page(TOOL, cursor=cursor))["text"]
        for other in ({"format": "ndjson"}, {"state": "FAILED"}, {"file": "x.md"}):
            said = await talk.refused(TOOL, cursor=cursor, **other)
            assert "cannot change" in said
            assert "without it" in said
        page = await talk.page(limit=1)
        assert "another tool" in await talk.refused(TOOL, cursor=page["next_cursor"])
        assert "another tool" in await talk.refused(cursor=cursor)
        assert len(cursor) < 200


async def test_a_cursor_outlives_the_server_and_newer_snapshots() -> None:
    values = regular(300)
    whole = document("graphml", values).encode()
    async with conversation(reply_bytes=8 * 1024) as talk:
        first = await talk.page(TOOL, format="graphml")
    fill([CORE, attachment(1)])
    async with conversation(reply_bytes=20 * 1024) as talk:
        rest = await pieces(talk, cursor=first["next_cursor"])
    assert (first["text"] + joined(rest)).encode() == whole
    assert {each["snapshot"]["id"] for each in rest} == {first["snapshot"]["id"]}


async def test_a_drawing_is_of_one_core_network_and_data_of_all() -> None:
    second = type(CORE)("core-network-2", "core-network", "two", "global-network-1", "core-network-2")
    fill([CORE, second, attachment(1), attachment(2, core_network="core-network-2")])
    async with conversation() as talk:
        for name in ("markdown", "mermaid", "svg"):
            said = await talk.refused(TOOL, format=name)
            assert "core_network_id" not in said or "core-network-2" in said
            assert "core-network-1" in said
        said = await talk.refused(TOOL, format="csv", core_network_id="core-network-9")
        assert "core-network-1" in said
        rows = list(csv.DictReader(io.StringIO((await talk.page(TOOL, format="csv"))["text"])))
        drawn = await talk.page(TOOL, core_network_id="core-network-2")
    assert len(rows) == 4
    assert "core-network-2 (two)" in drawn["text"]
    assert "| Total | 1 | 1 |" in drawn["text"]


async def test_what_could_not_be_read_is_said_in_document_and_answer() -> None:
    fill(
        regular(5),
        [Gap("ListPeerings", "core-network-1", "AccessDenied", action="networkmanager:ListPeerings")],
    )
    async with conversation() as talk:
        answer = await talk.page(TOOL)
    assert "1 parts could not be read (ListPeerings)" in answer["text"]
    assert answer["gaps"][0]["action"] == "networkmanager:ListPeerings"
    assert "see gaps" in answer["hint"]


async def test_what_grows_is_exported_as_far_as_it_is_known_and_says_so(simulate: Discovered) -> None:
    simulator = simulate(attachments=600, faults=Faults(operations={"ListAttachments": {"latency": 1.0}}))
    async with conversation(page_size=50, first_page_wait_s=0.4, reply_bytes=8 * 1024) as talk:
        while (await talk.call(TOOL)).is_error:  # nothing is there yet
            pass
        while not (first := await talk.page(TOOL, format="graphml")).get("next_cursor"):
            pass
        drawn = await talk.page(TOOL)
        file = await talk.page(TOOL, format="csv", file="part")
        simulator.faults = Faults()
        await soon(lambda: talk.app.discovery is None)
        rest = await pieces(talk, cursor=first["next_cursor"])
        total = (await talk.page("summarize_topology"))["total"]
    for each in (drawn, first, file):
        assert each["snapshot"]["state"] == "growing"
        assert "without connections" in each["hint"]
    assert "under way" in drawn["text"]
    graph = nx.parse_graphml(joined([first, *rest]))
    assert 0 < len(graph.nodes) < total
    assert not graph.edges
    assert rest[-1]["snapshot"]["state"] == "complete"
    assert file["elements"] > 0


@pytest.mark.parametrize("mode", ERAS)
async def test_a_call_that_is_given_up_leaves_no_file(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_topology, "SLICE_S", 0.0)
    fill(regular(3000))
    async with conversation(mode) as talk:
        with anyio.move_on_after(30) as scope:

            async def heard(done: float, total: float | None, message: str | None) -> None:
                scope.cancel()

            await talk.client.call_tool(TOOL, {"format": "ndjson", "file": "x"}, progress_callback=heard)
        assert scope.cancel_called
        await soon(lambda: not os.listdir(exports()))
        await soon(lambda: talk.app.calls == 0)
        answer = await talk.page(TOOL, format="ndjson", file="x")
    assert os.listdir(exports()) == ["x.ndjson"]
    assert answer["elements"] == 3008


async def test_others_are_answered_while_a_file_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_topology, "SLICE_S", 0.0)
    fill(regular(3000))
    told: list[tuple[float, float | None]] = []
    async with conversation() as talk, anyio.create_task_group() as tasks:

        async def heard(done: float, total: float | None, message: str | None) -> None:
            told.append((done, total))

        async def export(client: Client) -> None:
            arguments = {"format": "graphml", "file": "x"}
            await client.call_tool(TOOL, arguments, progress_callback=heard)
            told.append((-1, None))

        tasks.start_soon(export, talk.client)
        await soon(lambda: told)
        assert (await talk.page(limit=1))["items"]
        assert (-1, None) not in told
    assert [done for done, _ in told[:-1]] == sorted(done for done, _ in told[:-1])
    assert {total for _, total in told[:-1]} == {3008}


async def test_the_disk_setting_bounds_the_folder() -> None:
    fill(regular(6000))
    async with conversation(disk_mib=1) as talk:
        said = await talk.refused(TOOL, format="ndjson", file="x")
    assert "CLOUDWAN_DISK_MIB" in said
    assert os.listdir(exports()) == []


def test_a_cursor_of_a_drawing_that_grew_since_is_refused() -> None:
    """Its beginning was drawn of less."""
    info = fill(regular(200), publish=False)
    folder = Folder(load())
    try:
        mark = export_topology.Bookmark(info.id, "svg", offset=100, last=info.elements - 1)
        with folder.reader(info.id) as reader, pytest.raises(Exception, match="discovered further"):
            export_topology._source(reader, mark, first=False)
    finally:
        folder.close()
