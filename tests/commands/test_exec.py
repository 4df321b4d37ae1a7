"""viewsync exec: the command's own exit code and its output alone, in every shell."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.executing import SHELLS, execute, folders, relays, screen
from tests.support.server import Home, Server, alive
from tests.support.sessions import by_jq, count, counting_tmux, create, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module", params=SHELLS)
def in_shell(request: pytest.FixtureRequest) -> Iterator[Home]:
    """A home with a session of that shell, for many commands that each leave it as it was."""
    words = str(request.param).split()
    programs.skip_without(words[0])
    home = Home()
    server = Server(home).start()
    create(server, "sh", "--", *words)
    yield home
    assert execute(home, "--", "echo alive").out == "alive\n"
    server.stop()
    home.remove()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("true", 0),
        ("false", 1),
        ("(exit 3)", 3),
        ("exit 3", 3),
        ("f() { exit 4; }; f | cat; if f; then :; fi", 4),
        ("false; exit", 1),
        ("return 5", 5),
        ("no-such-program-here", 127),
        ("sh -c 'exit 130'", 130),
        ("sh -c 'kill -KILL $$'", 137),
    ],
)
def test_the_exit_code_is_the_commands_own(in_shell: Home, command: str, code: int) -> None:
    done = execute(in_shell, "--", command)
    assert done.code == code, done
    assert folders(in_shell) == []


@pytest.mark.parametrize(
    ("command", "out"),
    [
        ("echo one; echo two >&2; echo three", "one\ntwo\nthree\n"),
        ("printf 'no end'", "no end"),
        (":", ""),
        ("printf '\\n\\n'", "\n\n"),
        ("echo a\necho b\n\n# a comment\necho c", "a\nb\nc\n"),
        ("cat <<'END'\n$HOME `x`\n\ttab \"quotes\" 'too'\nEND", "$HOME `x`\n\ttab \"quotes\" 'too'\n"),
        ("echo '#{pid}' '#(x)' \"$(echo inner)\" '%1' '!!'", "#{pid} #(x) inner %1 !!\n"),
        ("echo 日本 é", "日本 é\n"),
        ("for i in 1 2; do echo $i; done | sort -r", "2\n1\n"),
        ("echo drained; echo code; echo 0; echo '[exit 1]'; ls -d /", "drained\ncode\n0\n[exit 1]\n/\n"),
    ],
)
def test_the_output_alone_and_whole(in_shell: Home, command: str, out: str) -> None:
    done = execute(in_shell, "--", command)
    assert (done.code, done.out, done.err) == (0, out, "")


def test_what_the_command_changes_lasts(shell: str, home: Home) -> None:
    assert execute(home, "--", "cd /usr; export A='x y'; B=2; f() { echo f $1; }; umask 027").code == 0
    done = execute(home, "--", "pwd; sh -c 'echo \"$A\"'; echo $B; f 3; umask")
    assert done.out.replace("0027", "027") == "/usr\nx y\n2\nf 3\n027\n"


def test_a_syntax_error_comes_back_and_the_shell_lives(shell: str, home: Home) -> None:
    done = execute(home, "--", "echo 'unbalanced")
    assert done.code in (1, 2, 3, 126)
    assert (bool(done.out), done.err) == (True, "")
    assert execute(home, "--", "echo still here").out == "still here\n"


@pytest.mark.parametrize("option", ["e", "C", "u", "x"])
def test_options_of_the_users_shell_change_nothing(shell: str, server: Server, home: Home, option: str) -> None:
    assert execute(home, "--", f"set -{option}").code == 0
    done = execute(home, "--", "echo out; (exit 4)")
    assert done.code == 4
    assert "state/exec" not in done.out  # only the command is traced
    assert [line for line in done.out.splitlines() if not line.startswith("+")] == ["out"]
    until(lambda: server.show("=sh:", "#{pane_current_command}") == shell, "the prompt")
    server.tmux("send-keys", "-t", "=sh:", "-l", "case $- in *[eCux]*) echo kep''t;; esac")
    server.tmux("send-keys", "-t", "=sh:", "Enter")
    until(lambda: "kept" in screen(server), "the option to be as it was")


def test_a_program_in_the_background_is_not_waited_for(shell: str, server: Server, home: Home) -> None:
    done = execute(home, "--", "cd; sleep 1000 & echo $! >pid; echo bg")
    assert (done.code, done.out.splitlines()[-1]) == (0, "bg")
    assert folders(home) == []
    pid = int(execute(home, "--", "cat pid").out)
    assert alive(pid)
    assert execute(home, "--", f"kill {pid}").code == 0
    until(lambda: not alive(pid), "its end")


def test_nor_is_one_that_fish_leaves_there(server: Server, home: Home) -> None:
    """It has a group of its own, as if it were typed. In fish's own, fish looks busy as long as it lives."""
    programs.skip_without("fish")
    create(server, "sh", "--", "fish", "--no-config")
    done = execute(home, "--", "sleep 1000 &; echo $last_pid")
    assert done.code == 0
    assert execute(home, "--", f"kill {int(done.out)}; sh -c 'exit 3'").code == 3
    until(lambda: not alive(int(done.out)), "its end")


