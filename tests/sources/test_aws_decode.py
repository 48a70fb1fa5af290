"""Splitting an answer into items and their texts."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.sources.aws_decode import MalformedAnswer, looks_whole, page_of, written

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.text(), values, max_size=6)
layouts = st.sampled_from([(None, (",", ":")), (None, (" ,\t", "\r\n: ")), (2, (",", ": "))])


sites = st.lists(objects, max_size=4)


def read(body, items="Sites"):
    """The page with its items decoded."""
    page = page_of(body, items)
    page.items = list(page.items)
    return page


def expected(answer):
    found = answer.get("Sites")
    return [] if found is None else found if isinstance(found, list) else [found]


@given(objects, sites | objects | st.none(), layouts, st.booleans())
def test_a_page_holds_what_json_loads_gives_and_texts_decode_to_values(rest, found, layout, ascii_only):
    indent, separators = layout
    text = json.dumps(rest | {"Sites": found}, indent=indent, separators=separators, ensure_ascii=ascii_only)
    try:
        body = f" \n{text}\t".encode()
    except UnicodeEncodeError:
        return
    page = read(body)
    assert [value for value, _ in page.items] == expected(json.loads(body))
    for value, item in page.items:
        assert json.loads(item) == value
        assert item.encode() in body


@given(objects, sites, st.data())
def test_an_answer_cut_anywhere_is_malformed_and_never_a_shorter_page(rest, found, data):
    body = json.dumps(rest | {"Sites": found}).encode()
    cut = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(MalformedAnswer):
        read(body[:cut])


@given(st.binary(max_size=40))
def test_any_other_bytes_are_accepted_only_where_json_accepts_them(body):
    try:
        page = read(body)
    except MalformedAnswer:
        return
    assert [value for value, _ in page.items] == expected(json.loads(body))


@given(objects)
def test_a_whole_answer_looks_whole_whatever_it_holds(answer):
    assert looks_whole(f" \n{json.dumps(answer)}\r\n".encode())


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"<html></html>", b'{"Sites":[{}]', b"\xff"])
def test_what_is_cut_short_or_not_json_does_not_look_whole(body):
    assert not looks_whole(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{} {}",
        b'{"Sites":[{}]',
        b'{"Sites":[{},]}',
        b'{"Sites":[{}],}',
        b'{"Sites" [{}]}',
        b"{1:2}",
        b'{"Sites":[{}],"Rest":tru}',
        b'{"Sites":[{}] "NextToken":"x"}',
        b'{"Sites":"\xff"}',
        b"<html>",
        b'{"Deep":' + b"[" * 100_000,
    ],
)
def test_what_is_not_a_json_object_is_malformed(body):
    with pytest.raises(MalformedAnswer):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"NextToken":"t","Sites":[{"SiteId":"a"},{"SiteId":"b"}]}',
        b'{"Sites":[{"SiteId":"a"},{"SiteId":"b"}],"NextToken":"t"}',
        b'{"Future":{"Sites":[1]},"Sites": [ {"SiteId":"a"} , {"SiteId":"b"} ] ,"NextToken":"t","More":[[]]}',
    ],
)
def test_the_page_is_found_wherever_its_members_stand(body):
    page = read(body)
    assert page.items == [({"SiteId": "a"}, '{"SiteId":"a"}'), ({"SiteId": "b"}, '{"SiteId":"b"}')]
    assert page.token == "t"


@pytest.mark.parametrize(
    "body", [b"{}", b'{"Sites":null}', b'{"Sites":[]}', b'{"Sites":[null],"NextToken":null}']
)
def test_missing_and_null_items_make_an_empty_page_without_a_token(body):
    page = read(body)
    assert page.items == []
    assert page.token is None


def test_an_empty_token_is_no_token():
    assert read(b'{"Sites":[],"NextToken":""}').token is None


def test_a_single_object_is_a_page_of_one():
    page = read(b'{"CoreNetwork": {"CoreNetworkId":"core-1","New":1}}', "CoreNetwork")
    assert page.items == [({"CoreNetworkId": "core-1", "New": 1}, '{"CoreNetworkId":"core-1","New":1}')]


@pytest.mark.parametrize("body", [b'{"Sites":"text"}', b'{"Sites":["text"]}', b'{"Sites":7}'])
def test_items_that_are_not_objects_are_malformed(body):
    with pytest.raises(MalformedAnswer):
        read(body)


def test_the_text_keeps_escapes_numbers_and_repeated_names_as_they_were_sent():
    item = r'{"Name":"caf\u00e9 \ud83d\ude00","Cost":1.50e+1,"A":1,"A":2}'
    (value, text), *_ = read(b'{"Sites":[' + item.encode() + b"]}").items
    assert text == item
    assert value == {"Name": "café \U0001f600", "Cost": 15.0, "A": 2}


@given(st.integers(0, 4_102_444_800_000))
def test_a_timestamp_botocore_has_parsed_is_written_as_the_seconds_aws_sent(milliseconds):
    sent = json.loads(f"{milliseconds // 1000}.{milliseconds % 1000:03}")
    when = datetime.fromtimestamp(0, UTC).fromtimestamp(sent, UTC)
    body = written({"Sites": [{"CreatedAt": when}], "ResponseMetadata": {}})
    assert read(body).items[0][0] == {"CreatedAt": sent}


def test_only_timestamps_are_translated():
    with pytest.raises(TypeError):
        written({"Sites": [{"Blob": b"x"}]})
