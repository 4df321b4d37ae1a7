"""Sending to real programs: every byte arrives, once, in one pane; and nothing of it stays anywhere else."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.support.reader import Reader
from tests.support.sessions import create
from tests.support.tree import tree
from tests.support.wait import stays, until
from viewsync.tmux.rules import keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Done, Home, Server

PASTED = b"\033[200~%s\033[201~"


def to(reader: Reader, *words: str, stdin: str = "", env: dict[str, str] | None = None) -> Done:
    done = reader.server.home.viewsync(
        "send", "-S", reader.server.socket, "-t", reader.pane, *words, stdin=stdin, env=env
    )
    assert done.code == 0, done
    assert reader.server.tmux("list-buffers") == ""
    return done


def file_of(home: Home, raw: bytes) -> str:
    path = os.path.join(home.path, "text")
    with open(path, "wb") as file:
        file.write(raw)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "; a ;",
        "echo hi;",
        "\\;",
        "-5",
        "--version",
        "--json",
        "-h",
        "--",
        "-R",
        "-tother:0.0",
        "- item\n- item",
        "#{pane_id} #(touch x) #[fg=red]",
        "'\"$HOME $(touch x) `touch x` \\ ~ %1",
        "{ } } {",
        "%if 1\n%endif",
        "a\n  # b\n\n\tc\n'\n\"\n",
        "é日本😀\u2028",
        "C-c ",
        "Up",
        "Enter",
        "__NOT_SET__",
        "\x01\x1b[A\x7f",
    ],
)
def test_d10_d11_d12_d25_text_is_text(server: Server, text: str) -> None:
    reader = Reader(server, "raw")
    to(reader, "-c", text)
    reader.gets(text.encode() + b"\r")
    to(reader, "--text", "-l", "-c", text)
    reader.gets(text.encode() + b"\r" + text.encode())


def test_every_byte_that_text_can_have(server: Server, home: Home) -> None:
    reader = Reader(server, "raw")
    raw = bytes(range(1, 256)) + b"\xff\xfe\xc3"
    to(reader, "-l", "--file", file_of(home, raw))
    reader.gets(raw)
    argv: list[str | bytes] = [home.launcher, "send", "-S", server.socket, "-t", reader.pane, "-l", "-c", raw]
    subprocess.run(argv, env=home.env, check=True, timeout=60)
    reader.gets(raw * 2)
    to(reader, "-l", "--file", file_of(home, b"a\0b\0"))
    reader.gets(raw * 2 + b"a\0b\0")


@pytest.mark.parametrize("size", [0, 1, 4_096, 16_500, 65_536, 65_537, 1_000_000, 10_000_000])
def test_d17_any_size_arrives_whole(server: Server, home: Home, size: int) -> None:
    reader = Reader(server, "raw")
    raw = (b"0123456789 'abc' \"def\" \\ #{x}\xc3\xa9\n" * (size // 30 + 1))[:size]
    to(reader, "-l", "--file", file_of(home, raw))
    reader.gets(raw)


def test_more_than_10_mb_is_refused_and_nothing_is_sent(server: Server, home: Home) -> None:
    reader = Reader(server, "raw")
    path = file_of(home, b"x" * 10_000_001)
    done = home.viewsync("send", "-S", server.socket, "-t", reader.pane, "-l", "--file", path)
    assert (done.code, "longer than 10,000,000 bytes" in done.err) == (4, True)
    assert stays(reader.got, 0.2) == b""


def test_standard_input_too(server: Server) -> None:
    reader = Reader(server, "raw")
    to(reader, "--file", "-", stdin="a\nb\n")
    reader.gets(b"a\nb\r")


def test_enter_is_a_step_of_its_own_behind_a_bracketed_block(server: Server) -> None:
    reader = Reader(server, "raw", bracketed=True)
    to(reader, "-m", "-c", "a\n\tb\n\n")
    want = PASTED % b"a\n\tb\n" + b"\r"
    reader.gets(want)
    to(reader, "-c", "one line")
    reader.gets(want := want + PASTED % b"one line" + b"\r")
    to(reader, "-c", "a\tb")
    reader.gets(want := want + PASTED % b"a\tb" + b"\r")
    to(reader, "-m", "-c", "a\033[201~\nb")
    reader.gets(want + b"a\033[201~\nb\r")


def test_d16_two_loops_of_senders_do_not_mix_their_panes(server: Server) -> None:
    readers = [Reader(server, name) for name in "ab"]
    loop = 'i=0; while [ $i -lt 15 ]; do "$0" send -S "$1" -t "$2" -m -c "$3$i\n$3" || exit 1; i=$((i+1)); done'
    started = [
        subprocess.Popen(
            ["sh", "-c", loop, server.home.launcher, server.socket, reader.pane, name], env=server.home.env
        )
        for reader, name in zip(readers, "AB", strict=True)
    ]
    assert [process.wait(60) for process in started] == [0, 0]
    for reader, name in zip(readers, "AB", strict=True):
        reader.gets("".join(f"{name}{i}\n{name}\r" for i in range(15)).encode())


def test_twenty_senders_to_one_pane_come_one_after_the_other(server: Server, home: Home) -> None:
    reader = Reader(server, "raw")
    blocks = [f"{chr(65 + i)}\n" * 400 for i in range(20)]
    argv = [home.launcher, "send", "-S", server.socket, "-t", reader.pane, "-m", "--lease-timeout", "60s", "-c"]
    started = [subprocess.Popen([*argv, block], env=home.env) for block in blocks]
    assert [process.wait(60) for process in started] == [0] * 20
    until(lambda: reader.got().count(b"\r") == 20, "all blocks")
    assert sorted(reader.got().split(b"\r")[:-1]) == [block.removesuffix("\n").encode() for block in blocks]
    assert server.tmux("list-buffers") == ""


def leased(server: Server, *words: str) -> subprocess.Popen[bytes]:
    """A sender that holds the pane's lease, since it waits for what does not come."""
    argv = [server.home.launcher, "send", "-S", server.socket, *words, "-w", "never comes", "-T", "60"]
    return subprocess.Popen(argv, env=server.home.env, stderr=subprocess.DEVNULL)


