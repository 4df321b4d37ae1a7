"""Every line that comes out is seen once, whatever is read when: on a model of tmux's history."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from viewsync.panes import waiting
from viewsync.panes.rules import echo, known
from viewsync.panes.rules.tail import Tail
from viewsync.tmux.rules import anchor as anchors
from viewsync.tmux.rules.anchor import Anchor
from viewsync.tmux.rules.screen import Screen


class Terminal:
    """tmux's grid, as far as it matters: a full history loses a tenth of its limit at once (grid.c)."""

    def __init__(self, limit: int = 50, height: int = 5) -> None:
        self.limit, self.height = limit, height
        self.rows = [""]  # the last one is the cursor's
        self.dropped = 0

    def write(self, *lines: str) -> None:
        for line in lines:
            self.rows[-1] += line
            self.rows.append("")
            if len(self.rows) - self.height > self.limit:
                tenth = max(1, self.limit // 10)
                del self.rows[:tenth]
                self.dropped += tenth

    @property
    def history(self) -> int:
        return max(0, len(self.rows) - self.height)

    def read(self, back: int | None) -> Screen:
        first = 0 if back is None else max(0, self.history - back)
        return Screen(
            pane_id="%1",
            server="1.1",
            history=self.history,
            limit=self.limit,
            width=80,
            height=self.height,
            column=len(self.rows[-1]),
            row=len(self.rows) - 1 - self.history,
            alternate=False,
            dead=False,
            status=None,
            pid=1,
            first=first,
            rows=tuple(self.rows[first:]),
            wrapped=frozenset(),
            over=(),
            anchor="",
        )

    def anchor(self) -> Anchor:
        screen = self.read(0)
        return Anchor(screen.history, screen.row, screen.column, alternate=False, width=80)


def look(tail: Tail, terminal: Terminal, last: int) -> None:
    """As waiting.Watch does it."""
    if not tail.take(terminal.read(max(0, last - tail.wanted()) + 3)):
        assert tail.take(terminal.read(None))


def output(tail: Tail) -> list[str]:
    return [line for line in [*tail.settled, *tail.open] if line]


@settings(max_examples=300)
@given(
    before=st.integers(0, 120),
    batches=st.lists(st.integers(0, 70), max_size=12),
    by_cursor=st.booleans(),
    limit=st.sampled_from([7, 50]),
)
def test_every_line_once_and_in_order(before: int, batches: list[int], by_cursor: bool, limit: int) -> None:
    terminal = Terminal(limit)
    terminal.write(*(f"old {number}" for number in range(before)))
    tail = Tail(terminal.anchor(), by_cursor=by_cursor)
    look(tail, terminal, terminal.history)
    written, seen_to, gone = 0, 0, 0
    for size in batches:
        last = terminal.history
        terminal.write(*(f"new {number}" for number in range(written, written + size)))
        written += size
        look(tail, terminal, last)
        # What left the history between two readings cannot have been seen.
        gone += max(0, terminal.dropped - before - seen_to - gone) if terminal.dropped > before + seen_to else 0
        seen_to = written
    numbers = [int(line.removeprefix("new ")) for line in output(tail)]
    assert numbers == sorted(set(numbers))
    kept = written - max(0, terminal.dropped - before)
    assert numbers[len(numbers) - min(kept, written) :] == list(range(written - min(kept, written), written))
    if sum(batches) <= limit:
        assert numbers == list(range(written))


def test_lines_that_are_all_alike_are_counted() -> None:
    terminal = Terminal()
    tail = Tail(terminal.anchor(), by_cursor=True)
    look(tail, terminal, 0)
    for _ in range(20):
        last = terminal.history
        terminal.write("y", "y", "y")
        look(tail, terminal, last)
    assert len(tail.settled) == 60


def test_the_prompt_on_the_anchors_line_is_old() -> None:
    terminal = Terminal()
    terminal.rows[-1] = "$ "
    tail = Tail(terminal.anchor())
    terminal.write("echo x", "x")
    look(tail, terminal, 0)
    assert output(tail) == ["echo x", "x"]


def test_a_line_that_can_change_stays_open() -> None:
    terminal = Terminal()
    tail = Tail(terminal.anchor(), by_cursor=True)
    terminal.write("done")
    terminal.rows[-1] = "50%"
    look(tail, terminal, 0)
    assert (list(tail.settled), tail.open, tail.ends_at_cursor) == (["done"], ["50%"], True)
    terminal.rows[-1] = "100%"
    look(tail, terminal, 0)
    assert (list(tail.settled), tail.open) == (["done"], ["100%"])


def test_what_was_sent_is_no_answer_however_often_its_line_is_drawn_at_the_screens_top() -> None:
    """tmux keeps in the history what a program clears from the screen's top on."""
    terminal = Terminal()
    terminal.rows = ["some> "]
    tail = Tail(known.anchor(terminal.read(None)), echo.marks("make DONE"))
    for rows in (["some> make DONE"], ["some> ", "some> make DONE"], ["some> ", *["some> make DONE"] * 3, ""]):
        terminal.rows = rows
        tail.take(terminal.read(None))
        assert [line for line in output(tail) if line.strip()] == []
    terminal.write("make DONE: done", "some> make DONE or not")
    tail.take(terminal.read(None))
    assert [line for line in output(tail) if line.strip()] == ["make DONE: done", "some> make DONE or not"]


def test_a_prompt_that_is_drawn_before_the_text_behind_it_is_not_taken_for_its_echo() -> None:
    terminal = Terminal()
    terminal.rows = ["some> "]
    sent = known.anchor(terminal.read(None))
    terminal.rows = ["some> ", "some> "]
    assert known.echoed(terminal.read(None), sent).echo == ()
    terminal.rows[-1] += "make"
    assert known.echoed(terminal.read(None), sent).echo == (known.sum_of("some> make"),)


def test_what_was_sent_may_be_the_echo_where_it_stands_over_the_prompt() -> None:
    terminal = Terminal()
    terminal.rows = ["no newline here$ "]
    tail = Tail(known.anchor(terminal.read(None)), echo.marks("make DONE"))
    terminal.rows = ["nomake DONEmake DONE", "DONE", ""]
    tail.take(terminal.read(None))
    assert [isinstance(line, echo.Doubtful) for line in output(tail)] == [True, False]


def test_the_beginning_of_what_was_sent_is_doubtful_as_long_as_its_end_is_missing() -> None:
    """A shell that was still starting draws it in pieces, behind its prompt."""
    terminal = Terminal()
    tail = Tail(known.anchor(terminal.read(None)), echo.marks("make -k DONE; true"))
    wish = waiting.WaitCondition([waiting.pattern("DONE")])
    progress = waiting._Progress(0.0)
    for row, left, doubtful in (
        ("some> ", ["some> "], False),
        ("some> make -k DONE;", ["some> make -k DONE;"], True),
        ("some> make -k DONE; true", [], False),
    ):
        terminal.rows = ["make -k DONE; true", row]
        tail.take(terminal.read(None))
        assert output(tail) == left
        assert waiting._found(tail, wish, progress, sure=False) is None
        assert bool(progress.doubtful) == doubtful
    terminal.rows = ["make -k DONE; true", "some> make -k DONE; true", "DONE", ""]
    tail.take(terminal.read(None))
    found = waiting._found(tail, wish, progress, sure=False)
    assert found
    assert (found.kind, found.line) == (waiting.FOUND, "DONE")


def test_another_line_than_what_was_sent_is_no_beginning_of_it() -> None:
    terminal = Terminal()
    tail = Tail(known.anchor(terminal.read(None)), echo.marks("make DONE; true"))
    terminal.rows = ["make DONE; true", "some> make done"]
    tail.take(terminal.read(None))
    assert [(line, isinstance(line, echo.Doubtful)) for line in output(tail)] == [("some> make done", False)]


RIGHT = "some> " + " " * 30 + "DONE"


def waited(tail: Tail, *, sure: bool) -> str:
    """How a wait for what the right part of the prompt reads, too, goes on from here."""
    progress = waiting._Progress(0.0)
    found = waiting._found(tail, waiting.WaitCondition([waiting.pattern("DONE")]), progress, sure=sure)
    return (found or progress.doubtful or waiting.Outcome("", "", "", [], None)).kind


def test_a_line_that_does_not_show_yet_what_was_sent_is_doubtful_until_its_shell_has_drawn() -> None:
    terminal = Terminal()
    terminal.rows = [RIGHT]
    before = terminal.read(None)._replace(column=6)
    anchor = known.shown(before, known.anchor(before), "make DONE")
    assert anchor
    kept = anchors.parse(anchors.written(known.anchor(before), "", anchor))
    for place in (anchor, kept):
        tail = Tail(place, echo.marks("make DONE"))
        tail.take(before)
        assert (tail.undrawn, waited(tail, sure=False), waited(tail, sure=True)) == (True, "unsure", "found")
        terminal.rows = ["some> make DONE" + " " * 21 + "DONE"]
        tail.take(terminal.read(None)._replace(column=15))
        assert (tail.undrawn, waited(tail, sure=False)) == (False, "")
        tail.take(before)  # and now it was drawn anew
        assert (tail.undrawn, waited(tail, sure=False)) == (False, "found")


def test_what_was_kept_without_the_line_as_it_was_is_still_read() -> None:
    place = Anchor(1, 2, 3, alternate=False, width=80, above=(7,), head=8, right=9, echo=(10,))
    assert anchors.parse(anchors.written(place, "", place)) == place
    assert anchors.parse(anchors.written(place, "", place._replace(was=11))) == place._replace(was=11)
