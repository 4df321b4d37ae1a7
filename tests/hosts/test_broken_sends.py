"""A connection that breaks while a text is on its way: it is typed whole or not at all, and never twice."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import stays, until
from viewsync.context import Context
from viewsync.errors import TmuxTimeout
from viewsync.hosts import reaching
from viewsync.tmux import input as tmux_input
from viewsync.tmux import pane_list
from viewsync.tmux.input import Input
from viewsync.tmux.server import Tmux

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.far_host import FarHost
    from tests.support.server import Home
    from viewsync.system import process


class Reader:
    """A session `proj` there, whose program writes each line that it gets into a file."""

    def __init__(self, far: FarHost) -> None:
        self.path = os.path.join(far.home.path, "got")
        self.server = far.server("-s", "proj", f"stty -echo; exec cat >{self.path}")
        until(lambda: os.path.exists(self.path), "the reader")

    def lines(self) -> list[str]:
        with open(self.path, encoding="utf-8") as file:
            return file.read().split("\n")[:-1]


@pytest.fixture
def reader(far: FarHost) -> Iterator[Reader]:
    found = Reader(far)
    yield found
    found.server.stop()


def breaks_after(count: int) -> str:
    """What a login shell does so that only so many bytes of the input arrive, and then the connection ends."""
    return f'head -c {count} | sh -c "$SSH_ORIGINAL_COMMAND" >/dev/null; kill -9 $PPID; exit 1'


def test_a_large_text_of_which_a_part_arrived_is_not_typed(home: Home, far: FarHost, reader: Reader) -> None:
    far_ctx = reaching.context(Context(home.env), "far")
    socket = reaching.socket("far", "", "")
    server = pane_list.read(far_ctx.tmux, socket)
    text = "\n".join(f"line {number:05d}" for number in range(10_000))
    far.login("sh", before=breaks_after(100_000))
    with pytest.raises(TmuxTimeout):
        tmux_input.put(far_ctx.tmux, server.server, server.panes[0].id, Input(text, enter=True), "")
    assert stays(lambda: len(reader.lines())) == 0


def test_nothing_of_it_stays_in_tmux_once_the_host_is_back(home: Home, far: FarHost, reader: Reader) -> None:
    far_ctx = reaching.context(Context(home.env), "far")
    server = pane_list.read(far_ctx.tmux, reaching.socket("far", "", ""))
    once = os.path.join(far.home.path, "once")
    far.login("sh", before=f"if mkdir {once} 2>/dev/null; then {breaks_after(100_000)}; fi")
    with pytest.raises(TmuxTimeout):
        tmux_input.put(far_ctx.tmux, server.server, server.panes[0].id, Input("x" * 200_000, enter=True), "")
    assert reader.server.tmux("list-buffers") == ""
    assert stays(lambda: len(reader.lines())) == 0


class _Recorder(Tmux):
    """Keeps what would be said."""

    said = ""

    def run(self, socket: str, *words: str, stdin: str = "", starts: bool = False) -> process.Completed:
        del socket, words, starts
        self.said = stdin
        raise TmuxTimeout("it was only to be written down")


def test_any_part_of_a_script_types_all_of_the_text_or_nothing(home: Home, far: FarHost, reader: Reader) -> None:
    socket = reader.server.socket
    tmux = Tmux("tmux", 30.0, reader.server.home.env)
    reading = pane_list.read(tmux, socket)
    recorder = _Recorder("tmux", 30.0, home.env)
    with pytest.raises(TmuxTimeout):
        tmux_input.put(recorder, reading.server, reading.panes[0].id, Input("all of it; ' \" }", enter=True), "")
    script = recorder.said
    assert len(script) > 500
    for end in [*range(0, len(script), 7), len(script)]:
        tmux.run(socket, "source-file", "-", stdin=script[:end])
    until(lambda: len(reader.lines()) >= 1, "the whole script's text")
    assert set(stays(reader.lines)) == {"all of it; ' \" }"}


def test_a_sender_hears_that_it_may_have_arrived(home: Home, far: FarHost, reader: Reader) -> None:
    """The text is typed, and the connection breaks before anybody says so."""
    given = os.path.join(far.home.path, "given")
    run = f'sh -c "$SSH_ORIGINAL_COMMAND" <{given}'
    broken = f"{run} >/dev/null; kill -9 $PPID; exit 1"
    far.login("sh", before=f"cat >{given}; if grep -q paste-buffer {given}; then {broken}; fi; {run}; exit")
    done = home.viewsync("send", "-s", "far:proj", "-c", "once")
    assert done.code == 1, done
    assert "the text may have arrived: look before you send it again" in done.err
    until(lambda: reader.lines() == ["once"], "the text")
    assert stays(reader.lines) == ["once"]