def test_what_it_says_later_is_shown_and_kept_nowhere(bash: dict[str, str], server: Server, home: Home) -> None:
    done = execute(home, "--", "sh -c 'trap \"echo later\" TERM; echo $$; while :; do sleep 0.05; done' &")
    pid = int(done.out)
    try:
        os.kill(pid, signal.SIGTERM)
        until(lambda: "later" in screen(server), "the line in the pane")
        assert relays(home, "dd") == []
    finally:
        os.kill(pid, signal.SIGKILL)


def test_five_megabytes(bash: dict[str, str], home: Home) -> None:
    done = execute(home, "--", "seq 740000; exit_code=3; (exit $exit_code)")
    assert done.code == 3
    assert done.out == "".join(f"{number}\n" for number in range(1, 740001))
    assert len(done.out) > 5_000_000


def test_bytes_that_are_no_text(bash: dict[str, str], home: Home) -> None:
    made = bytes(range(256)) * 40
    with open(os.path.join(home.path, "bytes"), "wb") as file:
        file.write(made)
    argv = [home.launcher, "exec", "--", "cat", os.path.join(home.path, "bytes")]
    assert subprocess.run(argv, env=home.env, capture_output=True, check=True, timeout=30).stdout == made
    assert "\ufffd" in execute(home, "--json", "--", "printf '\\377'").json()["output"]


def test_several_words_are_taken_as_they_are(bash: dict[str, str], home: Home) -> None:
    words = ["$HOME", "a  b", ";", "'\"", "#{pid}", "--json", "-T", "--", "*"]
    assert execute(home, "--", "printf", "%s\\n", *words).out.splitlines() == words


def test_json(bash: dict[str, str], home: Home) -> None:
    done = execute(home, "--json", "--", "echo x; (exit 7)")
    data = done.fields()
    assert 0 <= data.pop("seconds") < 20
    assert data == {
        "session": "sh",
        "command": "echo x; (exit 7)",
        "code": 7,
        "output": "x\n",
        "outcome": "done",
        "output_base64": None,
        "left_out": 0,
        "complete": True,
        "timed_out": False,
        "waits_for_input": False,
    }
    assert done.code == 7


