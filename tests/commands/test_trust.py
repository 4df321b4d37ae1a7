"""viewsync trust: no step of a repository runs before somebody has seen it and said yes."""

from __future__ import annotations

import os
import shlex
import stat
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from tests.support.sessions import rows
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Home, Server

FILE = """\
description: {description}
arguments: {{pr: {{default: '7'}}}}
session:
  windows: [{{name: editor, command: "{window}"}}]
  pre_create_steps:
    - name: check
      run: ./scripts/check.sh --fast
      timeout: {timeout}
    - run: touch second
"""


def text(description: str = "one", window: str = "true", timeout: str = "10s") -> str:
    return FILE.format(description=description, window=window, timeout=timeout)


@pytest.fixture
def project(home: Home) -> Project:
    found = Project(home)
    found.repository()
    found.write("scripts/check.sh", "#!/bin/sh\ntouch checked\n", program=True)
    found.command("dev", text())
    return found


def status(project: Project, *words: str) -> str:
    (found,) = project.viewsync("trust", "dev", *words, "--show", "--json").json()["commands"]
    return str(found["status"])


def test_untrusted_steps_run_nothing_and_make_nothing(server: Server, home: Home, project: Project) -> None:
    done = project.viewsync("run", "dev", "-S", server.socket)
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "are not trusted yet" in done.err
    assert "`viewsync trust dev`" in done.err
    assert (server.sessions(), rows(home)) == (["proj"], {})
    assert sorted(os.listdir(project.root)) == [".git", ".viewsync", "scripts"]


def test_without_a_terminal_it_asks_for_yes(project: Project) -> None:
    done = project.viewsync("trust", "dev")
    assert done.code == 1
    assert "there is no terminal to ask on" in done.err
    for said in ("pre-create: check", "./scripts/check.sh --fast", "scripts/check.sh", "10s at most", "dev.yaml:6"):
        assert said in done.out
    assert status(project) == "untrusted"


@pytest.mark.parametrize(
    ("answer", "code", "then"), [("y\n", 0, "trusted"), ("\n", 1, "untrusted"), ("no\n", 1, "untrusted")]
)
def test_on_a_terminal_it_asks(home: Home, project: Project, answer: str, code: int, then: str) -> None:
    tab = home.program(["sh", "-c", 'cd "$1" && exec "$2" trust dev', "sh", project.root, home.launcher])
    until(lambda: "[y/N]" in tab.text(), "the question")
    assert "touch second" in tab.text()
    tab.type(answer)
    assert tab.wait() == code
    assert status(project) == then


def test_what_was_trusted_runs(server: Server, project: Project) -> None:
    assert project.viewsync("trust", "dev", "--yes").code == 0
    assert project.viewsync("run", "dev", "-S", server.socket).code == 0
    assert {"checked", "second"} <= set(os.listdir(project.root))


def add(project: Project, more: str) -> str:
    return project.command("dev", text() + more)


def replace(project: Project, old: str, new: str) -> str:
    return project.command("dev", text().replace(old, new))


@pytest.mark.parametrize(
    ("change", "then"),
    [
        (lambda p: p.write("scripts/check.sh", "#!/bin/sh\ntouch evil\n", program=True), "changed"),
        (lambda p: p.command("dev", text(timeout="11s")), "changed"),
        (lambda p: replace(p, "--fast", "--slow"), "changed"),
        (lambda p: replace(p, "      timeout", "      cwd: scripts\n      timeout"), "changed"),
        (lambda p: replace(p, "      timeout", "      environment: {PATH: /x}\n      timeout"), "changed"),
        (lambda p: p.command("dev", text().partition("    - run: touch")[0]), "changed"),
        (lambda p: add(p, "  cleanup_steps: [{run: 'true'}]\n"), "changed"),
        (lambda p: p.write("my.conf", "set -g @x 1\n") and add(p, "  tmux_config: my.conf\n"), "changed"),
        (lambda p: p.command("dev", "# a comment\n" + text(description="two", window="make")), "trusted"),
        (lambda p: p.write("second", "what a step writes"), "trusted"),
    ],
)
def test_it_is_over_what_would_happen(project: Project, change: object, then: str) -> None:
    assert project.viewsync("trust", "dev", "--yes").code == 0
    assert callable(change)
    change(project)
    assert status(project) == then
    shown = project.viewsync("trust", "dev", "--show")
    assert ("* " in shown.out or "fewer" in shown.out) == (then == "changed")


