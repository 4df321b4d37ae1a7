"""viewsync send: what is typed at a real bash, cat and Python, and what is waited for."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import create
from tests.support.wait import stays, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Done, Home, Server

BLOCK = """def f(x):
    \"\"\"Twice.

    'a' "b" \\n\"\"\"
    y = x

    return y * 2


f(21)
class C:

    z = f'{f(2)}'

C.z
"""


def send(home: Home, *words: str, stdin: str = "") -> Done:
    done = home.viewsync("send", *words, stdin=stdin)
    assert done.code == 0, done
    return done


@pytest.fixture
def bash(server: Server) -> Server:
    """The only session of the registry is a bash at its prompt, in the home folder."""
    create(server, "web", "--cwd", server.home.path, "-e", "PS1=$ ", "--", "bash", "--norc")
    until(lambda: shown(server).endswith("$"), "its prompt")
    return server


@pytest.fixture
def python(server: Server) -> Server:
    create(server, "web", "--python")
    until(lambda: shown(server).endswith(">>>"), "its prompt")
    return server


def shown(server: Server) -> str:
    text = server.tmux("capture-pane", "-p", "-J", "-t", "=web:").rstrip()
    return "\n".join(line.rstrip() for line in text.split("\n"))  # 3.2a fills them up with blanks


def content(server: Server, name: str, size: int = 1) -> str:
    path = os.path.join(server.home.path, name)
    until(lambda: os.path.exists(path) and os.path.getsize(path) >= size, name, timeout=60)
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), 'command is required (use -c "" to send just Enter)'),
        (("-S", "/x", "-c", "x"), "target is required"),
        (("-S", "/x", "-L", "y", "-t", "z", "-c", "x"), "Cannot specify both -S and -L options"),
        (("-c", "x", "-T", "soon"), "timeout must be a positive number"),
        (("-c", "x", "-T", "-1"), "timeout must be a positive number"),
        (("-c", "x", "-r", "0"), "retries must be a positive integer (>= 1)"),
        (("-c", "x", "-r", "1.5"), "retries must be a positive integer (>= 1)"),
        (("-c", "x", "-i", "nan"), "interval must be a positive number"),
        (("-c", "x", "-m", "-l"), "--multiline and --literal are mutually exclusive"),
        (("-c", "x", "-m", "--lines"), "--multiline and --lines are mutually exclusive"),
        (("-c", "x", "--text", "--lines"), "--text and --lines are mutually exclusive"),
        (("-l", "-c", "x", "--draft", "clear"), "--draft clear is for a text with its Enter"),
        (("-c", "x", "--draft", "burn"), "--draft takes refuse, clear or keep"),
        (("-c", "x", "--verify", "-l"), "--verify and --literal are mutually exclusive"),
        (("-c", "x", "--file", "y"), "not allowed with argument"),
        (("--file", "/nonexistent/file"), "cannot read /nonexistent/file"),
        (("--keys", "Return"), "there is no key 'Return' (did you mean Enter?"),
        (("--keys", "x", "-m"), "--keys excludes -l, -m, --text, --lines, --bracket and --verify"),
        (("--keys",), "--keys"),
        (("-c", "x", "-w", "("), "not a pattern: '('"),
        (("-c", "x", "--stop", "y"), "--stop and --output only work with --wait"),
        (("-c", "x", "--lease-timeout", "soon"), "--lease-timeout: not a duration"),
        (("-c",), "-c/--command"),
        (("-s",), "-s/--session"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_a_wrong_argument(bash: Server, words: tuple[str, ...], said: str) -> None:
    done = bash.home.viewsync("send", *words)
    assert (done.code, done.err.count("\n")) == (4, 1)
    assert said in done.err
    assert shown(bash).endswith("$")


def test_which_session(server: Server, home: Home) -> None:
    done = home.viewsync("send", "-c", "x")
    assert (done.code, "No sessions found in registry" in done.err) == (3, True)
    create(server, "a")
    create(server, "b")
    done = home.viewsync("send", "-c", "x")
    assert (done.code, "Multiple sessions found (2 total)" in done.err) == (4, True)
    done = home.viewsync("send", "-s", "nope", "-c", "x")
    assert (done.code, "Session 'nope' not found in registry" in done.err) == (3, True)


def test_d22_a_pane_of_a_named_session(bash: Server, home: Home) -> None:
    bash.tmux("split-window", "-d", "-t", "=web:", f"cat > {home.path}/out")
    send(home, "-s", "web", "-t", "web:0.1", "-c", "x")
    assert content(bash, "out") == "x\n"
    done = home.viewsync("send", "-s", "web", "-t", "proj:0.0", "-c", "x")
    assert (done.code, "is not in session 'web'" in done.err) == (4, True)


def test_silent_unless_asked(bash: Server, home: Home) -> None:
    done = send(home, "-c", "echo $((40+2))")
    assert (done.out, done.err) == ("", "")
    until(lambda: "\n42\n" in shown(bash), "the answer")
    done = send(home, "-v", "-c", "")
    assert "sent 0 bytes to pane" in done.err


def test_json(bash: Server, home: Home) -> None:
    row = home.registry()["sessions"]["web"]
    sent = {"session": "web", "target": row["target"], "sent": True, "bytes": 14, "keys": [], "outcome": "sent"}
    nothing = {"pattern": None, "line": None, "output": None, "submitted": None, "cleared": False}
    nothing |= {"full_screen": None, "missing": None}
    assert send(home, "--json", "-c", "echo $((40+2))").fields() == {**sent, **nothing}
    until(lambda: shown(bash).count("42") == 1, "the answer")
    done = send(home, "--json", "-c", "echo $((40+3))", "-w", "nope", "-w", "^4(3)$")
    found = {"outcome": "found", "pattern": "^4(3)$", "line": "43", "output": ["43"], "full_screen": False}
    found["missing"] = False
    assert done.fields() == {**sent, **nothing, **found}
    assert send(home, "--json", "--keys", "C-u", "x").fields() == {**sent, **nothing, "bytes": 0, "keys": ["C-u", "x"]}


def test_json_as_text_is_text(bash: Server, home: Home) -> None:
    assert send(home, "-l", "-c", "--json").out == ""
    until(lambda: shown(bash).endswith("--json"), "the text")


def test_d12_words_are_typed_and_c_c_is_pressed(bash: Server, home: Home) -> None:
    send(home, "-c", "cat")
    send(home, "-c", "Up", "-w", "^Up$")
    send(home, "--text", "-c", "C-c")
    until(lambda: shown(bash).count("C-c") == 2, "an echo and cat's answer")
    send(home, "-c", "C-c", "-w", r"\$ $")
    assert "^C" in shown(bash)
    send(home, "--keys", *"echo", "Space", "Tab", *"4", "BSpace", *"5", "Enter", "-w", "^5$")


def test_compat_presses_what_the_tool_pressed(bash: Server, home: Home) -> None:
    send(home, "-c", "echo $((40+2))", "-w", "42")
    send(home, "--compat", "-c", "Up")
    until(lambda: shown(bash).count("\n42") == 2, "the command once more")
    send(home, "--compat", "-c", "sleep 60; echo ready", "-w", "ready", "-T", "5")  # by its echo
    send(home, "-c", "C-c")


def test_d13_the_echo_of_the_command_is_no_answer(bash: Server, home: Home) -> None:
    done = send(home, "-c", "sleep 0.3; echo DONE", "-w", "DONE", "-o")
    assert done.out == "DONE\n"
    assert "\nDONE\n" in shown(bash)


def test_d14_an_older_prompt_is_no_answer(python: Server, home: Home) -> None:
    send(home, "-c", "")
    done = send(home, "-c", "import time; time.sleep(0.3); print(6 * 7)", "-w", ">>>", "-o")
    assert done.out == "42\n"
    done = home.viewsync("send", "-c", "time.sleep(60)", "-w", ">>>", "-T", "0.3")
    assert done.code == 2
    send(home, "-c", "C-c", "-w", "KeyboardInterrupt")


def test_d14_in_bash(bash: Server, home: Home) -> None:
    send(home, "-c", "")
    assert home.viewsync("send", "-c", "sleep 60", "-w", r"\$ $", "-T", "0.3").code == 2
    send(home, "-c", "C-c", "-w", r"\$ $")


def test_d15_a_fraction_of_a_second_is_a_time(bash: Server, home: Home) -> None:
    send(home, "-c", "sleep 0.3; echo $((40+2))", "-w", "42", "-T", "20.5")
    done = home.viewsync("send", "-c", "true", "-w", "nope", "-T", "0.2")
    assert (done.code, "Error: Timeout waiting for pattern 'nope'" in done.err) == (2, True)
    done = home.viewsync("send", "-c", "true", "-w", "nope", "-T", "0.2", "--json")
    assert (done.code, done.json()["outcome"], done.json()["sent"]) == (2, "timeout", True)


def test_another_pattern_stops_the_wait(bash: Server, home: Home) -> None:
    done = home.viewsync("send", "-F", "-c", "echo '[('$((1+1))", "-w", "nope", "--stop", "[(2", "--json")
    assert (done.code, done.json()["outcome"], done.json()["line"]) == (2, "stopped", "[(2")


def test_a_program_that_ends_is_no_timeout(bash: Server, home: Home) -> None:
    done = home.viewsync("send", "-c", "exit", "-w", "nope")
    assert (done.code, "the text was sent, but the program ended" in done.err) == (1, True)


def test_d18_nothing_stays_in_a_buffer(bash: Server, home: Home) -> None:
    bash.tmux("set-buffer", "-b", "mine", "kept")
    send(home, "-m", "-c", "TOKEN=secret123\nTOKEN=\n")
    send(home, "-c", "TOKEN=secret123")
    assert bash.tmux("list-buffers", "-F", "#{buffer_name}") == "mine"


def test_d19_nothing_is_appended_to_a_block(bash: Server, home: Home) -> None:
    send(home, "-m", "-c", 'read -p "name? " n; printf "got=[%q]\\n" "$n"', "-w", r"name\? $")
    send(home, "-c", "Bob", "-w", r"^got=\[Bob\]$")


def test_d19_in_python(python: Server, home: Home) -> None:
    send(home, "-m", "-c", "n = input()\n")
    send(home, "-c", "Bob")
    send(home, "-c", "n", "-w", "^'Bob'$")


def test_d20_a_tab_in_a_block_completes_nothing(bash: Server, home: Home) -> None:
    with open(os.path.join(home.path, "zz_only_file"), "w", encoding="utf-8"):
        pass
    for number, words in enumerate((["-m"], [])):
        send(home, *words, "-c", f"cat > out{number} <<EOF\nzz_\tX\nEOF")
        assert content(bash, f"out{number}") == "zz_\tX\n"
    send(home, "-c", "echo zz_\tX >out2")
    assert content(bash, "out2") == "zz_ X\n"


def test_d23_a_server_by_its_name(servers: Callable[..., Server], home: Home) -> None:
    server = servers("foo").start("-s", "web", "bash")
    create(server, "other")
    send(home, "-L", "foo", "-t", "web", "-c", "echo $((40+2))", "-w", "42")
    assert home.viewsync("send", "-L", "foo", "-t", "web", "-c", "true", "-w", "nope", "-T", "0.2").code == 2


@pytest.mark.parametrize("size", [20_000, 200_000])
def test_d17_bash_takes_a_large_block(bash: Server, home: Home, size: int) -> None:
    lines = "".join(f"{number:06d}\tzz_ 'a' \"b\" $HOME `x` \\ #{{pane_id}};\n" for number in range(size // 40))
    send(home, "-m", "--file", "-", stdin=f"cat > out <<'EOF'\n{lines}EOF\n")
    assert content(bash, "out", len(lines)) == lines


def test_cat_takes_what_its_terminal_takes(server: Server, home: Home) -> None:
    server.tmux("new-session", "-d", "-s", "web", f"cat > {home.path}/out")
    lines = "".join(f"{number:08d} {'x' * 90}\n" for number in range(20_000))
    send(home, "-S", server.socket, "-t", "web", "-m", "--file", "-", stdin=lines)
    assert content(server, "out", len(lines)) == lines


def test_python_takes_a_block_with_empty_lines_and_shows_each_value(python: Server, home: Home) -> None:
    done = send(home, "-m", "-c", BLOCK, "-w", "^'4'$", "-o")
    assert done.out == "42\n'4'\n"
    before = shown(python)
    assert "Error" not in before
    send(home, "-m", "-c", "[each for each in dir() if not each.startswith('__')]\n\n", "-w", r"^\['C', 'f'\]$")


def test_python_takes_a_long_block_and_a_literal_of_1_mb(python: Server, home: Home) -> None:
    lines = "".join(f"def f{number}():\n\n    return {number}\n\n" for number in range(1000))
    done = send(
        home, "-m", "--file", "-", "-w", "^(1000000|.*Error.*)$", "-o", stdin=f"{lines}f999()\nlen('{'é' * 1_000_000}')"
    )
    assert done.out == "999\n1000000\n"
    assert os.listdir(os.path.join(home.state, "blocks")) == []
    assert len(shown(python)) < 2_000


def test_python_shows_a_syntax_error_as_one(python: Server, home: Home) -> None:
    send(home, "-m", "-c", "x = 1\ny =\n", "-w", "^SyntaxError")
    send(home, "-c", "x", "-w", "NameError")


def test_python_runs_one_line_that_may_go_on(python: Server, home: Home) -> None:
    send(home, "-m", "-c", "for i in range(3): print(i * 21)\n", "-w", "^42$")


def test_a_block_stays_as_it_is_with_text(python: Server, home: Home) -> None:
    send(home, "-m", "--text", "-c", "1\n2", "-w", "^2$")
    assert "exec" not in shown(python)


def test_a_script_that_python_runs_gets_the_block_as_it_is(server: Server, home: Home) -> None:
    code = "import sys; print('ready'); print('got', [input(), input()]); input()"
    server.tmux("new-session", "-d", "-s", "web", "exec " + shlex.join(["python3", "-c", code]))
    until(lambda: shown(server) == "ready", "python")
    send(home, "-S", server.socket, "-t", "web", "-m", "-c", "a\nb\n", "-w", r"^got \['a', 'b'\]")


def test_enter_alone(python: Server, home: Home) -> None:
    send(home, "-l", "-c", "6 * 7")
    until(lambda: "6 * 7" in shown(python), "the text")
    assert "42" not in stays(lambda: shown(python), 0.2)
    send(home, "-c", "", "-w", "^42$")


def test_it_needs_no_registry_for_an_explicit_target(server: Server, home: Home) -> None:
    os.makedirs(home.state, mode=0o700, exist_ok=True)
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        file.write("{broken")
    server.tmux("new-session", "-d", "-s", "web", f"cat > {home.path}/out")
    send(home, "-S", server.socket, "-t", "web", "-c", "x")
    assert content(server, "out") == "x\n"
