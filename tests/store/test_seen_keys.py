"""The table of seen keys says what a set would say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.store.seen import SeenKeys

KEYS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    # the same fingerprint, and slots that differ or not: what hashing makes now and then, made every time
    st.builds(lambda low, high: (high << 32) | low, st.integers(0, 3), st.sampled_from([0, 1, -1, 7])),
    st.integers(0, 5).map(lambda n: n * 4097),
)


class Stored:
    """The store's column of keys."""

    def __init__(self, expected: int = 0) -> None:
        self.keys: set[int] = set()
        self.asked = 0
        self.seen = SeenKeys(lambda: self.keys, self.confirm, expected)

    def confirm(self, key: int) -> bool:
        self.asked += 1
        return key in self.keys

    def add(self, key: int) -> bool:
        new = self.seen.add(key)
        self.keys.add(key)
        return new


@given(st.lists(KEYS, max_size=200))
def test_every_key_is_new_once(keys: list[int]) -> None:
    stored, known = Stored(), set()
    for key in keys:
        assert stored.add(key) == (key not in known)
        known.add(key)


def test_keys_with_one_fingerprint_are_told_apart() -> None:
    stored = Stored()
    colliding = [(99 << 32) | 5, (99 << 32) | (5 + 4097), (99 << 32) | (5 + 2 * 4097)]
    assert [stored.add(key) for key in colliding] == [True] * 3
    assert stored.asked == 3  # once for the second, twice for the third: they do share slot and fingerprint
    assert [stored.add(key) for key in colliding] == [False] * 3


def test_a_key_whose_fingerprint_is_zero_is_not_taken_for_an_empty_slot() -> None:
    stored = Stored()
    assert [stored.add(7), stored.add(7), stored.add((1 << 32) | 7)] == [True, False, True]


def test_growing_keeps_every_key_and_the_table_below_three_quarters() -> None:
    stored = Stored()
    for start in range(0, 20_000, 500):
        stored.seen.make_room(500)
        for number in range(start, start + 500):
            assert stored.add(number * 0x9E3779B97F4A7C15 % 2**63)
        assert len(stored.keys) * 4 <= stored.seen.bytes // 2 * 3
    assert not any(stored.add(key) for key in sorted(stored.keys))


def test_a_page_larger_than_the_table_finds_room() -> None:
    stored = Stored()
    stored.seen.make_room(50_000)
    assert all(stored.add(number << 20) for number in range(50_000))


def test_room_made_for_what_was_announced_is_about_five_bytes_a_key() -> None:
    stored = Stored(expected=1_000_000)
    assert stored.seen.bytes / 1_000_000 < 5.4
    before = stored.seen.bytes
    stored.seen.reserve(10)
    assert stored.seen.bytes == before


def test_what_is_stored_already_is_known_from_the_beginning() -> None:
    first = Stored(expected=5000)
    keys = [number * 0x9E3779B97F4A7C15 % 2**63 for number in range(5001)]
    for key in keys[:5000]:
        first.add(key)
    again = SeenKeys(lambda: first.keys, first.confirm, len(first.keys))
    assert not any(again.add(key) for key in keys[:5000])
    assert again.add(keys[5000])
