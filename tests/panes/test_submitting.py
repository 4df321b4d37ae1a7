"""Text and Enter at programs that read their terminal as Ink and prompt_toolkit do: a paste is no Enter."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tty
from typing import TYPE_CHECKING

import pytest

from tests.support.prompts import Prompt
from tests.support.server import alive
from tests.support.sessions import create
from tests.support.wait import stays, until
from viewsync.panes import fenced, submitting
from viewsync.registry.targets import PaneAddress
from viewsync.system import foreground, line_discipline
from viewsync.tmux import input as tmux_input
from viewsync.tmux import pane_list
from viewsync.tmux.server import Tmux

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Done, Home, Server

PASTED = "\033[200~%s\033[201~"


def send(prompt: Prompt, *words: str) -> Done:
    done = prompt.server.home.viewsync("send", "-S", prompt.server.socket, "-t", prompt.pane, *words)
    assert prompt.server.tmux("list-buffers") == ""
    return done


@pytest.mark.parametrize("options", [(), ("plain",), ("slow",), ("alternate",)], ids="".join)
def test_a_text_is_marked_where_that_is_asked_for_and_enter_comes_when_it_was_read(
    server: Server, options: tuple[str, ...]
) -> None:
    prompt = Prompt(server, "ink", *options)
    texts = ["one line", "a tab\tand\ntwo lines", "x"]
    for text in texts:
        assert send(prompt, "-c", text).code == 0
    until(lambda: prompt.shown().count("got: ") == 3, "three drafts")
    marks = "%s" if "plain" in options else PASTED
    assert prompt.reads() == [marks % texts[0], "\r", marks % texts[1], "\r", "x", "\r"]


@pytest.mark.parametrize("alias", ["set-buffer=nonsense", "paste-buffer=nonsense", "set-buffer='"])
def test_an_alias_that_breaks_the_enter_to_come_ends_no_server(server: Server, alias: str) -> None:
    """Trap I: what the server does later by itself has to be a command then."""
    prompt = Prompt(server, "ink")
    server.tmux("set-option", "-s", "command-alias[100]", alias)
    send(prompt, "-c", "a long line " * 6000)
    stays(lambda: server.tmux("display-message", "-p", "#{pid}") == str(server.pid), 2.2)
    assert "proj" in server.sessions()


def test_a_switch_for_each_way(server: Server) -> None:
    prompt = Prompt(server, "asks")
    send(prompt, "--no-bracket", "-c", "typed\ttext")
    plain = Prompt(server, "plain", "plain")
    send(plain, "--bracket", "-c", "a paste")
    until(lambda: all("got: " in program.shown() for program in (prompt, plain)), "their drafts")
    assert (prompt.reads(), plain.reads()) == (["typed\ttext", "\r"], [PASTED % "a paste", "\r"])
    done = send(plain, "--bracket", "-c", "x\033[201~y")
    assert (done.code, "the end of a paste" in done.err) == (4, True)


def test_keys_in_a_text_stay_keys(server: Server) -> None:
    prompt = Prompt(server, "ink")
    send(prompt, "-l", "-c", "\x15abc\x1b[D")
    until(lambda: prompt.reads() == ["\x15abc\x1b[D"], "them")


@pytest.mark.parametrize(
    ("options", "typed"),
    [
        (("called:vim",), True),
        (("called:vim", "behind-sh", "alternate"), True),
        (("called:ssh", "alternate"), True),
        (("called:ssh",), False),
    ],
    ids=str,
)
def test_a_line_for_an_editor_is_typed(server: Server, options: tuple[str, ...], typed: bool) -> None:
    """A paste would go into the file. Behind ssh an alternate screen may be an editor's."""
    prompt = Prompt(server, "editor", *options)
    send(prompt, "-c", ":wq")
    until(lambda: "\r" in prompt.reads(), "Enter")
    assert prompt.reads() == [":wq" if typed else PASTED % ":wq", "\r"]


@pytest.mark.parametrize(
    ("options", "presses"),
    [
        ((), 1),
        (("swallows1",), 2),
        (("swallows2", "boxed"), 3),
        (("swallows1", "grows"), 2),
        (("swallows1", "folds"), 2),
        (("slow", "boxed"), 1),
        (("alternate", "swallows1"), 2),
    ],
    ids=str,
)
def test_verify_presses_enter_until_the_draft_is_gone(server: Server, options: tuple[str, ...], presses: int) -> None:
    prompt = Prompt(server, "ink", *options)
    done = send(prompt, "--verify", "--json", "-c", "fix the\nfailing test")
    assert (done.code, done.json()["outcome"], done.json()["submitted"]) == (0, "sent", True), prompt.shown()
    assert prompt.reads() == [PASTED % "fix the\nfailing test", *["\r"] * presses]
    assert prompt.shown().count("got: fix the") == 1