def test_a_change_stops_the_run(server: Server, project: Project) -> None:
    assert project.viewsync("trust", "dev", "--yes").code == 0
    project.write("scripts/check.sh", "#!/bin/sh\ntouch evil\n", program=True)
    done = project.viewsync("run", "dev", "-S", server.socket)
    assert (done.code, "have changed since you trusted them" in done.err) == (1, True)
    assert (server.sessions(), os.path.exists(os.path.join(project.root, "evil"))) == (["proj"], False)


def test_a_script_that_is_another_one_in_the_worktree_does_not_run(server: Server, project: Project) -> None:
    """The branch to be reviewed brings its own."""
    project.git("add", "-A")
    project.git("commit", "-qm", "scripts")
    project.git("checkout", "-q", "-b", "theirs")
    project.write("scripts/check.sh", "#!/bin/sh\ntouch /tmp/evil\n", program=True)
    project.git("commit", "-qam", "evil")
    project.git("checkout", "-q", "main")
    project.command("dev", text() + "worktree: {branch: '{{branch}}'}\n")
    assert project.viewsync("trust", "dev", "branch=good", "--yes").code == 0
    assert project.viewsync("run", "dev", "branch=good", "-S", server.socket).code == 0
    done = project.viewsync("run", "dev", "branch=theirs", "-S", server.socket)
    assert (done.code, "have changed" in done.err) == (1, True)
    assert len(server.sessions()) == 2
    assert not os.path.exists(os.path.join(project.root, "..", "worktrees", "myapp-theirs"))


def test_nor_is_there_a_session_that_would_run_one_at_its_end(server: Server, home: Home, project: Project) -> None:
    project.command("dev", "worktree: {branch: '{{branch}}'}\nsession: {cleanup_steps: [{run: ./scripts/check.sh}]}\n")
    project.git("add", "-A")
    project.git("commit", "-qm", "scripts")
    project.git("checkout", "-q", "-b", "theirs")
    project.write("scripts/check.sh", f"#!/bin/sh\ntouch {home.path}/evil\n", program=True)
    project.git("commit", "-qam", "evil")
    project.git("checkout", "-q", "main")
    assert project.viewsync("trust", "dev", "branch=good", "--yes").code == 0
    done = project.viewsync("run", "dev", "branch=theirs", "-S", server.socket)
    assert (done.code, "files that have changed" in done.err) == (1, True)
    assert (server.sessions(), os.path.exists(f"{home.path}/evil")) == (["proj"], False)
    assert project.viewsync("trust", "dev", "branch=theirs", "--yes").code == 0
    assert project.viewsync("run", "dev", "branch=theirs", "-S", server.socket).code == 0


def test_tmux_config_counts_as_a_step(server: Server, project: Project) -> None:
    project.write("my.conf", "run-shell 'touch ran'\n")
    project.command("dev", "session: {tmux_config: my.conf}\n")
    assert "not trusted" in project.viewsync("run", "dev", "-S", server.socket).err
    assert project.viewsync("trust", "dev", "--yes").code == 0
    project.write("my.conf", "run-shell 'touch other'\n")
    assert "have changed" in project.viewsync("run", "dev", "-S", server.socket).err
    assert server.sessions() == ["proj"]


def test_a_file_without_steps_needs_none(server: Server, project: Project) -> None:
    project.command("dev", "session: {windows: [{name: editor, command: 'true'}]}\n")
    assert status(project) == "nothing to trust"
    assert project.viewsync("trust", "dev").code == 0
    assert project.viewsync("run", "dev", "-S", server.socket).code == 0


