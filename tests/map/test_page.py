"""The page as it is put together: one script, small, and with nothing in it that a host would stop."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from cloudwan_mcp import __version__
from cloudwan_mcp.map import FOLDER, MODULES, page

MOST_BYTES = 60_000
DECLARED = re.compile(r"^(?:export )?(?:const|let) (\w+)", re.MULTILINE)
IMPORTED = re.compile(r'^import \{ (.+) \} from "\./(\w+)\.js";$', re.MULTILINE)
STOPPED = (
    *(
        "eval(",
        "Function(",
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "EventSource",
        "Worker(",
        "localStorage",
    ),
    *("sessionStorage", "indexedDB", "document.cookie", "blob:", "@import", "url(", "import(", "WebAssembly"),
)
MARKUP = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "DOMParser",
    "createContextualFragment",
)


class Parsed(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.script = ""
        self.feed(page())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script":
            self.script += data


def source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def test_the_page_is_one_small_file_with_one_script_that_loads_nothing() -> None:
    parsed = Parsed()
    assert len(page().encode()) < MOST_BYTES
    assert [attrs for tag, attrs in parsed.tags if tag == "script"] == [{"type": "module"}]
    assert not any({"src", "href", "style"} & attrs.keys() for _, attrs in parsed.tags)
    assert not any(name.startswith("on") for _, attrs in parsed.tags for name in attrs)
    assert set(re.findall(r"https?://[^\"'` ]+", page())) == {"http://www.w3.org/2000/svg"}
    assert ("html", {"lang": "en", "data-version": __version__}) in parsed.tags


def test_nothing_in_it_needs_more_than_the_policy_that_hosts_have_by_default() -> None:
    assert [each for each in STOPPED if each in page()] == []


def test_names_from_the_network_are_never_written_as_markup() -> None:
    assert [each for each in MARKUP if each in page()] == []


def test_every_module_stands_in_the_page_once_and_is_short_enough_to_be_read() -> None:
    files = {each.name for each in FOLDER.iterdir() if each.name.endswith(".js")}
    assert files == {f"{name}.js" for name in MODULES}
    for each in (*files, "style.css", "page.html"):
        assert len(source(each).splitlines()) <= 250, each


def test_modules_share_one_scope_without_a_name_of_two_meanings() -> None:
    names = [name for module in MODULES for name in DECLARED.findall(source(f"{module}.js"))]
    assert sorted(names) == sorted(set(names))


def test_what_a_module_takes_of_another_is_offered_there_and_the_page_says_neither() -> None:
    for module in MODULES:
        for names, other in IMPORTED.findall(source(f"{module}.js")):
            offered = re.findall(r"^export const (\w+)", source(f"{other}.js"), re.MULTILINE)
            assert {*names.split(", ")} <= {*offered}, (module, other)
    assert not re.search(r"^(?:import|export)\b", Parsed().script, re.MULTILINE)


def test_what_is_left_out_of_the_script_is_never_within_a_text() -> None:
    """The spaces that go are those between signs; strings and templates come through as they were written."""
    for module in MODULES:
        bare = re.sub(r"^import .*\n|^\s*//.*\n", "", source(f"{module}.js"), flags=re.MULTILINE)
        for text in re.findall(r'"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`', bare):
            assert text in Parsed().script, (module, text)


def test_every_place_that_the_script_fills_is_in_the_page_once() -> None:
    parsed = Parsed()
    ids = [attrs["id"] for _, attrs in parsed.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    named = set(re.findall(r'\bat\("([\w-]+)"\)|keep\("([\w-]+)"', parsed.script))
    assert {one or other for one, other in named} <= set(ids)
