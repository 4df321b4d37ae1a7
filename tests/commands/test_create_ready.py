"""viewsync create --wait and --template: it returns when the session can be driven, and says so when it cannot."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import programs
from tests.support.server import ROOT
from tests.support.sessions import note_pid, rows
from tests.support.wait import until

TOML = "tomllib" if sys.version_info >= (3, 11) else "tomli"

if TYPE_CHECKING:
    from tests.support.server import Done, Home, Server


def create(server: Server, name: str, *words: str, env: dict[str, str] | None = None) -> Done:
    done = server.home.viewsync("create", "-S", server.socket, "-n", name, *words, env=env)
    note_pid(server)
    return done


def screen(server: Server, name: str) -> str:
    text = server.tmux("capture-pane", "-p", "-J", "-t", f"={name}:").rstrip()
    return "\n".join(line.rstrip() for line in text.split("\n"))  # 3.2a fills them up with blanks


def template(home: Home, name: str, text: str) -> str:
    path = os.path.join(home.path, "config", "templates", f"{name}.toml")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


@pytest.mark.parametrize(
    ("words", "prompt"), [(("--python",), ">>>"), (("--gdb",), "(gdb)"), (("--shell",), "$"), ((), "$")]
)
def test_the_prompt_is_there_when_it_returns(server: Server, home: Home, words: tuple[str, ...], prompt: str) -> None:
    with open(os.path.join(home.path, ".bashrc"), "w", encoding="utf-8") as file:
        file.write("echo '#### welcome ####'; sleep 0.4; PS1='me@here:~$ '\n")
    done = create(server, "s", *words, "--wait")
    assert (done.code, done.json()["ready"]) == (0, True), done
    last = screen(server, "s").splitlines()[-1]
    assert last.startswith(prompt) or last.endswith(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "\\[\\e[32m\\]\u279c \\[\\e[m\\] here git:(main) \u2717 ",
        "in \\w \u03bb ",
        "top\\n\u2570\u2500\u27a4 ",
        "\\[\\e[60G\\]12:00\\[\\e[1G\\]here |\\[\\e[C\\]",
    ],
)
def test_a_shell_is_ready_by_what_it_does_whatever_its_prompt_is(server: Server, home: Home, prompt: str) -> None:
    with open(os.path.join(home.path, ".bashrc"), "w", encoding="utf-8") as file:
        file.write(f"printf 'loading '; sleep 0.4; echo; PS1='{prompt}'\n")
    done = create(server, "s", "--shell", "--wait", "--wait-timeout", "5")
    assert (done.code, done.json()["ready"]) == (0, True), done
    assert screen(server, "s").rstrip() != "loading"


def test_without_wait_nothing_is_waited_for(server: Server) -> None:
    assert create(server, "s", "--shell").json()["ready"] is None


def test_another_program_is_ready_by_a_pattern(server: Server) -> None:
    code = "import time; print('starting', flush=True); time.sleep(0.3); print('listening on 80', flush=True); input()"
    done = create(server, "s", "--wait", r"listening on \d+", "--", "python3", "-c", code)
    assert done.json()["ready"] is True
    assert "listening" in screen(server, "s")


def test_a_prompt_that_does_not_come_leaves_the_session_and_says_so(server: Server, home: Home) -> None:
    done = create(server, "s", "--wait", "never", "--wait-timeout", "300ms", "--", "cat")
    assert (done.code, done.json()["ready"], done.json()["registered"]) == (3, False, True)
    assert done.err == "viewsync: the session exists, but is not ready: the prompt did not appear within 0.3s: never\n"
    assert "s" in server.sessions()
    assert "state" not in rows(home)["s"]


@pytest.mark.parametrize("remain", ["on", "off"])
def test_a_program_that_ends_first_is_told_of_at_once(server: Server, remain: str) -> None:
    server.tmux("set-option", "-g", "remain-on-exit", remain)
    done = create(server, "s", "--wait", "never", "--wait-timeout", "1m", "--", "sh", "-c", "sleep 0.7; echo bye")
    assert (done.code, done.json()["ready"]) == (3, False)
    assert done.err.count("\n") == 1


def test_a_template_of_the_users_own(server: Server, home: Home) -> None:
    template(
        home,
        "db",
        """
