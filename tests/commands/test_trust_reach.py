"""viewsync trust: whatever a step may run is asked for anew when it changes, however the step comes to it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from tests.support.server import Home, Server
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Iterator

# Without a first line that says so, nothing but the step makes a program of them.
SCRIPT = ":\n"
EVIL = 'touch "$VIEWSYNC_PROJECT_PATH/evil"\n'


@pytest.fixture
def project(home: Home) -> Project:
    found = Project(home)
    found.repository()
    return found


@pytest.fixture(scope="module")
def untouched() -> Iterator[Server]:
    """A server on which nothing is made, since everything is refused."""
    home = Home()
    server = Server(home).start()
    yield server
    server.stop()
    home.remove()


def commit(project: Project) -> None:
    project.git("add", "-A")
    project.git("commit", "-qm", "all")


def dev(project: Project, step: str, more: str = "") -> None:
    project.command("dev", f"{more}\nsession:\n  pre_create_steps:\n    - run: {json.dumps(step)}\n")


def status(project: Project, *words: str) -> str:
    (found,) = project.viewsync("trust", "dev", *words, "--show", "--json").json()["commands"]
    return str(found["status"])


def trust(project: Project, *words: str) -> None:
    done = project.viewsync("trust", "dev", *words, "--yes")
    assert done.code == 0, done


def refused(project: Project, server: Server) -> None:
    done = project.viewsync("run", "dev", "-S", server.socket)
    assert (done.code, "`viewsync trust dev`" in done.err, done.err.count("\n")) == (1, True, 1), done
    assert not os.path.exists(os.path.join(project.root, "evil"))
    assert server.sessions() == ["proj"]


@pytest.mark.parametrize(
    ("step", "file"),
    [
        ("cd tools && ./x.sh", "tools/x.sh"),
        ('"$VIEWSYNC_PROJECT_PATH/tools/x.sh"', "tools/x.sh"),
        ('sh "$VIEWSYNC_PROJECT_PATH"/tools/data', "tools/data"),
        ("for hook in hooks/*; do sh $hook; done", "hooks/one"),
        ("sh hooks/o*", "hooks/one"),
        ("bash -o pipefail tools/data", "tools/data"),
        ("timeout 9 sh tools/data", "tools/data"),
        ("nice sh tools/data", "tools/data"),
        ("python3 -W ignore y.py", "y.py"),
        ("cat x | sh", "x"),
        ("bash -c 'sh tools/data'", "tools/data"),
        ("sh < x", "x"),
        ("ionice -c 3 stdbuf -o L sh tools/data", "tools/data"),
        ("make", "Makefile"),
        ("find hooks -type f -exec sh {} +", "hooks/one"),
        ("x=tools; sh $x/data", "tools/data"),
        ("true\n./tools/x.sh", "tools/x.sh"),
        ("./tools/x.sh", "tools/lib.sh"),  # which the script reads
        ("cp tools/x.sh .git/hooks/post-checkout", "tools/x.sh"),
    ],
)
@pytest.mark.parametrize("tracked", [True, False], ids=["tracked", "untracked"])
def test_a_file_that_changed_does_not_run(
    untouched: Server, project: Project, step: str, file: str, tracked: bool
) -> None:
    dev(project, step)
    for name in dict.fromkeys(["tools/x.sh", file]):
        project.write(name, SCRIPT, program=name.endswith(".sh"))
    if tracked:
        commit(project)
    trust(project)
    assert status(project) == "trusted"
    project.write(file, EVIL, program=file.endswith(".sh"))
    assert status(project) == "changed"
    refused(project, untouched)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PATH", "{{project_path}}/bin:/usr/bin:/bin"),
        ("BASH_ENV", "{{project_path}}/bin/rc"),
        ("PYTHONPATH", "bin"),
        ("GIT_EXEC_PATH", "bin"),
        ("LD_PRELOAD", "bin/x.so"),
        ("TOOL", "bin/touch"),
    ],
)
@pytest.mark.parametrize("where", ["session", "project", "step"])
def test_variables_of_the_file_are_asked_for(
    untouched: Server, project: Project, name: str, value: str, where: str
) -> None:
    project.write("bin/touch", SCRIPT, program=True)
    dev(project, "touch made")
    commit(project)
    trust(project)
    pair = json.dumps({name: value})
    if where == "session":
        dev(project, "touch made", f"environment: {pair}")
    elif where == "project":
        project.settings(f"environments: {{development: {pair}}}\n")
    else:
        dev(project, "touch made")
        path = os.path.join(project.root, ".viewsync/commands/dev.yaml")
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"      environment: {pair}\n")
    assert status(project) == "changed"
    refused(project, untouched)


@pytest.mark.parametrize("name", ["PATH", "BASH_ENV", "LD_PRELOAD"])
def test_and_then_what_they_lead_to(server: Server, project: Project, name: str) -> None:
    """Even a plain step runs another file then."""
    value = "{{project_path}}/bin" if name != "PATH" else "{{project_path}}/bin:/usr/bin:/bin"
    dev(project, "touch made", f"environment: {json.dumps({name: value})}")
    project.write("bin/touch", SCRIPT, program=True)
    commit(project)
    trust(project)
    project.write("bin/touch", EVIL, program=True)
    refused(project, server)


def test_a_secret_variable_is_no_way_around(server: Server, home: Home, project: Project) -> None:
    more = "secrets: [BASH_ENV]\nenvironment: {BASH_ENV: '{{project_path}}/%s'}"
    dev(project, "touch made", more % "hush-hush-1")
    commit(project)
    trust(project)
    assert status(project) == "trusted"
    dev(project, "touch made", more % "hush-hush-2")
    refused(project, server)
    with open(os.path.join(home.state, "trust.json"), encoding="utf-8") as file:
        assert "hush" not in file.read()


def test_what_a_step_pulls_does_not_run_in_the_next(server: Server, home: Home, project: Project) -> None:
    """It is asked at each step: what one of them changes, the next does not run."""
    project.write("tools/x.sh", SCRIPT, program=True)
    project.command("dev", "session:\n  pre_create_steps: [{run: git pull -q}, {name: second, run: ./tools/x.sh}]\n")
    commit(project)
    other = os.path.join(home.path, "other")
    project.git("clone", "-q", project.root, other)
    project.git("remote", "add", "origin", other)
    project.git("fetch", "-q")
    project.git("branch", "-q", "--set-upstream-to=origin/main")
    trust(project)
    with open(os.path.join(other, "tools/x.sh"), "w", encoding="utf-8") as file:
        file.write(EVIL)
    project.git("commit", "-qam", "evil", cwd=other)
    done = project.viewsync("run", "dev", "-S", server.socket)
    assert (done.code, "the pre-create step 'second' was not run; no session was made" in done.err) == (1, True), done
    refused(project, server)
    trust(project)
    assert project.viewsync("run", "dev", "-S", server.socket).code == 0
    assert os.path.exists(os.path.join(project.root, "evil"))


def test_nor_does_what_it_copies_where_it_then_runs(server: Server, project: Project) -> None:
    project.command(
        "dev", "session:\n  pre_create_steps: [{run: cp new tools/x.sh}, {name: second, run: cd tools && ./x.sh}]\n"
    )
    project.write("tools/x.sh", SCRIPT, program=True)
    project.write("new", EVIL)
    commit(project)
    trust(project)
    done = project.viewsync("run", "dev", "-S", server.socket)
    assert (done.code, "'second' was not run" in done.err) == (1, True), done
    assert not os.path.exists(os.path.join(project.root, "evil"))


def test_a_clone_that_git_ignores_is_looked_into(server: Server, home: Home, project: Project) -> None:
    tool = os.path.join(project.root, "deps/tool")
    project.write(".gitignore", "deps/\n")
    dev(project, "cd deps/tool && ./run")
    commit(project)
    project.write("deps/tool/run", SCRIPT, program=True)
    project.git("init", "-q", cwd=tool)
    project.git("add", "run", cwd=tool)
    project.git("commit", "-qm", "tool", cwd=tool)
    trust(project)
    assert status(project) == "trusted"
    project.write("deps/tool/run", EVIL, program=True)
    refused(project, server)


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_file_that_git_does_not_look_at_is_looked_at(server: Server, project: Project, flag: str) -> None:
    dev(project, "sh data")
    project.write("data", SCRIPT)
    commit(project)
    trust(project)
    project.git("update-index", flag, "data")
    assert status(project) == "trusted"
    project.write("data", EVIL)
    refused(project, server)


@pytest.mark.parametrize("how", ["source-file other.conf", "if-shell true 'source other.conf'", "so other.conf"])
def test_what_tmux_config_sources_is_part_of_it(server: Server, project: Project, how: str) -> None:
    project.write("my.conf", f"{how}\n")
    project.write("other.conf", "set -g @x 1\n")
    project.write(".gitignore", "other.conf\n")  # so that it is no part of the tree
    project.command("dev", "session: {tmux_config: my.conf}\n")
    commit(project)
    trust(project)
    assert status(project) == "trusted"
    project.write("other.conf", "run-shell 'touch evil'\n")
    refused(project, server)


def test_without_git_it_is_what_could_be_run(server: Server, home: Home) -> None:
    project = Project(home, "plain")
    dev(project, "cd tools && sh x")
    project.write("tools/x", SCRIPT)
    trust(project)
    project.write("notes", "no program, and nothing names it")
    assert status(project) == "trusted"
    project.write("tools/x", EVIL)
    refused(project, server)


# What does not ask anew.


@pytest.mark.parametrize(
    "step", ["touch made", "echo hello > made", "mkdir -p a/b; printf '%s' \"$VIEWSYNC_TASK\" > a/b/c"]
)
def test_a_plain_step_needs_its_words_alone(server: Server, project: Project, step: str) -> None:
    dev(project, step)
    trust(project)
    project.write("tools/x.sh", EVIL, program=True)
    commit(project)
    assert status(project) == "trusted"
    assert project.viewsync("run", "dev", "-S", server.socket).code == 0


def test_to_commit_what_was_trusted_changes_nothing(project: Project) -> None:
    dev(project, "make")
    project.write("Makefile", "all:\n\ttrue\n")
    project.write("lib/deep/x.py", "")
    trust(project)
    commit(project)
    assert status(project) == "trusted"


def test_nor_do_files_that_git_ignores_or_the_steps_write(server: Server, project: Project) -> None:
    project.command(
        "dev", "session: {pre_create_steps: [{run: sh build.sh > log}, {run: ./build.sh}, {run: sh build.sh}]}\n"
    )
    project.write(".gitignore", "build/\n")
    project.write("build.sh", "#!/bin/sh\nmkdir -p build; date >> build/run.sh; date >> notes\n", program=True)
    commit(project)
    trust(project)
    for task in ("one", "two"):
        done = project.viewsync("run", "dev", f"task={task}", "-S", server.socket)
        assert done.code == 0, done


def test_the_rest_of_the_commands_may_change(project: Project) -> None:
    dev(project, "make")
    project.write("Makefile", "all:\n\ttrue\n")
    commit(project)
    trust(project)
    project.command("other", "session: {windows: [{name: x}]}\n")
    dev(project, "make", "description: another")
    assert status(project) == "trusted"


def test_what_was_trusted_before_still_is(server: Server, project: Project) -> None:
    """Between two branches nobody is asked at every change."""
    dev(project, "make")
    project.write("Makefile", "all:\n\ttrue\n")
    commit(project)
    trust(project)
    project.write("Makefile", "all:\n\ttrue 2\n")
    assert status(project) == "changed"
    trust(project)
    project.write("Makefile", "all:\n\ttrue\n")
    assert status(project) == "trusted"
    assert project.viewsync("trust", "dev", "--revoke").code == 0
    assert status(project) == "untrusted"


def test_a_new_worktree_has_what_was_trusted(server: Server, project: Project) -> None:
    """It is made of a commit, and before it is made its files are known by that."""
    more = "worktree: {branch: '{{branch}}'}"
    dev(project, "make > log && cd lib && sh x", more)
    project.write("Makefile", "all:\n\ttrue\n")
    project.write("lib/x", SCRIPT)
    commit(project)
    project.write("lib/mine.sh", EVIL)  # which is in no commit, and so in no new worktree
    trust(project, "branch=one")
    done = project.viewsync("run", "dev", "branch=one", "-S", server.socket)
    assert done.code == 0, done
    assert project.viewsync("run", "dev", "branch=two", "-S", server.socket).code == 0
    assert status(project, "branch=one") == "trusted"


def test_a_submodule_is_as_its_commit_says(home: Home, project: Project) -> None:
    other = Project(home, "other")
    other.repository()
    other.write("run", SCRIPT, program=True)
    commit(other)
    project.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", other.root, "sub")
    dev(project, "./sub/run")
    commit(project)
    trust(project)
    project.git("submodule", "deinit", "-q", "-f", "sub")
    assert status(project) == "trusted"
    project.git("-c", "protocol.file.allow=always", "submodule", "update", "-q", "--init")
    assert status(project) == "trusted"
    project.write("sub/run", EVIL, program=True)
    assert status(project) == "changed"


def test_the_question_says_what_is_covered(home: Home, project: Project) -> None:
    dev(project, "make", "environment: {TOOL: a, API_TOKEN: hush-hush}")
    project.write("Makefile", "all:\n\ttrue\n")
    commit(project)
    tab = home.program(["sh", "-c", 'cd "$1" && exec "$2" trust dev', "sh", project.root, home.launcher])
    until(lambda: "[y/N]" in tab.text(), "the question")
    for said in ("TOOL=a", "API_TOKEN=(secret)", "all that git tracks", project.root, "not covered: what git ignores"):
        assert said in " ".join(tab.text().split()), said
    assert "hush" not in tab.text()
    tab.type("n\n")
    assert tab.wait() == 1


def test_a_tree_that_is_too_large_without_git_is_said(server: Server, home: Home) -> None:
    project = Project(home, "large")
    folder = os.path.join(project.root, "many")
    os.mkdir(folder)
    for number in range(20_001):
        os.mknod(os.path.join(folder, str(number)))
    dev(project, "make")
    done = project.viewsync("run", "dev", "-S", server.socket)
    assert (done.code, done.err.count("\n"), "more than 20000 files" in done.err) == (1, 1, True), done
    assert server.sessions() == ["proj"]


@pytest.mark.parametrize("place", ["tmux_config", "sourced", "named", "beside", "endless"])
def test_what_has_no_end_or_nobody_writes_to_holds_up_nothing(server: Server, home: Home, place: str) -> None:
    """A pipe in a project, or a device: nothing of it is read. Without git every file is looked at."""
    project = Project(home)
    pipe = os.path.join(project.root, "pipe")
    project.write("conf", f"source-file {pipe}\n")
    project.write("x.sh", SCRIPT)
    step, config = {
        "tmux_config": ("true", "pipe"),
        "sourced": ("true", "conf"),
        "named": ("cat pipe | sh -n", ""),
        "beside": ("sh x.sh", ""),
        "endless": ("sh x.sh", "endless"),
    }[place]
    os.mkfifo(pipe)
    project.write("endless", "source-file /dev/zero\n")
    more = f"  tmux_config: {config}\n" if config else ""
    project.command("dev", f"session:\n{more}  pre_create_steps:\n    - run: {json.dumps(step)}\n")
    for words in (("trust", "dev", "--show"), ("run", "dev", "-S", server.socket)):
        done = project.viewsync(*words)
        assert done.code == 1 or words[0] == "trust", done
        assert done.err.count("\n") <= 1
    assert server.sessions() == ["proj"]


def test_what_sources_more_files_than_are_looked_at_is_refused(server: Server, project: Project) -> None:
    for number in range(120):
        project.write(f"{number}.conf", f"source-file {project.root}/{number + 1}.conf\n")
    project.command("dev", "session:\n  tmux_config: 0.conf\n")
    done = project.viewsync("trust", "dev", "--yes")
    assert (done.code, "sources more than 100 files" in done.err) == (1, True), done
    assert project.viewsync("run", "dev", "-S", server.socket).code == 1
    assert server.sessions() == ["proj"]
