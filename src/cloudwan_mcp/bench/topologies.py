"""One way of holding a topology, filled and asked in a fresh process.

`python -m cloudwan_mcp.bench.topologies VARIANT ATTACHMENTS PARSER`; one line of JSON tells what it took.
"""

from __future__ import annotations

import gc
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from botocore.parsers import create_parser
from botocore.utils import parse_timestamp
from psutil import heap_trim

from cloudwan_mcp.bench.processes import MIB, memory
from cloudwan_mcp.simulator import Estate
from cloudwan_mcp.simulator.wire import service_model
from cloudwan_mcp.topology import MemoryOptimizedTopology, TopologyBuilder

PAGE = 500
QUESTIONS = 300
SLOW = ("neighbourhood", "path")  # a tenth as many of these
MOMENTS = ("CreatedAt", "UpdatedAt")
NEAR = 500  # elements of a neighbourhood, as `graph` bounds it: three hops reach nearly everything

Item = dict[str, Any]
Parse = Callable[[bytes], list[Item]]


def by_botocore() -> Parse:
    """boto3's own way from a body to the items of `ListAttachments`."""
    parser = create_parser("rest-json")
    shape: Any = service_model().operation_model("ListAttachments").output_shape

    def parse(body: bytes) -> list[Item]:
        answer = parser.parse({"status_code": 200, "headers": {}, "body": body}, shape)
        items: list[Item] = answer["Attachments"]
        return items

    return parse


def by_json() -> Parse:
    """A shorter way to the same items: JSON, and botocore's own conversion of the timestamps."""

    def parse(body: bytes) -> list[Item]:
        items: list[Item] = json.loads(body)["Attachments"]
        for item in items:
            for member in MOMENTS:
                item[member] = parse_timestamp(item[member])
        return items

    return parse


PARSERS = {"botocore": by_botocore, "json": by_json}


def bodies(attachments: int) -> Iterator[bytes]:
    """The pages of ListAttachments of a simulated network."""
    chosen = Estate(attachments=attachments).selection("ListAttachments")
    for first in range(0, attachments, PAGE):
        texts = [chosen.text(n) for n in range(first, min(first + PAGE, attachments))]
        yield f'{{"Attachments":[{",".join(texts)}]}}'.encode()


class Page:
    """What one page brings: elements, and two connections for each attachment."""

    def __init__(self) -> None:
        self._places: set[str] = set()
        self._last = ""

    def elements(self, items: list[Item]) -> list[Item]:
        """The attachments, and before them the segments and edges that are met for the first time."""
        found = []
        for item in items:
            for kind, member in (("segment", "SegmentName"), ("edge", "EdgeLocation")):
                name = item.get(member)
                if name and _place(item, kind, name) not in self._places:
                    self._places.add(_place(item, kind, name))
                    found.append(_place_item(item, kind, name))
        return found + items

    def connections(self, items: list[Item]) -> list[Item]:
        """To the segment, and to the edge; of every third, and in want of these, to the attachment before."""
        found = []
        for number, item in enumerate(items):
            own, before = item["AttachmentId"], self._last or item["AttachmentId"]
            segment, edge = item.get("SegmentName"), item.get("EdgeLocation") if number % 3 else None
            first = (
                ("segment-association", _place(item, "segment", segment)) if segment else ("resource", before)
            )
            second = ("edge-location", _place(item, "edge", edge)) if edge else ("resource", before)
            found += [_connection(item, own, *end) for end in (first, second)]
            self._last = own
        return found


def _place(item: Item, kind: str, name: str) -> str:
    return f"{item['CoreNetworkId']}/{kind}/{name}"


def _place_item(item: Item, kind: str, name: str) -> Item:
    network = {member: item[member] for member in ("CoreNetworkId", "CoreNetworkArn")}
    return {**network, "Id": _place(item, kind, name), "Type": kind, "Name": name, "Tags": []}


def _connection(item: Item, source: str, kind: str, target: str) -> Item:
    about = {
        "CoreNetworkId": item["CoreNetworkId"],
        "OwnerAccountId": item["OwnerAccountId"],
        "PolicyRuleNumber": item.get("AttachmentPolicyRuleNumber"),
    }
    return {"Source": source, "Target": target, "Type": kind, "State": item["State"], "Metadata": about}


class Holder(Protocol):
    """A topology in the making."""

    def take(self, elements: list[Item], connections: list[Item]) -> None: ...

    def finish(self) -> Any: ...


class Dicts:
    """Plain dicts: elements by id, connections, and who is connected with whom."""

    def __init__(self) -> None:
        self.elements: dict[str, Item] = {}
        self.connections: list[Item] = []
        self.adjacency: dict[str, list[str]] = {}

    def take(self, elements: list[Item], connections: list[Item]) -> None:
        for element in elements:
            self.elements[element.get("AttachmentId") or element["Id"]] = element
        for connection in connections:
            source, target = connection["Source"], connection["Target"]
            self.connections.append(connection)
            self.adjacency.setdefault(source, []).append(target)
            self.adjacency.setdefault(target, []).append(source)

    def finish(self) -> Any:
        return self


