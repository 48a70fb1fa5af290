"""Splitting an answer into items and their texts."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.sources.aws_decode import MalformedAnswer, page_of, split, written

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.text(), values, max_size=6)
layouts = st.sampled_from([(None, (",", ":")), (None, (" ,\t", "\r\n: ")), (2, (",", ": "))])


def joined(members):
    return {
        name: [value for value, _ in found] if isinstance(found, list) else found[0]
        for name, found in members.items()
    }


@given(objects, layouts, st.booleans())
def test_split_gives_what_json_loads_gives_and_every_text_decodes_to_its_value(answer, layout, ascii_only):
    indent, separators = layout
    text = json.dumps(answer, indent=indent, separators=separators, ensure_ascii=ascii_only)
    try:
        body = f" \n{text}\t".encode()
    except UnicodeEncodeError:
        return
    members = split(body)
    assert joined(members) == json.loads(body)
    for found in members.values():
        for value, item in found if isinstance(found, list) else [found]:
            assert json.loads(item) == value
            assert item.encode() in body


@given(objects, st.data())
def test_an_answer_cut_anywhere_is_malformed_and_never_a_shorter_page(answer, data):
    body = json.dumps(answer).encode()
    cut = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(MalformedAnswer):
        split(body[:cut])


@given(st.binary(max_size=40))
def test_any_other_bytes_are_accepted_only_where_json_accepts_them(body):
    try:
        members = split(body)
    except MalformedAnswer:
        return
    assert joined(members) == json.loads(body)


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
        b'{"Sites":[{}] "NextToken":"x"}',
        b'{"Sites":"\xff"}',
        b"<html>",
        b'{"Deep":' + b"[" * 100_000,
    ],
)
def test_what_is_not_a_json_object_is_malformed(body):
    with pytest.raises(MalformedAnswer):
        split(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"NextToken":"t","Sites":[{"SiteId":"a"},{"SiteId":"b"}]}',
        b'{"Sites":[{"SiteId":"a"},{"SiteId":"b"}],"NextToken":"t"}',
        b'{"Future":{"Sites":[1]},"Sites": [ {"SiteId":"a"} , {"SiteId":"b"} ] ,"NextToken":"t","More":[[]]}',
    ],
)
def test_the_page_is_found_wherever_its_members_stand(body):
    page = page_of(split(body), "Sites", len(body))
    assert page.items == [({"SiteId": "a"}, '{"SiteId":"a"}'), ({"SiteId": "b"}, '{"SiteId":"b"}')]
    assert page.token == "t"
    assert page.bytes == len(body)


@pytest.mark.parametrize(
    "body", [b"{}", b'{"Sites":null}', b'{"Sites":[]}', b'{"Sites":[null],"NextToken":null}']
)
def test_missing_and_null_items_make_an_empty_page_without_a_token(body):
    page = page_of(split(body), "Sites", 0)
    assert page.items == []
    assert page.token is None


def test_an_empty_token_is_no_token():
    assert page_of(split(b'{"Sites":[],"NextToken":""}'), "Sites", 0).token is None


def test_a_single_object_is_a_page_of_one():
    page = page_of(split(b'{"CoreNetwork": {"CoreNetworkId":"core-1","New":1}}'), "CoreNetwork", 0)
    assert page.items == [({"CoreNetworkId": "core-1", "New": 1}, '{"CoreNetworkId":"core-1","New":1}')]


@pytest.mark.parametrize("body", [b'{"Sites":"text"}', b'{"Sites":["text"]}', b'{"Sites":7}'])
def test_items_that_are_not_objects_are_malformed(body):
    with pytest.raises(MalformedAnswer):
        page_of(split(body), "Sites", 0)


def test_the_text_keeps_escapes_numbers_and_repeated_names_as_they_were_sent():
    item = r'{"Name":"caf\u00e9 \ud83d\ude00","Cost":1.50e+1,"A":1,"A":2}'
    (value, text), *_ = page_of(split(b'{"Sites":[' + item.encode() + b"]}"), "Sites", 0).items
    assert text == item
    assert value == {"Name": "café \U0001f600", "Cost": 15.0, "A": 2}


@given(st.integers(0, 4_102_444_800_000))
def test_a_timestamp_botocore_has_parsed_is_written_as_the_seconds_aws_sent(milliseconds):
    sent = json.loads(f"{milliseconds // 1000}.{milliseconds % 1000:03}")
    when = datetime.fromtimestamp(0, UTC).fromtimestamp(sent, UTC)
    members = written({"Sites": [{"CreatedAt": when}], "ResponseMetadata": {}})
    assert page_of(members, "Sites", 0).items[0][0] == {"CreatedAt": sent}


def test_only_timestamps_are_translated():
    with pytest.raises(TypeError):
        written({"Sites": [{"Blob": b"x"}]})
