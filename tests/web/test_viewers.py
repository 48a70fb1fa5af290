"""Those who watch live."""

from __future__ import annotations

import asyncio

import pytest

from cloudwan_mcp.errors import Exhausted
from cloudwan_mcp.web.viewers import QUEUE, Viewers

pytestmark = pytest.mark.anyio


async def test_every_viewer_gets_every_message_in_order() -> None:
    viewers = Viewers()
    with viewers.join() as first, viewers.join() as second:
        for each in (b"1", b"2"):
            viewers.publish(each)
        for viewer in (first, second):
            assert [await anext(viewer), await anext(viewer)] == [b"1", b"2"]


async def test_a_slow_viewer_loses_the_oldest_messages_and_holds_no_more_than_its_queue() -> None:
    viewers = Viewers()
    with viewers.join() as viewer:
        for number in range(1000):
            viewers.publish(b"%d" % number)
        assert len(viewer._queue) == QUEUE
        assert viewer.missed == 1000 - QUEUE
        assert [await anext(viewer) for _ in range(QUEUE)] == [b"996", b"997", b"998", b"999"]


async def test_a_message_is_kept_once_for_all() -> None:
    viewers = Viewers()
    message = b"a summary"
    with viewers.join() as first, viewers.join() as second:
        viewers.publish(message)
        assert await anext(first) is await anext(second) is message


async def test_a_viewer_waits_for_the_next_message() -> None:
    viewers = Viewers()
    with viewers.join() as viewer:
        waiting = asyncio.create_task(anext(viewer))
        await asyncio.sleep(0)
        viewers.publish(b"news")
        assert await waiting == b"news"


async def test_closing_ends_every_stream_at_once() -> None:
    viewers = Viewers()
    with viewers.join() as waiting, viewers.join() as behind:
        asked = asyncio.create_task(anext(waiting, b"end"))
        await asyncio.sleep(0)
        behind.offer(b"unread")
        viewers.close()
        assert await asked == b"end"
        assert await anext(behind, b"end") == b"end"


async def test_there_is_a_bound_on_viewers_and_leaving_makes_room() -> None:
    viewers = Viewers(most=2)
    with viewers.join():
        with viewers.join(), pytest.raises(Exhausted), viewers.join():
            pass
        with viewers.join():
            assert len(viewers) == 2
    assert len(viewers) == 0