def test_a_lease_is_held_for_the_whole_wait_and_ends_with_its_process(server: Server, home: Home) -> None:
    reader = Reader(server, "raw")
    holder = leased(server, "-t", reader.pane, "-c", "first")
    reader.gets(b"first\r")
    words = ("send", "-S", server.socket, "-t", reader.pane)
    done = home.viewsync(*words, "-c", "second", "--lease-timeout", "100ms")
    assert done.code == 75
    assert "another sender" in done.err
    assert done.err.count("\n") == 1
    assert home.viewsync(*words, "-c", "C-c", "--lease-timeout", "0").code == 0
    assert home.viewsync(*words, "--keys", "Up", "--lease-timeout", "0").code == 0
    reader.gets(b"first\r\x03\033[A")
    holder.kill()
    assert holder.wait(60) == -signal.SIGKILL
    assert home.viewsync(*words, "-c", "third", "--lease-timeout", "0").code == 0
    reader.gets(b"first\r\x03\033[Athird\r")


def test_a_lease_is_of_one_pane(server: Server) -> None:
    one, two = Reader(server, "one"), Reader(server, "two")
    holder = leased(server, "-t", one.pane, "-c", "x")
    one.gets(b"x\r")
    to(two, "-c", "y", "--lease-timeout", "0")
    holder.kill()
    holder.wait(60)


def test_a_sender_killed_at_any_moment_sends_all_or_nothing_and_leaves_nothing(server: Server, home: Home) -> None:
    reader = Reader(server, "raw")
    raw = b"0123456789abcde\n" * 125_000
    path = file_of(home, raw)
    argv = [home.launcher, "send", "-S", server.socket, "-t", reader.pane, "--file", path]
    arrived = 0
    for delay in range(12):
        sender = subprocess.Popen(argv, env=home.env)
        with contextlib.suppress(subprocess.TimeoutExpired):
            sender.wait(0.04 + delay * 0.01)
        sender.kill()
        sender.wait(60)
        until(lambda: server.tmux("list-buffers") == "", "no buffer")
        until(lambda: len(reader.got()) % len(raw) == 0, "all or nothing")
        arrived = len(reader.got()) // len(raw)
    assert reader.got() == (raw[:-1] + b"\r") * arrived
    to(reader, "-c", "behind", "--lease-timeout", "0")