class Networkx:
    """A directed graph with the same attributes on its nodes and edges."""

    def __init__(self) -> None:
        import networkx

        self._graph: Any = networkx.DiGraph()

    def take(self, elements: list[Item], connections: list[Item]) -> None:
        for element in elements:
            self._graph.add_node(element.get("AttachmentId") or element["Id"], **element)
        for connection in connections:
            self._graph.add_edge(connection["Source"], connection["Target"], **connection)

    def finish(self) -> Any:
        return self._graph


class Optimized:
    """`MemoryOptimizedTopology`, in memory or in a file."""

    def __init__(self, *, spilling: bool = False) -> None:
        self._builder = TopologyBuilder(enable_streaming=spilling)

    def take(self, elements: list[Item], connections: list[Item]) -> None:
        self._builder.add_elements(elements)
        self._builder.add_connections(connections)

    def finish(self) -> Any:
        return self._builder.build()


VARIANTS: dict[str, Callable[[], Holder]] = {
    "dicts": Dicts,
    "networkx": Networkx,
    "memory": Optimized,
    "spilled": lambda: Optimized(spilling=True),
}


def fill(holder: Holder, attachments: int, parse: Parse) -> tuple[Any, dict[str, Any]]:
    """The topology, and what filling it took; making the bodies is nobody's time."""
    page, elements, connections = Page(), 0, 0
    parsing = building = 0.0
    for body in bodies(attachments):
        began = time.perf_counter()
        items = parse(body)
        parsing += time.perf_counter() - began
        links, parts = page.connections(items), page.elements(items)
        began = time.perf_counter()
        holder.take(parts, links)
        building += time.perf_counter() - began
        elements, connections = elements + len(parts), connections + len(links)
    began = time.perf_counter()
    made = holder.finish()
    finishing = time.perf_counter() - began
    building += finishing
    return made, {
        "elements": elements,
        "connections": connections,
        "parsing_s": round(parsing, 2),
        "building_s": round(building, 2),
        "finishing_s": round(finishing, 2),
        "elements_per_s": round(elements / (parsing + building)),
        "elements_per_s_without_parsing": round(elements / building),
    }


def ask(topology: MemoryOptimizedTopology, questions: int) -> dict[str, float]:
    """Median milliseconds of each question, about elements drawn anew so that no cache answers."""
    chance = random.Random(1)  # noqa: S311
    size = len(topology)
    drawn = [chance.randrange(size) for _ in range(4 * questions)]
    ids = iter([topology.page(n, 1)[0].id for n in drawn])
    asked: dict[str, Callable[[], object]] = {
        "lookup": lambda: topology[next(ids)],
        "neighbours": lambda: topology.neighbours(next(ids)),
        "page": lambda: topology.page(chance.randrange(size), 100),
        "page_with_metadata": lambda: [e.metadata for e in topology.page(chance.randrange(size), 100)],
        "neighbourhood": lambda: topology.neighbourhood(next(ids), 3, limit=NEAR),
        "path": lambda: topology.shortest_path(next(ids), next(ids)),
    }
    found = {}
    for name, question in asked.items():
        times = []
        for _ in range(max(questions // 10, 1) if name in SLOW else questions):
            began = time.perf_counter()
            question()
            times.append(1000 * (time.perf_counter() - began))
        found[f"{name}_ms"] = round(statistics.median(times), 4)
    return found


def main() -> None:
    variant, attachments, parser = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    parse = PARSERS[parser]()
    fill(VARIANTS[variant](), min(2 * PAGE, attachments), parse)  # whatever is imported or learned only once
    before = settled()
    made, taken = fill(VARIANTS[variant](), attachments, parse)
    taken["peak_mib"] = round((memory(os.getpid(), "VmHWM") - before) / MIB, 1)
    taken["mib"] = round((settled() - before) / MIB, 2)
    taken["bytes_per_element"] = round(taken["mib"] * MIB / taken["elements"], 1)
    if isinstance(made, MemoryOptimizedTopology):
        taken |= ask(made, QUESTIONS)
        taken["parts_mib"] = {part: round(size / MIB, 2) for part, size in made.memory_usage().items()}
        taken["mib_after_questions"] = round((settled() - before) / MIB, 2)
        made.close()
    sys.stdout.write(json.dumps(taken) + "\n")


def settled() -> int:
    """Resident bytes after the collector and the allocator have given back what they can."""
    gc.collect()
    heap_trim()
    return memory(os.getpid())


if __name__ == "__main__":
    main()
