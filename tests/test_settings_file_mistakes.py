"""What is wrong with a configuration file is told in one line, with its place; nothing makes it stumble."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.settings import FILE_NAME, SETTINGS, load
from fakes.settings_files import nested, write

KEYS = {each.metadata["file"]: each for each in SETTINGS if each.metadata["file"]}
NUMBERS = [key for key, each in KEYS.items() if type(each.default) in (int, float)]
TEMPTING = b"memory_optimizationnglr:.enabled portust \n\t[]{}&*!|>'\"-?#%@`<=~\\\xff\x001b"


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other file is found than the one that a test writes."""
    monkeypatch.chdir(tmp_path)


def refused(content: str | bytes) -> BadRequest:
    write(content)
    with pytest.raises(BadRequest) as error:
        load(environ={})
    assert error.value.next_step
    assert len(str(error.value).splitlines()) == 1
    return error.value


def outcome(content: bytes) -> str:
    """What is said of a file; empty when nothing is wrong with it."""
    write(content)
    try:
        load(environ={})
    except BadRequest as error:
        return str(error)
    return ""


@pytest.mark.parametrize("key", NUMBERS)
def test_a_number_out_of_range_is_told_with_key_line_and_range(key: str) -> None:
    each = KEYS[key]
    low, high = each.metadata["low"], each.metadata["high"]
    line = key.count(".") + 1
    for value in (low - 1, high + 1, ".inf", "many", "true", "'1 2'", "9" * 6000):
        error = refused(nested(key, value))
        assert str(error).startswith(f"{FILE_NAME}:{line}: {key}=")
        assert error.field == each.name
        assert re.search(rf"\b{low:.10g}(\.\.| to ){high:.10g}\b", str(error))
        assert each.metadata["doc"] in error.next_step
        assert len(str(error)) < 400


@pytest.mark.parametrize(
    ("content", "place", "problem"),
    [
        ("- a\n", "1", "not a list"),
        ("\nhello\n", "2", "not a value of type 'str'"),
        ("monitoring:\n  - a\n", "2", "monitoring is a section, not a list"),
        ("\nmonitoring: true\n", "2", "monitoring is a section, not a value of type 'bool'"),
        ("monitoring:\n  enabled: {a: b}\n", "2", "monitoring.enabled takes one plain value, not a section"),
        ("monitoring:\n  enabled: [true]\n", "2", "one plain value, not a list"),
        ("monitoring:\n  enabled: 2024-01-01\n", "2", "not a value of type 'timestamp'"),
        ("monitoring:\n  enabled: !env HOME\n", "2", "not a value of type '!env'"),
        ("monitoring:\n  enabled: !%1b[31m HOME\n", "2", r"of type '!\x1b[31m'"),
        ("monitoring:\n  enabled: maybe\n", "2", "monitoring.enabled='maybe' is not true or false"),
        ("profiling: !!python/object/apply:os.abort []\n", "1", "profiling is a section, not a list"),
        ("monitoring:\n  enabled: 1\n  'enabled': 0\n", "3", "monitoring.enabled is also in line 2"),
        ("profiling: {}\nmonitoring: {}\nprofiling: {}\n", "3", "profiling is also in line 1"),
        ("? [a]\n: b\n", "1", "'a list' is not a key"),
        ("profiling.enabled: 1\n", "1", "'profiling.enabled' is not a key"),
        ("a: &a {enabled: 1}\n", "1", "'a' is not a key"),
        ("monitoring: &m {enabled: 1}\nprofiling:\n  <<: *m\n", "3", "'profiling.<<' is not a key"),
        ("monitoring: &m\n  dashboard: *m\n", "2", "'monitoring.dashboard.dashboard' is not a key"),
        ('profiling:\n  "a\\n\\e[31m": 1\n', "2", r"'profiling.a\n\x1b[31m' is not a key"),
        ("monitoring:\n\tenabled: 1\n", "2:1", "not YAML: found character '\\t'"),
        ("monitoring: [a\nb: c", "2:2", "not YAML: expected ',' or ']'"),
        ("a: 1\n---\nb: 2\n", "2:1", "not YAML: but found another document"),
        ("monitoring: *b\n", "1:13", "not YAML: found undefined alias 'b'"),
        ("profiling:\n  a: \x07\n", "2:6", "not YAML: the character U+0007 is not allowed"),
        (b"profiling:\n  \xfcber: 1\n", "2", "this is not UTF-8"),
        ("monitoring:\n".encode("utf-16"), "1", "this is not UTF-8"),
    ],
)
def test_each_mistake_is_told_with_its_place(content: str | bytes, place: str, problem: str) -> None:
    said = str(refused(content))
    assert said.startswith(f"{FILE_NAME}:{place}: ")
    assert problem in said


@pytest.mark.parametrize(
    ("content", "key", "nearest"),
    [
        (
            nested("memory_optimization.streaming.chunck_size", 9),
            "memory_optimization.streaming.chunck_size",
            "memory_optimization.streaming.chunk_size;",
        ),
        ("chunk_size: 9\n", "chunk_size", "memory_optimization.streaming.chunk_size;"),
        ("memory_optimisation:\n  enabled: true\n", "memory_optimisation", "memory_optimization;"),
        (
            "monitoring:\n  alerts:\n    enabled: true\n",
            "monitoring.alerts.enabled",
            "monitoring.enabled, profiling.enabled, memory_optimization.enabled;",
        ),
        (
            "monitoring:\n  dashboard:\n    zzz: 1\n",
            "monitoring.dashboard.zzz",
            "monitoring.dashboard.host, monitoring.dashboard.port;",
        ),
        ("zzz: 1\n", "zzz", "memory_optimization, monitoring, profiling;"),
    ],
)
def test_an_unknown_key_is_told_the_nearest_ones(content: str, key: str, nearest: str) -> None:
    error = refused(content)
    assert error.field == key
    assert error.next_step.startswith(f"The nearest are {nearest}")


@pytest.mark.parametrize(
    "content", ["? {}\n: 1\n", "a: *{}\n", "profiling:\n  enabled: {}\n", "profiling:\n  enabled: !{} a\n"]
)
def test_what_is_endless_is_told_in_short(content: str) -> None:
    assert len(str(refused(content.format("x" * 60_000)))) < 400


def test_a_share_that_warns_above_the_critical_one_is_told_with_both_origins() -> None:
    said = str(refused("monitoring:\n  alerts:\n    warning_threshold: 90\n"))
    assert f"alert_threshold_percent ({FILE_NAME}:3)=90" in said
    assert "critical_threshold_percent (default)=85" in said


@pytest.mark.parametrize(
    "content",
    [
        "a: &a [x, x]\n"
        + "".join(f"a{n}: &a{n} [*a{n - 1 or ''}, *a{n - 1 or ''}]\n" for n in range(1, 900)),
        "monitoring: &m {" + "dashboard: &d {host: *m}, " * 2 + "}",
        "[" * 60_000,
        "{a: " * 15_000,
        "- " * 30_000,
        "? " * 30_000,
        "&a\n" * 20_000,
        "'" * 60_001,
    ],
    ids=["laughs", "circle", "lists", "maps", "dashes", "keys", "anchors", "quotes"],
)
def test_what_would_grow_without_end_is_refused(content: str) -> None:
    refused(content)


@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(st.sampled_from(TEMPTING), max_size=80).map(bytes),
        st.text(max_size=200).map(lambda drawn: drawn.encode("utf-8", "surrogatepass")),
    )
)
def test_no_content_whatever_makes_it_stumble(content: bytes) -> None:
    assert outcome(content).isprintable()
