"""The page: what is served to a browser, read without one."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from cloudwan_mcp.web.routes import FILES
from web.machine import serving

pytestmark = pytest.mark.anyio

STATIC = files("cloudwan_mcp.web") / "static"
OURS = [name for name, _ in FILES.values() if not name.startswith("vendor/")]
SCRIPTS = [name for name in OURS if name.endswith(".js")]
STYLES = [name for name in OURS if name.endswith(".css")]


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[str] = []
        self.feed((STATIC / "index.html").read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in ("script", "style") and data.strip():
            self.inline.append(data)

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _, attrs in self.tags if "id" in attrs]


def source(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


async def test_every_file_of_the_page_is_served_with_its_type() -> None:
    async with serving() as served:
        for path, (name, kind) in FILES.items():
            answer = await served.client.get(path)
            assert answer.status_code == 200
            assert answer.headers["content-type"].partition(";")[0] == kind
            assert answer.headers["cache-control"] == "no-cache"
            assert answer.content == (STATIC / name).read_bytes()


def test_every_file_in_the_folder_is_served() -> None:
    found = {
        path.relative_to(str(STATIC)).as_posix() for path in Path(str(STATIC)).rglob("*") if path.is_file()
    }
    assert found == {name for name, _ in FILES.values()}


async def test_everything_that_the_page_loads_is_its_own_and_there() -> None:
    page = Page()
    loaded = [
        attrs.get("src") or attrs.get("href") or ""
        for tag, attrs in page.tags
        if tag in ("script", "link", "img")
    ]
    imported = [f"/static/{name}" for each in SCRIPTS for name in re.findall(r'from "\./(.+)"', source(each))]
    licences = {path for path in FILES if path.endswith("/LICENSE")}
    assert {*loaded, *imported} == FILES.keys() - {"/"} - licences
    for name in OURS:
        urls = set(re.findall(r"https?://[^\"' ]+", source(name)))
        assert urls <= {"http://www.w3.org/2000/svg"}


async def test_nothing_in_the_page_would_be_stopped_by_its_policy() -> None:
    page = Page()
    assert page.inline == []
    for tag, attrs in page.tags:
        assert not any(name == "style" or name.startswith("on") for name in attrs), tag
    assert not any("@import" in source(name) or "url(" in source(name) for name in STYLES)


@pytest.mark.parametrize("name", SCRIPTS)
async def test_names_are_written_as_text_and_never_as_markup(name: str) -> None:
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(", source(name)
    )


async def test_every_place_that_the_scripts_fill_is_in_the_page_once() -> None:
    ids = Page().ids
    assert len(ids) == len(set(ids))
    text = "".join(map(source, SCRIPTS))
    named = set(re.findall(r'(?:element|write|fillTable|section)\("([\w-]+)"', text))
    assert named
    assert named <= set(ids)


async def test_what_is_labelled_by_something_is_labelled_by_what_is_there() -> None:
    page = Page()
    for _, attrs in page.tags:
        for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            assert set((attrs.get(name) or "").split()) <= set(page.ids)


async def test_the_page_says_its_language_and_fits_a_phone() -> None:
    tags = Page().tags
    assert ("html", {"lang": "en"}) in tags
    assert any(attrs.get("name") == "viewport" for _, attrs in tags)
    assert "prefers-color-scheme: dark" in source("dashboard.css")


async def test_the_page_reads_only_what_the_server_says() -> None:
    """The members that the scripts read of a summary exist in one."""
    async with serving() as served:
        served.collector.record_call("read", 0.1, ok=True)
        current = (await served.client.get("/api/summary")).json()["current"]
    text = source("memory.js") + source("components.js") + source("calls.js")
    for part, values in (
        ("system", current["system"]),
        ("process", current["process"]),
        ("guard", current["guard"]),
    ):
        assert set(re.findall(rf"\b{part}\.(\w+)", text)) <= values.keys()
    performance = current["performance"]
    assert set(re.findall(r"\bdone\.(\w+)", text)) <= performance.keys()
    assert set(re.findall(r"\beach\.(\w+_ms)", text)) <= performance["by_name"]["read"].keys()