@pytest.mark.parametrize("size", [40_000, 1_000_000])
def test_a_sender_killed_while_tmux_reads_has_sent_all_of_it(server: Server, home: Home, size: int) -> None:
    """Out of a pipe tmux would read a part, and paste it with Enter behind. Of the first text nothing would be sent, as
    the screen has to be looked at before.
    """
    reader = Reader(server, "raw")
    to(reader, "-c", "first")
    path, started = os.path.join(home.path, "tmux"), os.path.join(home.path, "started")
    wait = f"echo x > {started}; while kill -0 $PPID 2>/dev/null; do sleep 0.01; done"
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\ncase "$*" in *load-buffer*|*source-file*) {wait} ;; esac\nexec tmux "$@"\n')
    os.chmod(path, 0o700)
    raw = b"0123456789abcde\n" * (size // 16)
    argv = [home.launcher, "send", "-S", server.socket, "-t", reader.pane, "--file", file_of(home, raw)]
    sender = subprocess.Popen(argv, env={**home.env, "VIEWSYNC_TMUX": path}, stderr=subprocess.DEVNULL)
    until(lambda: os.path.exists(started), "its tmux")
    sender.kill()
    sender.wait(60)
    reader.gets(b"first\r" + raw[:-1] + b"\r")
    assert server.tmux("list-buffers") == ""


def test_a_sender_killed_while_the_server_is_asked_sends_nothing(server: Server, home: Home) -> None:
    """What takes a short text is there by then, and waits for it."""
    reader = Reader(server, "raw")
    os.kill(server.pid, signal.SIGSTOP)
    try:
        sender = subprocess.Popen(
            [home.launcher, "send", "-S", server.socket, "-t", reader.pane, "-c", "never"], env=home.env
        )
        until(lambda: len(clients_of(sender.pid)) == 2, "the client that asks, and the one that waits")
        sender.kill()
        sender.wait(60)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    to(reader, "-c", "behind")
    reader.gets(b"behind\r")


def clients_of(pid: int) -> list[int]:
    with contextlib.suppress(psutil.Error):
        return [child.pid for child in psutil.Process(pid).children() if "tmux" in child.cmdline()]
    return []


def test_the_text_is_in_no_process_list_and_few_calls_of_tmux_do_it(server: Server, home: Home) -> None:
    log, path = os.path.join(home.path, "argv.log"), os.path.join(home.path, "tmux")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nfor word; do printf "%s " "$word"; done >> {log}\necho >> {log}\nexec tmux "$@"\n')
    os.chmod(path, 0o700)
    reader = Reader(server, "raw")
    to(reader, "-c", "first")  # from now on nothing has to be read off the screen
    for words in (
        ("-c", "sekret"),
        ("-m", "-c", "sekret\nsekret"),
        ("--keys", "s", "e", "k"),
        ("--file", file_of(home, b"sss\n" * 50_000)),
    ):
        with open(log, "w", encoding="utf-8"):
            pass
        to(reader, *words, env={"VIEWSYNC_TMUX": path})
        with open(log, encoding="utf-8") as file:
            calls = file.readlines()
        # What is there, the text, and its Enter with what stood on the screen then.
        assert len(calls) == (2 if "--keys" in words else 3), calls
        assert not any("sekret" in call or "sss" in call or " k " in call for call in calls)


def test_the_text_is_in_no_file_of_ours(server: Server, home: Home) -> None:
    create(server, "web")
    assert home.viewsync("send", "-s", "web", "-c", "TOKEN=sekret123").code == 0
    assert home.viewsync("send", "-s", "web", "-m", "-c", "TOKEN=sekret123\n" * 200).code == 0
    for path, (_, _, raw) in tree(home.state).items():
        assert b"sekret123" not in raw, path
    assert "sekret" not in server.tmux("show-options", "-p", "-t", "web:")


def test_d21_copy_mode_is_left_first(server: Server) -> None:
    reader = Reader(server, "raw")
    for words in (("-c", "x"), ("--keys", "x")):
        server.tmux("copy-mode", "-t", reader.pane)
        to(reader, *words)
        assert server.show(reader.pane, "#{pane_in_mode}") == "0"
    reader.gets(b"x\rx")


def test_a_window_with_synchronized_panes_gets_text_in_one_of_them(server: Server, home: Home) -> None:
    one, two = Reader(server, "one"), Reader(server, "two")
    server.tmux("join-pane", "-s", two.pane, "-t", one.pane)
    server.tmux("set-option", "-w", "-t", one.pane, "synchronize-panes", "on")
    to(one, "-m", "-c", "a\nb")
    one.gets(b"a\nb\r")
    done = home.viewsync("send", "-S", server.socket, "-t", one.pane, "-c", "C-c")
    assert (done.code, "synchronized" in done.err) == (3, True)
    assert stays(two.got, 0.2) == b""
    server.tmux("set-option", "-w", "-t", one.pane, "synchronize-panes", "off")
    to(one, "-c", "C-c")
    one.gets(b"a\nb\r\x03")


def test_every_key_in_the_table_is_pressed_and_not_typed(server: Server) -> None:
    reader = Reader(server, "raw")
    names = [*keys.MOVING, *keys.TYPING, *keys.KEYPAD, "C-Space", "C-M-Space", "M-Enter", "M-KP5", "M-é"]
    names += [f"{modifier}-{name}" for modifier in ("C", "M", "S", "C-M-S") for name in keys.MOVING]
    names += [f"C-{char}" for char in "abcdefghijklmnopqrstuvwxyz@[\\]^_?/-"]
    for name in names:
        assert keys.is_key(name), name
    to(reader, "--keys", *(word for name in names for word in (name, "=")))
    until(lambda: reader.got().count(b"=") >= len(names), "all of them")
    pressed = reader.got().split(b"=")
    assert [name for name, raw in zip(names, pressed, strict=False) if not raw or raw == name.encode()] == []


def test_extended_keys_are_pressed_whether_they_were_asked_for_or_not(server: Server) -> None:
    """Nothing of their names is typed, and S-Enter is not the Enter that would submit. 3.5 has a second form."""
    names = ["S-Enter", "C-Enter", "C-Tab", "C-S-Tab", "M-S-Enter", "S-Space", "C-1", "C-é"]
    codes = [b"13;2", b"13;5", b"9;5", b"9;6", b"13;4", b"32;2", b"49;5", b"233;5"]
    reader = Reader(server, "raw")
    to(reader, "--keys", *names, "x", "Enter", "S-Tab")
    reader.gets(b"".join(b"\033[%su" % code for code in codes) + b"x\r\033[Z")
    server.tmux("set-option", "-s", "extended-keys", "always")
    asks = Reader(server, "asks", extended=True)
    to(asks, "--keys", *names[:3])
    both = [b"\033[%su" % code for code in codes[:3]], [b"\033[27;2;13~", b"\033[27;5;13~", b"\033[27;5;9~"]
    until(lambda: asks.got() in [b"".join(form) for form in both], "them")


@pytest.mark.parametrize("program", ["cat", "dead", "off", "gone"])
def test_a_pane_that_cannot_take_it(server: Server, home: Home, program: str) -> None:
    server.tmux("new-session", "-d", "-s", "web", "cat")
    server.tmux("set-option", "-w", "-t", "web:", "remain-on-exit", "on")
    if program == "dead":
        server.tmux("respawn-pane", "-k", "-t", "web:", "true")
        until(lambda: server.show("web:", "#{pane_dead}") == "1", "its end")
    if program == "off":
        server.tmux("select-pane", "-d", "-t", "web:")
    target = "web:7.3" if program == "gone" else "web"
    done = home.viewsync("send", "-S", server.socket, "-t", target, "-c", "x\ny")
    said = {"cat": "", "dead": "Pane not ready: its program ended", "off": "input is switched off", "gone": "Pane does"}
    assert (done.code, done.err.count("\n")) == ((0, 0) if program == "cat" else (3, 1))
    assert said[program] in done.err
    assert server.tmux("list-buffers") == ""
    assert "exit code 0" not in done.err  # D24


def test_d24_the_reason_is_named(server: Server, home: Home) -> None:
    done = home.viewsync("send", "-S", os.path.join(home.path, "none"), "-t", "x", "-c", "x")
    assert (done.code, "Pane not ready: no tmux server on" in done.err) == (3, True)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ('*source-file*) cat >{given}; {swap}; exec tmux "$@" <{given} ;;', "x"),
        ('*source-file*) cat >{given}; {swap}; exec tmux "$@" <{given} ;;', "x" * 1000),
        ('*list-panes*) tmux "$@"; sleep 0.3; {swap}; exit 0 ;;', "x"),  # what takes it is a client of the first server
    ],
)
def test_a_pane_of_a_later_server_is_another_one(
    servers: Callable[..., Server], home: Home, asked: str, text: str
) -> None:
    """What was read is not what the text arrives at: the server changes between the two calls."""
    one = servers().start("-s", "web", "sh", "-c", 'trap "" HUP; exec sleep 1000')
    (outlives,) = [int(line.split()[-1]) for line in one.pane_pids()]
    path, given = os.path.join(home.path, "tmux"), os.path.join(home.path, "given")
    # The second call finds a new server with the same pane id on the same socket.
    tmux = f"tmux -f /dev/null -S {one.socket}"
    swap = f"{tmux} kill-server; while {tmux} has-session; do :; done; {tmux} new-session -d -s web cat"
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\ncase "$*" in {asked.format(given=given, swap=swap)} esac\nexec tmux "$@"\n')
    os.chmod(path, 0o700)
    done = home.viewsync("send", "-S", one.socket, "-t", "web", "-c", text, env={"VIEWSYNC_TMUX": path})
    os.kill(outlives, signal.SIGKILL)
    one.pid = int(one.tmux("display-message", "-p", "#{pid}"))
    assert (done.code, "the pane is gone" in done.err) == (3, True), done
    assert stays(lambda: one.tmux("capture-pane", "-p", "-t", "web:"), 0.2) == ""
    assert one.tmux("list-buffers") == ""