def test_revoke(server: Server, project: Project) -> None:
    assert project.viewsync("trust", "dev", "--yes").code == 0
    assert project.viewsync("trust", "dev", "--revoke").out == "no longer trusted: dev\n"
    assert status(project) == "untrusted"
    assert project.viewsync("trust", "dev", "--revoke").out == "none of that was trusted\n"
    assert project.viewsync("run", "dev", "-S", server.socket).code == 1


def test_without_a_name_it_is_about_all_commands(project: Project) -> None:
    project.command("other", "session: {pre_create_steps: [{run: 'true'}]}\n")
    project.command("broken", "session: [\n")
    done = project.viewsync("trust", "--yes")
    assert (done.code, "broken:" in done.err) == (1, True)
    assert done.out.endswith("trusted: dev\ntrusted: other\n")


def test_trust_is_of_one_project(home: Home, project: Project) -> None:
    other = Project(home, "other")
    other.command("dev", text())
    other.write("scripts/check.sh", "#!/bin/sh\ntouch checked\n", program=True)
    assert project.viewsync("trust", "dev", "--yes").code == 0
    assert status(other) == "untrusted"


def test_the_store_is_private_and_a_broken_one_trusts_nothing(server: Server, home: Home, project: Project) -> None:
    path = os.path.join(home.state, "trust.json")
    assert project.viewsync("trust", "dev", "--yes").code == 0
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    for broken in (
        "{",
        "[]",
        '{"version": 99, "trusted": {}}',
    ):
        with open(path, "w", encoding="utf-8") as file:
            file.write(broken)
        done = project.viewsync("run", "dev", "-S", server.socket)
        assert (done.code, done.err.count("\n"), path in done.err) == (5, 1, True)
        assert project.viewsync("trust", "dev", "--yes").code == 5
    assert server.sessions() == ["proj"]


def test_what_is_shown_cannot_command_the_terminal(project: Project) -> None:
    project.command("dev", 'session: {pre_create_steps: [{run: "echo \\e]0;x\\a"}]}\n')
    done = project.viewsync("trust", "dev", "--show")
    assert "\x1b" not in done.out
    assert r"echo \x1b]0;x\x07" in done.out


def test_the_command_that_it_names_is_the_one_that_helps(server: Server, project: Project) -> None:
    project.command("dev", text().replace("touch second", "test {{pr}} -gt 0 && touch second"))
    for argument in ("pr=8", "pr=1 -lt 2 -o 3"):
        run = ("run", "dev", argument, f"task={argument}", "-S", server.socket)
        said = project.viewsync(*run).err
        words = shlex.split(said.rpartition("(`")[2].partition("`")[0])
        assert words[:3] == ["viewsync", "trust", "dev"]
        assert project.viewsync(*words[1:], "--yes").code == 0
        assert project.viewsync(*run).code == 0


def test_a_file_that_is_no_command_of_the_project_is_named_by_its_path(server: Server, project: Project) -> None:
    path = project.write("some where/dev.yaml", text())
    said = project.viewsync("run", path, "-S", server.socket).err
    assert f"`viewsync trust {shlex.quote(path)}`" in said


def test_of_an_argument_that_is_secret_only_its_name_is_told(server: Server, project: Project) -> None:
    project.command("dev", text() + "secrets: [pr]\n")
    said = project.viewsync("run", "dev", "pr=hunter2", "-S", server.socket).err
    assert "`viewsync trust dev pr=...`" in said
    assert "hunter2" not in said


def test_what_a_step_gets_in_a_variable_needs_no_trust_of_its_own(server: Server, project: Project) -> None:
    project.command("dev", text().replace("touch second", "test $PR -gt 0") + "environment: {PR: '{{pr}}'}\n")
    assert project.viewsync("trust", "dev", "pr=8", "--yes").code == 0
    assert project.viewsync("run", "dev", "pr=9", "task=nine", "-S", server.socket).code == 0
    assert project.viewsync("run", "dev", "pr=0", "task=none", "-S", server.socket).code == 1
