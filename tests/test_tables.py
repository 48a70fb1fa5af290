"""Answers as lines: they fit, they align, and nothing in them commands a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.tables import lines, table

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["items", "counts", "a", "b"]), JSON), st.integers(20, 200))
def test_every_line_is_printable_and_fits(answer: dict[str, object], width: int) -> None:
    for line in lines(answer, width):
        assert line.isprintable()
        assert len(line) <= width


def test_columns_align_and_those_that_do_not_fit_are_left_out() -> None:
    rows = [{"id": "a", "name": "x" * 100, "more": "m" * 50}, {"id": "bbb", "name": "y"}]
    found = list(table(rows, 80))
    assert [line[:5] for line in found] == ["  id ", "  a  ", "  bbb"]
    assert "…" in found[1]
    assert "more" not in found[0]


def test_an_element_in_a_cell_is_its_name_and_id() -> None:
    (_, row) = table([{"element": {"id": "attachment-1", "name": "vpc", "type": "vpc-attachment"}}], 80)
    assert row.strip() == "vpc (attachment-1)"


def test_what_was_asked_for_comes_last() -> None:
    found = list(lines({"items": [{"id": "a"}], "hint": "go on", "total": 1}, 80))
    assert found[:2] == ["hint: go on", "total: 1"]
    assert found[-1].strip() == "a"