def test_d54_a_server_that_hangs_gets_nothing_and_says_so(server: Server, home: Home) -> None:
    reader = Reader(server, "raw")
    os.kill(server.pid, signal.SIGSTOP)
    env = {"VIEWSYNC_TMUX_TIMEOUT": "0.2"}
    words = ("send", "-S", server.socket, "-t", reader.pane, "-c", "x", "-r", "2", "-i", "0.05")
    done = home.viewsync(*words, env=env)
    os.kill(server.pid, signal.SIGCONT)
    assert done.code == 1
    assert "Failed to send command after 2 attempts" in done.err
    assert stays(reader.got, 0.3) == b""


def test_a_line_that_the_terminal_would_cut_is_refused(server: Server, home: Home) -> None:
    out = os.path.join(home.path, "out")
    server.tmux("new-session", "-d", "-s", "web", f"cat > {out}")
    words = ("send", "-S", server.socket, "-t", "web", "-c")
    done = home.viewsync(*words, "x" * 4096)
    assert (done.code, "lines of 4095 bytes" in done.err) == (3, True)
    assert home.viewsync(*words, "x" * 4095).code == 0
    until(lambda: os.path.getsize(out) >= 4096, "the line")
    assert os.path.getsize(out) == 4096
    lines = ("y" * 4000 + "\n") * 50 + "end"
    assert home.viewsync(*words[:-1], "--file", "-", stdin=lines).code == 0
    until(lambda: os.path.getsize(out) == 4096 + 50 * 4001 + 4, "all lines")


def test_last_active_is_told_unless_somebody_holds_the_registry(server: Server, home: Home) -> None:
    create(server, "web")

    def last_active() -> str:
        return str(home.registry()["sessions"]["web"]["last_active"])

    def age() -> None:
        path = os.path.join(home.state, ".sessions.json")
        data = home.registry()
        data["sessions"]["web"]["last_active"] = "2025-11-23T12:00:00Z"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(data, file)

    age()
    assert home.viewsync("send", "-c", "").code == 0
    assert last_active() > "2026"
    age()
    holder = home.program(["flock", os.path.join(home.state, ".sessions.lock"), "sh", "-c", "echo held; read line"])
    until(lambda: "held" in holder.text(), "the lock")
    done = home.viewsync("send", "-s", "web", "-c", "echo $((40+2))", env={"LOCK_TIMEOUT": "60"})
    assert (done.code, done.err) == (0, "")
    assert last_active() == "2025-11-23T12:00:00Z"
    until(lambda: "42" in server.tmux("capture-pane", "-p", "-t", "web:"), "the answer")
    with open(os.path.join(home.state, "log", "viewsync.log"), encoding="utf-8") as file:
        assert "last_active of web" in file.read()
