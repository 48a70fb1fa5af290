"""Whatever threads and tasks do with their reservations, the memory in use stays below the ceiling."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cloudwan_mcp.errors import Exhausted, TryAgain
from cloudwan_mcp.memory.desk import LOOK_S, SETTLE_S, FairDesk
from cloudwan_mcp.memory.reservation import Reservation
from fakes.clock import Clock

LIMIT = 1000
CEILING = 850
SHARE = st.floats(0, 1)


class BudgetMachine(RuleBasedStateMachine):
    """Each holder grows up to what it reserved, and leaves as much of that behind as it likes."""

    @initialize(idle=st.integers(0, LIMIT))
    def start(self, idle: int) -> None:
        self.clock = Clock()
        self.idle = idle  # in use, whoever it belongs to, without the growth of those who hold
        self.grown: dict[Reservation, int] = {}
        self.came: list[Reservation] = []
        self.desk = FairDesk(LIMIT, CEILING / LIMIT, 10.0, self.used, self.clock)

    def used(self) -> int:
        return self.idle + sum(self.grown.values())

    def waiting(self) -> list[Reservation]:
        return [each for each in self.came if each.state in ("waiting", "late")]

    def holding(self) -> list[Reservation]:
        return [each for each in self.came if each.state == "held"]

    @rule(size=st.integers(1, LIMIT))
    def comes(self, size: int) -> None:
        made = Reservation(self.desk, size)
        try:
            self.desk.join(made)
        except Exhausted:
            assert size > CEILING
        else:
            self.came.append(made)
            self.look(made)

    @precondition(lambda self: self.waiting())
    @rule(data=st.data())
    def looks(self, data: st.DataObject) -> None:
        self.look(data.draw(st.sampled_from(self.waiting())))

    def look(self, looking: Reservation) -> None:
        before = [each for each in self.waiting() if each is not looking and each.state == "waiting"]
        try:
            wait = self.desk.look(looking)
        except TryAgain:
            assert self.clock.now >= looking.deadline
            self.goes(looking)
        except Exhausted:
            assert looking is next(each for each in self.came if each.state == "waiting")
            assert not self.holding()
            assert looking.size > CEILING - self.used()
            self.goes(looking)
        else:
            assert (wait == 0) == (looking.state == "held")
        left = [each for each in before if each.state == "waiting"]
        assert left == before[len(before) - len(left) :], "somebody was passed"

    @precondition(lambda self: self.waiting())
    @rule(data=st.data())
    def gives_up(self, data: st.DataObject) -> None:
        self.goes(data.draw(st.sampled_from(self.waiting())))

    @precondition(lambda self: self.holding())
    @rule(data=st.data(), share=SHARE)
    def grows(self, data: st.DataObject, share: float) -> None:
        growing = data.draw(st.sampled_from(self.holding()))
        self.grown[growing] = max(int(growing.size * share), self.grown.get(growing, 0))

    @precondition(lambda self: self.holding())
    @rule(data=st.data(), share=SHARE)
    def gives_back(self, data: st.DataObject, share: float) -> None:
        done = data.draw(st.sampled_from(self.holding()))
        self.idle += int(self.grown.pop(done, 0) * share)
        self.goes(done)

    @rule(share=SHARE)
    def memory_is_freed(self, share: float) -> None:
        self.idle = int(self.idle * share)

    @rule(seconds=st.sampled_from([LOOK_S, SETTLE_S, 5.0, 20.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.wait(seconds)

    @rule(strained=st.booleans())
    def machine_is_strained(self, strained: bool) -> None:
        self.desk.allowed = CEILING // 2 if strained else CEILING

    def goes(self, reservation: Reservation) -> None:
        self.desk.leave(reservation)
        self.came.remove(reservation)
        assert reservation.state == "free"

    @invariant()
    def what_is_reserved_is_what_is_held(self) -> None:
        if hasattr(self, "desk"):
            assert self.desk.reserved == sum(each.size for each in self.holding())
            assert self.desk.waiting == sum(each.state == "waiting" for each in self.came)

    @invariant()
    def even_if_all_grow_to_the_full_the_ceiling_holds(self) -> None:
        if hasattr(self, "desk") and self.holding():
            assert self.idle + sum(each.size for each in self.holding()) <= CEILING

    def teardown(self) -> None:
        if not hasattr(self, "desk"):
            return
        for each in list(self.came):
            self.grown.pop(each, None)
            self.goes(each)
        assert (self.desk.reserved, self.desk.waiting) == (0, 0)
        assert self.desk.available() == CEILING - self.used()


TestBudgetMachine = BudgetMachine.TestCase
