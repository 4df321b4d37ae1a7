"""viewsync exec where something comes in between: a C-c, the end of the shell, of time, or of viewsync; or others."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.support.executing import execute, folders, in_foreground, relays, screen, takes_output
from tests.support.sessions import create
from tests.support.wait import stays, until
from viewsync.context import Context

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.support.server import Home, Server


def test_c_c_in_the_pane_interrupts_it(
    shell: str, server: Server, home: Home, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    process = started("-s", "sh", "--", "echo begun; env sleep 1000; sleep 1000")  # env: some shells sleep themselves
    until(lambda: "begun" in screen(server).splitlines(), "its start")
    until(lambda: in_foreground(server, "sleep"), "the program in the foreground")
    server.tmux("send-keys", "-t", "=sh:", "C-c")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, b"begun\n"), err
    assert execute(home, "--", "echo alive").out == "alive\n"
    assert folders(home) == []


def test_and_so_it_does_where_a_program_in_the_background_goes_on(
    shell: str, server: Server, home: Home, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    process = started("-s", "sh", "--", "sleep 1000 & holder=$!; echo begun; env sleep 1000")
    until(lambda: process.stdout and b"begun" in process.stdout.readline(), "its start")
    until(lambda: in_foreground(server, "sleep"), "the program in the foreground")
    server.tmux("send-keys", "-t", "=sh:", "C-c")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    execute(home, "--", "kill $holder")


HOLD = """for process in /proc/[0-9]*; do
case $(readlink $process/fd/0) in {0}/*/pipe)
kill -STOP ${{process#/proc/}}
(sleep 0.1; kill -CONT ${{process#/proc/}}) </dev/null >/dev/null 2>&1 &
esac
done
"""


@pytest.mark.parametrize("trap", ["", "trap 'echo debug' DEBUG"])
def test_the_prompt_comes_behind_what_a_command_wrote_that_exits(
    shell: str, server: Server, home: Home, trap: str
) -> None:
    """Its relay is late. What came behind the prompt would stand where the next one looks for it."""
    if trap and "ksh93" not in shell:
        return  # other shells call no such trap there
    if trap:
        server.tmux("send-keys", "-t", "=sh:", trap, "Enter")
    hold = os.path.join(home.path, "hold")
    with open(hold, "w", encoding="utf-8") as file:
        file.write(HOLD.format(os.path.join(Context(home.env).folder, "exec")))
    done = execute(home, "--", f"/bin/sh {hold}; printf '%s\\n' written; exit 3")
    assert (done.code, "written" in done.out.splitlines()) == (3, True), done
    until(lambda: not relays(home), "the end of its relay")
    assert not screen(server).rstrip().endswith(("written", "debug"))
    assert execute(home, "--", "/bin/sh -c 'exit 4'").code == 4


@pytest.mark.parametrize("remain", ["on", "off"])
def test_a_shell_that_ends_is_told_of(shell: str, server: Server, home: Home, remain: str) -> None:
    server.tmux("set-option", "-g", "remain-on-exit", remain)
    done = execute(home, "--", "echo last words; exec true")
    assert (done.code, done.out) == (125, "last words\n")
    assert "the shell in sh ended; its output up to then is complete" in done.err
    assert folders(home) == []
    done = execute(home, "--", "echo x")
    assert (done.code, done.out, done.err.count("\n")) == (125, "", 1)


def test_when_time_is_over_the_command_goes_on(shell: str, server: Server, home: Home) -> None:
    mark = os.path.join(home.path, "go")
    command = f"echo begun; while [ ! -e {mark} ]; do sleep 0.05; done; echo finished; cd /usr"
    done = home.viewsync("exec", "-s", "sh", "-T", "500ms", "--", command)
    assert (done.code, "begun\n".startswith(done.out)) == (124, True)  # a busy machine may not have shown it by then
    assert "time ran out (500ms): the command keeps running in sh" in done.err
    done = home.viewsync("exec", "-s", "sh", "-T", "500ms", "--", "echo x")
    assert done.code == 125
    assert "sh is busy: " in done.err
    with open(mark, "w", encoding="utf-8"):
        pass
    until(lambda: "finished" in screen(server), "its end")
    until(lambda: folders(home) == [], "the folder to be removed")
    assert execute(home, "--", "pwd").out == "/usr\n"


def test_what_comes_after_its_time_stands_before_the_prompt(server: Server, home: Home) -> None:
    """Though what shows it from then on is slow to begin."""
    programs, mark = os.path.join(home.path, "programs"), os.path.join(home.path, "go")
    os.mkdir(programs)
    with open(os.path.join(programs, "cat"), "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\nsleep 0.3\nexec /bin/cat "$@"\n')
    os.chmod(file.name, 0o700)
    with open(os.path.join(home.path, "rc"), "w", encoding="utf-8") as file:
        file.write(f"PATH={programs}:$PATH\nPS1='$ '\n")
    create(server, "sh", "--", "bash", "--rcfile", file.name)
    command = f"echo begun; while [ ! -e {mark} ]; do sleep 0.05; done; echo finished"
    assert home.viewsync("exec", "-s", "sh", "-T", "500ms", "--", command).code == 124
    with open(mark, "w", encoding="utf-8"):
        pass
    until(lambda: "finished" in screen(server), "its end")
    assert "finished" in screen(server).splitlines()


def test_time_is_over_too_for_output_without_end(bash: dict[str, str], server: Server, home: Home) -> None:
    done = home.viewsync("exec", "-s", "sh", "-T", "2", "--", "yes")
    assert (done.code, done.out[:4]) == (124, "y\ny\n")
    server.tmux("send-keys", "-t", "=sh:", "C-c")
    until(lambda: folders(home) == [], "the folder to be removed")


def test_output_that_cannot_be_kept_is_an_error(bash: dict[str, str], home: Home) -> None:
    execute(home, "--", "ulimit -f 8")
    done = execute(home, "--", "seq 100000")
    assert done.code == 125
    assert "viewsync could not save the output" in done.err
    until(lambda: folders(home) == [], "the folder to be removed")


@pytest.mark.parametrize("program", ["tee", "dd"])
def test_what_one_that_ended_took_along_is_missed_however_late_that_is_told(
    program: str, bash: dict[str, str], home: Home, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    """On a busy machine whoever is to tell of it may not have been its turn yet."""
    mark = os.path.join(home.path, "go")
    process = started("-s", "sh", "--", f"sleep 1000 & echo be''gun; while [ ! -e {mark} ]; do :; done")
    assert process.stdout
    assert process.stdout.readline() == b"begun\n"
    (ended,) = relays(home, program)
    relay = ended.parent()
    assert relay
    (holder,) = [child for child in psutil.Process(int(bash["pid"])).children() if child.name() == "sleep"]
    folder = os.path.join(home.state, "exec", folders(home)[0])
    try:
        relay.suspend()
        ended.kill()
        with open(mark, "w", encoding="utf-8"):
            pass
        until(lambda: os.path.exists(os.path.join(folder, "code.0")), "the exit code")
        assert stays(process.poll) is None
        relay.resume()
        _, err = process.communicate(timeout=60)
        assert (process.returncode, b"viewsync could not save the output" in err) == (125, True)
    finally:
        with contextlib.suppress(psutil.Error):
            relay.resume()
        holder.kill()


def test_output_that_stands_still_is_waited_for(
    shell: str, server: Server, home: Home, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    """A C-s in the pane, or a terminal that is slow: the code is known long before all of the output, and a program in
    the background holds the pipe.
    """
    words = {word: os.path.join(home.path, word) for word in ("begun", "held")}
    waits = "".join(f"echo {word}; while [ ! -e {mark} ]; do sleep 0.05; done; " for word, mark in words.items())
    holder = os.path.join(home.path, "holder")  # no job of the shell's, which would tell of its end when it likes
    process = started("-s", "sh", "--", f"(sleep 1000 & echo $! > {holder}); {waits}seq 300; (exit 4)")
    for word, mark in words.items():
        assert process.stdout
        assert process.stdout.readline() == f"{word}\n".encode()
        if word == "begun":
            server.tmux("send-keys", "-t", "=sh:", "C-s")
        # At the second word, what shows the output stands still, too. Else it might read the rest and its end at once.
        until(lambda: not takes_output(server), "the terminal to stand still")
        with open(mark, "w", encoding="utf-8"):
            pass
    assert stays(process.poll) is None
    server.tmux("send-keys", "-t", "=sh:", "C-q")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (4, b"".join(b"%d\n" % number for number in range(1, 301)), b"")
    assert execute(home, "--", f"kill $(cat {holder}); echo alive").out == "alive\n"


def test_and_when_time_is_over_before_that_is_told_of(bash: dict[str, str], server: Server, home: Home) -> None:
    command = f"tmux -S {server.socket} send-keys -t =sh: C-s; sleep 0.3; seq 10; (exit 4)"
    done = home.viewsync("exec", "-s", "sh", "-T", "2", "--json", "--", command)
    data = done.json()
    assert (done.code, data["timed_out"], data["complete"]) == (124, True, False)
    assert (data["code"], "its output is not complete" in done.err) == (4, True)
    server.tmux("send-keys", "-t", "=sh:", "C-q")
    until(lambda: folders(home) == [], "the folder to be removed")
    assert execute(home, "--", "echo alive").out == "alive\n"


def test_json_when_time_is_over(bash: dict[str, str], server: Server, home: Home) -> None:
    done = home.viewsync("exec", "-s", "sh", "-T", "2", "--json", "--", "echo begun; sleep 1000")
    data = done.json()
    assert (done.code, data["code"], data["timed_out"], data["output"]) == (124, None, True, "begun\n")
    server.tmux("send-keys", "-t", "=sh:", "C-c")
    until(lambda: folders(home) == [], "the folder to be removed")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_viewsync_that_is_killed_disturbs_nothing(
    shell: str, server: Server, home: Home, started: Callable[..., subprocess.Popen[bytes]], number: int
) -> None:
    mark = os.path.join(home.path, "go")
    process = started("-s", "sh", "--", f"echo begun; while [ ! -e {mark} ]; do sleep 0.05; done; echo finished")
    until(lambda: "begun" in screen(server).splitlines(), "its start")
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == (130 if number == signal.SIGINT else -signal.SIGKILL)
    with open(mark, "w", encoding="utf-8"):
        pass
    until(lambda: "finished" in screen(server), "its end")
    until(lambda: folders(home) == [], "the folder to be removed")


def test_two_on_one_session_take_turns(bash: dict[str, str], started: Callable[..., subprocess.Popen[bytes]]) -> None:
    first = started("-s", "sh", "--", "echo 1; sleep 1.5; echo 1")
    assert first.stdout
    assert first.stdout.readline() == b"1\n"
    others = [started("-s", "sh", "--", f"echo {number}; sleep 0.2; echo {number}") for number in (2, 3, 4)]
    outs = [process.communicate(timeout=30)[0].decode() for process in (first, *others)]
    assert outs == ["1\n", "2\n2\n", "3\n3\n", "4\n4\n"]


def test_who_waits_for_its_turn_runs_out_of_time(
    bash: dict[str, str], home: Home, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    first = started("-s", "sh", "--", "echo 1; read -r line")
    assert first.stdout
    assert first.stdout.readline() == b"1\n"
    done = home.viewsync("exec", "-s", "sh", "-T", "0.3", "--", "echo 2")
    assert done.code == 125
    assert done.err == "viewsync: sh is busy: another exec runs in it (wait longer with -T)\n"


def test_several_sessions_do_not_wait_for_each_other(
    server: Server, home: Home, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    """Each waits for the file that the next one makes."""
    names = ["a", "b", "c"]
    for name in names:
        create(server, name, "--", "bash", "--norc")
    wait = "touch {0}.up; while [ ! -e {1}.up ]; do sleep 0.02; done; echo {0}"
    pairs = zip(names, names[1:] + names[:1], strict=True)
    processes = [started("-s", one, "--", f"cd; {wait.format(one, other)}") for one, other in pairs]
    assert [process.communicate(timeout=30)[0].decode() for process in processes] == ["a\n", "b\n", "c\n"]


def test_a_session_that_is_busy_is_refused(server: Server, home: Home, bash: dict[str, str]) -> None:
    server.tmux("send-keys", "-t", "=sh:", "sleep 1000", "Enter")
    until(lambda: server.show("=sh:", "#{pane_current_command}") == "sleep", "the program")
    done = home.viewsync("exec", "-s", "sh", "-T", "1", "--", "echo x")
    assert (done.code, done.out) == (125, "")
    assert done.err == "viewsync: sh is busy: sleep runs in it (wait for its end, or use another session)\n"
    assert "exec/" not in screen(server)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (["python3", "-q"], "runs python3"),
        (["cat"], "runs cat"),
        (["sh", "-c", "read -r line; exec $line"], "runs sh, which is not a shell that reads commands"),
        (["sh", "-c", "while :; do sleep 1000; done"], "sh is busy: sleep runs in it"),
        (["sh", "-c", "while :; do :; done"], "sh is busy: sh runs in it"),
    ],
)
def test_what_is_no_shell_at_its_prompt_is_refused(server: Server, home: Home, program: list[str], said: str) -> None:
    create(server, "sh", "--", *program)
    done = home.viewsync("exec", "-s", "sh", "-T", "1", "--", "echo x")
    assert (done.code, done.out, said in done.err, done.err.count("\n")) == (125, "", True, 1), done
    assert screen(server).strip() in ("", ">>>")


@pytest.mark.parametrize("name", ["xonsh", "nu"])
def test_a_shell_of_another_language_is_told_as_one(server: Server, home: Home, name: str) -> None:
    program = os.path.join(home.path, name)
    os.symlink(shutil.which("cat") or "cat", program)
    create(server, "sh", "--", program)
    done = home.viewsync("exec", "-s", "sh", "-T", "1", "--", "echo x")
    said = f"viewsync: sh runs {name}, a shell whose language exec does not speak (exec knows: "
    assert (done.code, done.out, done.err.startswith(said)) == (125, "", True), done
    assert screen(server).strip() == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no command was given"),
        (("--",), "no command was given"),
        (("--", " \n"), "no command was given"),
        (("-T", "soon", "--", "ls"), "--timeout: not a duration: 'soon'"),
        (("-s", "nope", "--", "ls"), "Session 'nope' not found in registry"),
        (("--nonsense", "--", "ls"), "--nonsense"),
        (("-S", "/nowhere", "-t", "x", "--", "ls"), "no tmux server on /nowhere"),
    ],
)
def test_a_failure_of_our_own_is_125(server: Server, home: Home, words: tuple[str, ...], said: str) -> None:
    create(server, "sh")
    done = home.viewsync("exec", *words)
    assert (done.code, done.out, done.err.count("\n")) == (125, "", 1)
    assert said in done.err


def test_a_tmux_that_fails_when_it_is_to_type_leaves_nothing(bash: dict[str, str], server: Server, home: Home) -> None:
    path = os.path.join(home.path, "tmux")
    with open(path, "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\ncase $* in *source-file*) exec sleep 1000;; esac\nexec tmux "$@"\n')
    os.chmod(path, 0o700)
    done = execute(home, "--", "echo x", env={"VIEWSYNC_TMUX": path, "VIEWSYNC_TMUX_TIMEOUT": "0.5"})
    assert (done.code, done.out, "did not do what it was asked" in done.err) == (125, "", True), done
    assert folders(home) == []


def test_a_line_that_something_else_reads_runs_nothing(server: Server, home: Home) -> None:
    """bash's `read -e` is its line editor, which looks like a prompt in every way that can be seen."""
    create(server, "sh", "--", "bash", "--norc")
    mark = os.path.join(home.path, "made")
    execute(home, "--", ":")
    server.tmux("send-keys", "-t", "=sh:", "read -e -p 'name? ' name; echo got:$name", "Enter")
    until(lambda: "name?" in screen(server).splitlines()[-1], "the question")
    done = home.viewsync("exec", "-s", "sh", "-T", "0.5", "--", f"touch {mark}")
    assert (done.code, "did not run the command" in done.err) == (123, True), done
    assert folders(home) == []
    assert "got:. " in screen(server)
    assert execute(home, "--", "echo x").out == "x\n"
    assert not os.path.exists(mark)


def test_a_shell_that_is_at_work_gets_no_line(bash: dict[str, str], server: Server, home: Home) -> None:
    """It waits for whoever opens the pipe, and runs no program for that."""
    pipe = os.path.join(home.path, "pipe")
    os.mkfifo(pipe)
    server.tmux("send-keys", "-t", "=sh:", f"echo be''gun; : <{pipe}", "Enter")
    until(lambda: "begun" in screen(server).splitlines(), "the shell to be at work")
    done = home.viewsync("exec", "-s", "sh", "-T", "0.5", "--", "echo x")
    assert (done.code, "sh is busy: " in done.err, "state/exec" in screen(server)) == (125, True, False), done
    with open(pipe, "w", encoding="utf-8"):
        pass
    assert execute(home, "--", "echo x").out == "x\n"