@pytest.mark.parametrize("options", [("grows",), ("boxed",)], ids="".join)
def test_typed_and_not_submitted_is_an_outcome(server: Server, options: tuple[str, ...]) -> None:
    prompt = Prompt(server, "ink", "swallows9", *options)
    done = send(prompt, "--verify", "--json", "-c", "hello there", "-w", "got")
    assert (done.code, done.json()["outcome"], done.json()["submitted"]) == (5, "not-submitted", False)
    assert "typed, not submitted: it still stands there (Enter was pressed 3 times)" in done.err
    assert prompt.reads() == [PASTED % "hello there", "\r", "\r", "\r"]


@pytest.mark.parametrize("line", ["true", "sleep 60", "printf '\\033[H\\033[J'", "echo a; echo b; exec cat", "exit"])
def test_a_shell_takes_a_line_once(server: Server, home: Home, line: str) -> None:
    server.tmux("new-session", "-d", "-s", "web", "env", "PS1=$ ", "bash", "--norc")
    until(lambda: server.tmux("capture-pane", "-p", "-t", "web:").startswith("$"), "its prompt")
    done = home.viewsync("send", "-S", server.socket, "-t", "web", "--verify", "--json", "-c", line)
    assert (done.code, done.json()["submitted"]) == (0, True)
    if line == "exit":
        return
    shown = server.tmux("capture-pane", "-p", "-t", "web:").strip()
    assert len(re.findall(r"^\$", shown, re.MULTILINE)) == (1 if line[0] in "sp" or "cat" in line else 2)


def test_a_line_that_nobody_reads_is_not_submitted(server: Server, home: Home) -> None:
    server.tmux("new-session", "-d", "-s", "web", "sleep", "1000")
    words = ("send", "-S", server.socket, "-t", "web", "--verify", "-c", "x")
    until(lambda: server.show("web:", "#{pane_current_command}") == "sleep", "it")
    done = home.viewsync(*words)
    assert (done.code, "its program has not read it" in done.err) == (5, True)


def test_a_sender_that_is_killed_between_text_and_enter_leaves_enter_to_the_server(server: Server, home: Home) -> None:
    """The program reads nothing yet, and the sender waits for that."""
    prompt = Prompt(server, "ink", "waits")
    argv = [home.launcher, "send", "-S", server.socket, "-t", prompt.pane, "-c", "whole"]
    sender = subprocess.Popen(argv, env=home.env)
    terminal = server.show(prompt.pane, "#{pane_tty}")
    until(lambda: line_discipline.unread(terminal) > 0, "the text")
    sender.kill()
    sender.wait(60)
    until(lambda: "@viewsync_enter" not in server.tmux("show-options", "-p", "-t", prompt.pane), "its Enter")
    prompt.hear()
    until(prompt.reads, "all of it")
    assert stays(lambda: "".join(prompt.reads()), 0.2) == PASTED % "whole" + "\r"


def left(server: Server, pane: str, text: str) -> None:
    """As by a sender that is killed before it presses Enter; the server would in a minute."""
    tmux = Tmux("tmux", 60.0, server.home.env)
    seen = pane_list.read(tmux, server.socket).server
    what = tmux_input.Input(text, tmux_input.ASKED, enter=True, later=tmux_input.Later("0123456789abcdef", 60.0))
    assert not tmux_input.put(tmux, seen, pane, what, "").refused


@pytest.mark.parametrize("reads", [True, False])
def test_the_next_sender_comes_behind_that_enter_and_not_onto_its_line(server: Server, *, reads: bool) -> None:
    prompt = Prompt(server, "ink", *([] if reads else ["waits"]))
    left(server, prompt.pane, "first")
    assert send(prompt, "-c", "second").code == 0
    if not reads:
        prompt.hear()
    whole = PASTED % "first" + "\r" + PASTED % "second" + "\r"
    until(lambda: "".join(prompt.reads()) == whole, "both, each with its Enter")
    if reads:
        assert prompt.reads().count("\r") == 2
    assert stays(lambda: "".join(prompt.reads()), 0.2) == whole


@pytest.mark.parametrize("words", [("send", "-c", "echo 2$((1))"), ("exec", "--", "echo 2$((1))")], ids=" ".join)
def test_in_a_shell_too_whoever_comes_next(server: Server, home: Home, words: tuple[str, ...]) -> None:
    create(server, "web", "--", "sh", "-i")
    pane = server.show("web:", "#{pane_id}")
    until(lambda: server.tmux("capture-pane", "-p", "-t", pane).strip(), "its prompt")
    left(server, pane, "echo 1$((1))")
    done = home.viewsync(words[0], "-s", "web", *words[1:])
    assert done.code == 0, done
    # In 3.2a the lines of -J have blanks behind them.
    until(lambda: {"11", "21"} <= set(server.tmux("capture-pane", "-p", "-J", "-t", pane).split()), "both")