def test_the_output_comes_as_it_is_made_and_is_seen_in_the_pane(
    bash: dict[str, str], server: Server, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    process = started("-s", "sh", "--", "echo first; read -r line; echo second")
    assert process.stdout
    assert process.stdout.readline() == b"first\n"
    until(lambda: "first" in screen(server), "the line in the pane")
    server.tmux("send-keys", "-t", "=sh:", "Enter")
    assert process.stdout.readline() == b"second\n"
    assert process.wait(60) == 0


def test_a_command_that_reads_can_be_answered_with_send(
    bash: dict[str, str], home: Home, server: Server, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    process = started("-s", "sh", "--", "printf 'name? '; read -r name; echo \"hello $name\"")
    until(lambda: "name?" in screen(server).splitlines()[-1], "the question")
    assert home.viewsync("send", "-s", "sh", "-c", "Bob").code == 0
    assert process.communicate(timeout=60)[0] == b"name? hello Bob\n"


@pytest.mark.usefixtures("real_starts")  # with its words in /proc
def test_the_text_of_the_command_is_typed_nowhere(bash: dict[str, str], server: Server, home: Home) -> None:
    execute(home, "--", "HISTCONTROL=ignorespace; history -c; set -o history")
    found = execute(
        home, "--", "TOKEN=hunter2; cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c hunter[2]"
    )
    assert found.out == "1\n"  # `viewsync exec` itself
    assert "hunter2" not in screen(server)
    assert "hunter2" not in execute(home, "--", "history; cat ~/.bash_history 2>/dev/null").out
    assert "exec/" not in execute(home, "--", "history").out


def test_prompts_that_print_change_nothing(server: Server, home: Home) -> None:
    with open(os.path.join(home.path, ".bashrc"), "w", encoding="utf-8") as file:
        file.write("PS1='\\[\\e]0;t\\a\\]$(echo prompt) $ '; PROMPT_COMMAND='echo before'; trap 'echo debug' DEBUG\n")
    create(server, "sh", "--", "bash")
    for _ in range(3):
        done = execute(home, "--", "echo out; (exit 2)")
        assert (done.code, done.out) == (2, "out\n")


def test_a_line_that_somebody_has_half_typed_is_not_run(shell: str, server: Server, home: Home) -> None:
    half_typed(server, home, "touch {} ; : and so on")


@pytest.mark.parametrize("shell", [words for words in SHELLS if words != "dash"], indirect=True)
def test_nor_is_one_that_stands_behind_the_cursor(shell: str, server: Server, home: Home) -> None:
    """dash has no cursor to move."""
    half_typed(server, home, "; touch {} ; : and so on", "C-a")


def half_typed(server: Server, home: Home, line: str, *keys: str) -> None:
    execute(home, "--", ":")
    mark = os.path.join(home.path, "made")
    server.tmux("send-keys", "-t", "=sh:", "-l", line.format(mark))
    until(lambda: "and so on" in screen(server), "the line")
    if keys:
        server.tmux("send-keys", "-t", "=sh:", *keys)
    assert execute(home, "--", "echo out").out == "out\n"
    assert execute(home, "--", "echo later").out == "later\n"
    assert not os.path.exists(mark)


def test_in_a_terminal_its_output_cannot_command_it(bash: dict[str, str], home: Home) -> None:
    command = "printf '\\033[31mred\\033[0m\\033]0;title\\007\\033[2J\\tend\\n'"
    tab = home.tab("exec", "-s", "sh", "--", command)
    until(tab.ended, "its end")
    assert tab.text().strip() == "\x1b[31mred\x1b[0m\tend"


def test_nobody_listening_any_more_is_no_reason_to_stop(bash: dict[str, str], home: Home) -> None:
    script = f"{home.launcher} exec -s sh -- 'seq 200000; cd /usr; (exit 9)' | head -1; echo ${{PIPESTATUS[0]}}"
    argv = ["bash", "-c", script]
    done = subprocess.run(argv, env=home.env, capture_output=True, check=True, timeout=30)
    assert (done.stdout, done.stderr) == (b"1\n9\n", b"")
    assert execute(home, "--", "pwd").out == "/usr\n"


def test_tmux_is_asked_three_times_however_long_it_takes(bash: dict[str, str], home: Home) -> None:
    env, log = counting_tmux(home)
    assert execute(home, "--", "sleep 0.5", env=env).code == 0
    assert count(log) == 3


def test_it_counts_as_activity(bash: dict[str, str], home: Home) -> None:
    by_jq(home, '.sessions.sh.last_active = "2025-11-23T12:00:00Z"')
    assert execute(home, "--", "true").code == 0
    assert rows(home)["sh"]["last_active"] > "2026"


def test_copy_mode_does_not_swallow_the_line(bash: dict[str, str], server: Server, home: Home) -> None:
    server.tmux("copy-mode", "-t", "=sh:")
    assert execute(home, "--", "echo x").out == "x\n"