description = "a shell that knows the database"
program = ["bash", "--norc"]
type = "database"
environment = { PS1 = "db> ", A = "1", B = "#{pid};" }
commands = ["echo A=$A B=$B", "sleep 0.3; C='x y'", "cd /usr", "cat <<'END'\\none\\ntwo\\nEND"]
prompt = '^db> $'
""",
    )
    done = create(server, "s", "--template", "db", "-e", "A=2", "--size", "100x30")
    made = done.json()
    assert (done.code, made["type"], made["ready"], done.err) == (0, "database", True, "")
    assert rows(home)["s"]["type"] == "database"
    shown = screen(server, "s").splitlines()
    assert shown[0] == "db> echo A=$A B=$B"
    assert shown[1] == "A=2 B=#{pid};"
    assert shown[-3:] == ["one", "two", "db>"]
    assert server.show("=s:", "#{window_width} #{pane_current_path}") == "100 /usr"


def test_a_command_that_does_not_come_back_is_named(server: Server, home: Home) -> None:
    template(
        home,
        "x",
        "program = ['bash', '--norc']\nenvironment = {PS1 = 'x> '}\nprompt = '^x> '\ncommands = ['sleep 600', 'no']",
    )
    done = create(server, "s", "--template", "x", "--wait-timeout", "500ms")
    assert (done.code, done.json()["ready"]) == (3, False)
    assert "after the command 'sleep 600': the prompt did not appear within 0.5s: ^x> " in done.err
    assert "no" not in screen(server, "s")


def test_a_template_by_its_path_and_before_ours(server: Server, home: Home) -> None:
    path = template(home, "gdb", "program = ['cat']\n")
    assert create(server, "a", "--template", "gdb").json()["type"] == "program"
    assert create(server, "b", "--template", path).json()["type"] == "program"
    until(lambda: server.show("=b:", "#{pane_current_command}") == "cat", "the program")


_FILES = os.listdir(os.path.join(ROOT, "templates"))  # those of commands are YAML
OURS = sorted(name.removesuffix(".toml") for name in _FILES if name.endswith(".toml"))


def test_these_are_ours() -> None:
    assert OURS == ["bash", "gdb", "ipython", "node", "psql", "python"]


@pytest.mark.parametrize("name", [name for name in OURS if name != "psql"])
def test_ours_are_ready_by_their_prompt(server: Server, name: str) -> None:
    if name in ("gdb", "node"):  # the others are here wherever the tests are
        programs.skip_without(name)
    done = create(server, "s", "--template", name, "--wait", "--wait-timeout", "30")
    assert (done.code, done.json()["ready"]) == (0, True), (done, screen(server, "s"))


def test_psql_without_a_database_says_so(server: Server) -> None:
    programs.skip_without("psql")
    done = create(server, "s", "--template", "psql", "--wait", "-e", "PGHOST=/nonexistent")
    assert done.code == 3
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("program = ['cat']\ncolour = 'red'", "there is no key 'colour' (there are: program, type, environment, "),
        ("program = ['cat']\npromt = 'x'", "there is no key 'promt' (did you mean prompt?)"),
        ("type = 'x'", "program is missing"),
        ("program = 'cat'", "program must be a list of words that begins with a program, not 'cat'"),
        ("program = []", "program must be"),
        ("program = ['cat', 3]", "program must be"),
        ("program = ['cat']\nenvironment = ['A=1']", "environment must be a table of variables"),
        ("program = ['cat']\nenvironment = {A = 1}", "environment must be"),
        ("program = ['cat']\nenvironment = {'A-B' = '1'}", "environment must be"),
        ("program = ['cat']\ncommands = 'x'", "commands must be a list of texts"),
        ("program = ['cat']\ncommands = ['x']", "prompt is missing"),
        ("program = ['cat']\nprompt = '('", "prompt must be a regular expression"),
        ("program = ['cat']\ntype = 'a b'", "type must be a word"),
        ("program = ['cat'", "is not valid TOML"),
    ],
)
def test_a_wrong_template_names_its_file_and_the_key(server: Server, home: Home, text: str, said: str) -> None:
    path = template(home, "x", text)
    done = create(server, "s", "--template", "x")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert path in done.err
    assert said in done.err
    assert (server.sessions(), rows(home)) == (["proj"], {})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--template", "fortran"),
            "there is no template 'fortran' (there are: bash, gdb, ipython, mine, node, psql, python;",
        ),
        (("--template", "../config"), "cannot read the template"),
        (("--template", ".."), "there is no template '..'"),
        (("--template", ""), "there is no template ''"),
        (("--template", "gdb", "--python"), "--python"),
        (("--template", "gdb", "--", "cat"), "a session runs one program"),
        (("--wait", "--", "cat"), "viewsync does not know the prompt of that program"),
        (("--wait", "(", "--shell"), "not a pattern: '('"),
        (("--wait", "--wait-timeout", "soon"), "--wait-timeout: not a duration: 'soon'"),
        (("--template", "mine", "--wait"), "viewsync does not know the prompt of that program"),
    ],
)
def test_a_wrong_argument(server: Server, home: Home, words: tuple[str, ...], said: str) -> None:
    template(home, "mine", "program = ['cat']\n")
    done = create(server, "s", *words)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert said in done.err
    assert (server.sessions(), rows(home)) == (["proj"], {})


def test_templates_and_waiting_cost_nobody_else_anything(server: Server, home: Home) -> None:
    from tests.test_hot_path import imported

    def loaded(*words: str) -> set[str]:
        found: set[Any] = imported(home, "create", "-S", server.socket, *words)
        return found & {TOML, "viewsync.sessions.templates", "viewsync.panes.waiting"}

    assert loaded("-n", "a", "--python") == set()
    assert loaded("-n", "b", "--template", "bash") == {TOML, "viewsync.sessions.templates"}


def test_a_templates_later_lines_reach_the_programs_that_the_first_ones_start(server: Server, home: Home) -> None:
    """None of them shows the prompt that the template names."""
    out = os.path.join(home.path, "out")
    reads = ["read -p 'who: ' who", "some body", f'echo "$who" > {out}']
    cats = [f"cat > {out}.cat", "a line", " b"]
    for name, commands in (("reads", reads), ("cat", cats)):
        prompt = "prompt = '^bash-[0-9.]+[$#] $'"
        template(home, name, f"program = ['bash', '--norc']\ncommands = {json.dumps(commands)}\n{prompt}\n")
    done = create(server, "reads", "--template", "reads")
    assert (done.code, done.json()["ready"]) == (0, True), done
    with open(out, encoding="utf-8") as file:
        assert file.read() == "some body\n"
    done = create(server, "cat", "--template", "cat", "--wait-timeout", "3s")
    assert (done.code, done.json()["ready"]) == (3, False), "the last one goes on, and has no prompt"
    with open(f"{out}.cat", encoding="utf-8") as file:
        assert file.read() == "a line\n b\n"