def test_a_line_that_ends_the_server_was_read(home: Home, servers: Callable[..., Server]) -> None:
    last = servers("last").start("-s", "web", "sh")
    until(lambda: foreground.sleeps(int(last.show("web:", "#{pane_pid}"))), "its prompt")
    done = home.viewsync("send", "-S", last.socket, "-t", "web", "--verify", "-c", "exit")
    assert (done.code, done.err) == (0, "")
    until(lambda: not alive(last.pid), "the server's end")


LATE = """import os, sys, time
sys.stdin.readline()
for part in sys.argv[2:]:
    time.sleep(0.3)
    os.write(int(sys.argv[1]), part.encode())
input()"""


@pytest.mark.parametrize(("reads", "ends"), [(True, False), (False, False), (True, True)])
def test_a_line_is_looked_for_once_the_server_has_written_it(server: Server, *, reads: bool, ends: bool) -> None:
    """tmux answers before it writes to a pane, on a busy machine long before. The line may end it, too."""
    seen = pane_list.read(Tmux("tmux", 60.0, server.home.env), server.socket).server
    ours, theirs = os.openpty()
    argv = [sys.executable, "-c", LATE, str(ours), "text", "\n"]  # the Enter may be late as well
    late = subprocess.Popen(argv, stdin=subprocess.PIPE, pass_fds=[ours])
    reader = subprocess.Popen(["head", "-n", "1"], stdin=theirs, stdout=subprocess.DEVNULL) if reads else None
    place = PaneAddress(server.socket, seen._replace(pid=late.pid), "%0")
    assert late.stdin
    with contextlib.closing(submitting.Line(place, os.ttyname(theirs), len("text"))) as line:
        late.stdin.write(b"\n\n" if ends else b"\n")
        late.stdin.flush()
        if ends:
            late.wait()
        assert line.submitted().seen == reads
    with contextlib.suppress(BrokenPipeError):
        late.communicate(b"" if ends else b"\n")
    for handle in (ours, theirs):
        os.close(handle)
    if reader:
        reader.wait()


def test_a_program_that_shows_nothing_gets_enter_once_the_text_was_written(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, both would come at once, and be taken for a paste."""
    monkeypatch.setattr(line_discipline, "READS", 60.0)
    tmux = Tmux("tmux", 60.0, server.home.env)
    seen = pane_list.read(tmux, server.socket).server
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    argv = [sys.executable, "-c", LATE, str(ours), "", "text"]
    late = subprocess.Popen(argv, stdin=subprocess.PIPE, pass_fds=[ours])
    reader = subprocess.Popen(["cat"], stdin=theirs, stdout=subprocess.DEVNULL)
    place = PaneAddress(server.socket, seen._replace(pid=late.pid), "%0")
    assert late.stdin
    made = submitting.Submission(tmux, place, late.pid, os.ttyname(theirs), len("text"), verify=False)
    with contextlib.closing(made) as submission, contextlib.closing(submitting.Counters(late.pid)) as counters:
        late.stdin.write(b"\n")
        late.stdin.flush()
        assert not submission.wait_until_taken()
        assert counters.has_written(len("text"))
    late.communicate(b"\n")
    reader.kill()
    reader.wait()
    for handle in (ours, theirs):
        os.close(handle)


def test_what_comes_behind_the_enter_of_a_killed_sender_waits_until_that_was_written(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmux = Tmux("tmux", 60.0, server.home.env)
    seen = pane_list.read(tmux, server.socket).server
    ours, theirs = os.openpty()
    late = subprocess.Popen([sys.executable, "-c", LATE, str(ours), "\n"], stdin=subprocess.PIPE, pass_fds=[ours])
    reader = subprocess.Popen(["cat"], stdin=theirs, stdout=subprocess.DEVNULL)
    place = PaneAddress(server.socket, seen._replace(pid=late.pid), "%0")
    assert late.stdin
    begin = late.stdin

    def press(*_: object) -> tmux_input.Answer:
        begin.write(b"\n")
        begin.flush()
        return tmux_input.Answer("", "")

    monkeypatch.setattr(line_discipline, "READS", 60.0)
    monkeypatch.setattr(tmux_input, "terminal", lambda *_: os.ttyname(theirs))
    monkeypatch.setattr(tmux_input, "press", press)
    with contextlib.closing(submitting.Counters(late.pid)) as counters:
        fenced._press(tmux, place, "token")
        assert counters.has_written(1)
    late.communicate(b"\n")
    reader.kill()
    reader.wait()
    for handle in (ours, theirs):
        os.close(handle)


def test_what_is_typed_otherwise_is_refused_in_words(server: Server) -> None:
    """By `run`, which types into panes that it has just made."""
    prompt = Prompt(server, "ink")
    left(server, prompt.pane, "first")
    tmux = Tmux("tmux", 60.0, server.home.env)
    seen = pane_list.read(tmux, server.socket).server
    refused = tmux_input.put_all(tmux, seen, [(prompt.pane, tmux_input.Input("second", enter=True))])
    assert refused == [tmux_input.DUE]
    assert server.tmux("list-buffers") == ""
    assert stays(lambda: "".join(prompt.reads()), 0.2) == PASTED % "first"
