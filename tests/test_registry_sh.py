"""lib/registry.sh, sourced by real bash and dash: the reference's functions, and a lock that the shell holds."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.support import forms
from tests.support.client import Tab
from tests.support.server import ROOT, Done, alive
from tests.support.sessions import add_row, create, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Home, Server

SCRIPT = os.path.join(ROOT, "lib", "registry.sh")
SHELLS = {
    "bash": ["bash", "-euo", "pipefail"],
    "lax bash": ["bash"],
    "posix bash": ["bash", "--posix", "-eu"],
    "dash": ["dash", "-eu"],
}
SOURCE = '. "$LIBRARY"\n'


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> list[str]:
    return SHELLS[request.param]


def environment(home: Home, **env: str) -> dict[str, str]:
    return {**home.env, "LIBRARY": SCRIPT, "VIEWSYNC": home.launcher, **env}


def run(home: Home, shell: list[str], script: str, *words: str, cwd: str | None = None, **env: str) -> Done:
    done = subprocess.run(
        [*shell, "-c", script, "sh", *words],
        env=environment(home, **env),
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def lock_path(home: Home) -> str:
    return os.path.join(home.state, ".sessions.lock")


def is_free(home: Home) -> bool:
    return subprocess.run(["flock", "-n", lock_path(home), "true"], check=False).returncode == 0


def holder(home: Home, shell: list[str], script: str = "") -> Tab:
    """A shell that says when it holds the lock, and goes on at the next line of input."""
    tab = Tab([*shell, "-c", f"{SOURCE}registry_lock\necho held\nread -r line\n{script}"], environment(home))
    home.tabs.append(tab)
    until(lambda: "held" in tab.text() or tab.ended(), "the lock")
    assert not tab.ended(), tab.text()
    return tab


def test_the_functions_and_what_they_give_back(home: Home, shell: list[str]) -> None:
    script = f"""{SOURCE}
code() {{ "$@" && echo 0 || echo $?; }}
code registry_validate
code registry_init
code registry_validate
code registry_add_session "$1" /tmp/s.sock "$1:0.0" python-repl 77
code registry_add_session b /tmp/b.sock b:1.2
code registry_session_exists "$1"
code registry_session_exists nope
code registry_get_socket "$1"
code registry_get_target "$1"
code registry_get_target nope
code registry_get_session nope
code registry_update_activity b
code registry_update_activity nope
code registry_remove_session b
code registry_remove_session b
code registry_add_session b
code registry_remove_session
registry_get_session "$1"
"""
    name = '-$(x) "q|'
    done = run(home, shell, script, name)
    lines = done.out.splitlines()
    expected = f"1 0 0 0 0 0 1 /tmp/s.sock 0 {name}:0.0 0 1 1 0 1 0 1 1 1".replace(name, "NAME").split()
    assert [line.replace(name, "NAME") for line in lines[: len(expected)]] == expected
    assert json.loads("".join(lines[len(expected) :])) == rows(home)[name]
    assert (rows(home)[name]["type"], rows(home)[name]["pid"]) == ("python-repl", 77)
    assert "registry: Missing required arguments (name, socket, target)\n" in done.err
    assert "registry: Missing session name\n" in done.err


@pytest.mark.parametrize("name", ["-x", "--help", "--"])
def test_a_name_is_never_an_option(home: Home, name: str) -> None:
    script = """registry_add_session "$1" /s t -- 7
registry_session_exists "$1" && registry_update_activity "$1" && registry_get_socket "$1"
registry_get_target "$1" && registry_get_session "$1" > /dev/null && registry_remove_session "$1" && echo gone"""
    assert run(home, SHELLS["dash"], SOURCE + script, name).out == "/s\nt\ngone\n"
    assert rows(home) == {}


def test_the_variables(home: Home, shell: list[str]) -> None:
    script = 'echo "$REGISTRY_FILE $REGISTRY_LOCK $REGISTRY_VERSION $LOCK_TIMEOUT $CLAUDE_TMUX_SOCKET_DIR"'
    done = run(home, shell, SOURCE + script)
    assert done.out == f"{home.state}/.sessions.json {lock_path(home)} 1.0 5 {home.state}\n"
    assert os.path.isdir(home.state)
    assert run(home, shell, SOURCE + script, LOCK_TIMEOUT="1").out.split()[3] == "1"


def test_sourcing_changes_no_option_of_the_shell(home: Home, shell: list[str]) -> None:
    script = f'set -o > "$HOME/before"\n{SOURCE}registry_init\nset -o > "$HOME/after"\n'
    for words in (shell, [shell[0]]):
        done = run(home, words, script + 'cmp "$HOME/before" "$HOME/after"')
        assert done.code == 0, done


def test_a_variable_set_after_sourcing_counts(home: Home, shell: list[str]) -> None:
    tab = holder(home, ["dash"])
    done = run(home, shell, f"{SOURCE}LOCK_TIMEOUT=0.2\nregistry_add_session a /s t || echo $?")
    assert done.out == "75\n"
    assert done.err.startswith("registry: Failed to acquire lock after 0.2s")
    tab.type("\n")


def test_without_viewsync_sourcing_says_so_and_fails(home: Home, shell: list[str]) -> None:
    done = run(home, shell, '. "$LIBRARY" || exit 3; echo fine', VIEWSYNC="/nonexistent/viewsync")
    assert (done.code, done.out) in ((3, ""), (1, ""))  # 1: what `set -e` makes of it in dash
    assert "registry: cannot use the registry by /nonexistent/viewsync" in done.err


@pytest.mark.parametrize("registered", [3])
def test_d53_cleanup_dead_under_set_e_removes_all(
    home: Home, server: Server, shell: list[str], registered: int
) -> None:
    create(server, "lives")
    for number in range(registered):
        add_row(home, f"gone{number}", server)
    done = run(home, shell, f"{SOURCE}registry_cleanup_dead --dry-run\nregistry_cleanup_dead\necho $?")
    assert (done.code, done.out) == (0, "3\n3\n0\n")
    assert list(rows(home)) == ["lives"]
    assert "lives" in server.sessions()


def test_d64_sourced_by_links_relative_paths_and_cdpath(home: Home, shell: list[str]) -> None:
    folder = os.path.join(home.path, "it's a folder")
    os.makedirs(os.path.join(folder, "lib"))
    os.symlink(SCRIPT, os.path.join(folder, "lib", "registry.sh"))
    os.symlink("registry.sh", os.path.join(folder, "lib", "again.sh"))
    for path in ("lib/registry.sh", "./lib/again.sh", os.path.join(folder, "lib", "again.sh")):
        done = run(
            home,
            shell,
            '. "$SOURCED" && registry_init && echo fine',
            cwd=folder,
            CDPATH=f"/tmp:{home.path}",
            SOURCED=path,
        )
        assert done.out == "fine\n", done


# --- the lock ---------------------------------------------------------------------------------------------------------


def test_the_lock_excludes_flock_1_and_viewsync_and_lets_its_shell_go_on(home: Home, shell: list[str]) -> None:
    tab = holder(
        home, shell, "registry_add_session mine /s t && echo added\nregistry_unlock\necho unlocked\nread -r line"
    )
    assert not is_free(home)
    assert home.viewsync("registry", "add", "other", "/s", "t", env={"LOCK_TIMEOUT": "0.2"}).code == 75
    tab.type("\n")
    until(lambda: "unlocked" in tab.text(), "the unlock")
    assert "added" in tab.text()
    assert list(rows(home)) == ["mine"]
    assert is_free(home)
    tab.type("\n")


def test_it_waits_for_flock_1(home: Home, shell: list[str]) -> None:
    home.viewsync("registry", "init")
    other = home.program(["flock", lock_path(home), "sh", "-c", "echo held; read line"])
    until(lambda: "held" in other.text(), "the lock")
    done = run(home, shell, f"{SOURCE}registry_lock || echo $?\nregistry_unlock && echo none", LOCK_TIMEOUT="0.2")
    assert done.out == "75\nnone\n"
    assert done.err.startswith("registry: Failed to acquire lock after 0.2s")
    other.type("\n")
    assert run(home, shell, f"{SOURCE}registry_lock && echo locked").out == "locked\n"


def test_kill_9_lets_go(home: Home, shell: list[str]) -> None:
    tab = holder(home, shell)
    tab.signal(signal.SIGKILL)
    until(lambda: is_free(home), "the lock to be free")


def test_nesting(home: Home, shell: list[str]) -> None:
    """As many unlocks as locks; one too many, or one without a lock, does nothing."""
    state = 'state() { flock -n "$REGISTRY_LOCK" true && echo free || echo held; }'
    script = f"{SOURCE}{state}\nregistry_unlock\nregistry_lock\nregistry_lock\nstate\nregistry_unlock\nstate\n"
    script += "registry_unlock\nstate\nregistry_unlock\nregistry_lock\nstate\nregistry_unlock\nstate"
    assert run(home, shell, script).out.split() == ["held", "held", "free", "held", "free"]


def test_unlocking_is_not_undone_by_a_program_that_was_started_meanwhile(home: Home, shell: list[str]) -> None:
    """It has the descriptor, too: closing ours alone would leave the lock to it."""
    tab = holder(home, shell, "sleep 1000 & echo pid=$!\nregistry_unlock\necho unlocked\nread -r line")
    tab.type("\n")
    until(lambda: "unlocked" in tab.text(), "the unlock")
    pid = int(tab.text().split("pid=")[1].split()[0])
    try:
        assert alive(pid)
        assert is_free(home)
    finally:
        os.kill(pid, signal.SIGKILL)


def test_d51_a_link_in_the_locks_place_harms_nobody(home: Home, shell: list[str]) -> None:
    home.viewsync("registry", "init")
    victim = os.path.join(home.path, "victim")
    with open(victim, "w", encoding="utf-8") as file:
        file.write("precious")
    os.unlink(lock_path(home))
    os.symlink(victim, lock_path(home))
    done = run(home, shell, f"{SOURCE}registry_lock || echo $?\nregistry_add_session a /s t || echo $?")
    assert done.out == "1\n"  # the shell's lock is refused; what writes sets the link aside
    assert done.err.count("symbolic link") == 2
    with open(victim, encoding="utf-8") as file:
        assert file.read() == "precious"


def test_the_lock_file_is_not_truncated(home: Home, shell: list[str]) -> None:
    os.mkdir(home.state, mode=0o700)
    with open(lock_path(home), "w", encoding="utf-8") as file:
        file.write("note")
    assert run(home, shell, f"{SOURCE}registry_lock\nregistry_unlock\necho done").out == "done\n"
    with open(lock_path(home), encoding="utf-8") as file:
        assert file.read() == "note"


def test_d50_a_lock_directory_is_honoured(home: Home, shell: list[str]) -> None:
    os.makedirs(lock_path(home), mode=0o700)
    with open(os.path.join(lock_path(home), "owner"), "w", encoding="utf-8") as file:
        file.write(f"{os.getpid()} {os.uname().nodename} {int(time.time())}\n")  # before it began, it was not its own
    done = run(home, shell, f"{SOURCE}registry_lock || echo $?", LOCK_TIMEOUT="0.2")
    assert done.out == "75\n"
    assert os.listdir(lock_path(home)) == ["owner"]


def test_the_first_lock_of_all_is_silent(home: Home, shell: list[str]) -> None:
    """There is no file to open yet."""
    done = run(home, shell, f"{SOURCE}registry_lock\nregistry_unlock\necho done")
    assert done == (0, "done\n", "")


def test_another_file_than_the_lock_is_no_endless_loop(home: Home, shell: list[str]) -> None:
    impatient = os.path.join(home.path, "registry.sh")
    with open(SCRIPT, encoding="utf-8") as source, open(impatient, "w", encoding="utf-8") as copy:
        text = source.read()
        assert text.count("_registry_left=100\n") == 1
        copy.write(text.replace("_registry_left=100\n", "_registry_left=3\n"))
    script = f'{SOURCE}REGISTRY_LOCK="$HOME/other"\n: > "$REGISTRY_LOCK"\nregistry_lock || echo $?'
    done = run(home, shell, script, LIBRARY=impatient)
    assert (done.out, done.err.count("\n")) == ("1\n", 1)
    assert "is not the lock of the registry" in done.err


def test_a_lock_directory_that_goes_away_while_we_wait(home: Home, shell: list[str]) -> None:
    """The descriptor has to be opened then."""
    os.makedirs(lock_path(home), mode=0o700)
    with open(os.path.join(lock_path(home), "owner"), "w", encoding="utf-8") as file:
        file.write(f"{os.getpid()} {os.uname().nodename} {int(time.time())}\n")  # whose process lives
    tab = Tab([*shell, "-c", f"{SOURCE}echo waiting\nregistry_lock\necho held\nread -r line"], environment(home))
    home.tabs.append(tab)
    until(lambda: "waiting" in tab.text(), "the shell")
    shutil.rmtree(lock_path(home))
    until(lambda: "held" in tab.text() or tab.ended(), "the lock")
    assert not is_free(home)


def without_flock(home: Home) -> dict[str, str]:
    """As on macOS, where the lock is a directory: what `_has_flock` answers there."""
    path = os.path.join(home.path, "viewsync-macos")
    with open(home.launcher, encoding="utf-8") as file:
        text = file.read()
    start = "from viewsync.cli import main;"
    patched = text.replace(start, f"{start} from viewsync.store import lock; lock._has_flock = bool;")
    assert patched != text
    with open(path, "w", encoding="utf-8") as file:
        file.write(patched)
    os.chmod(path, 0o700)
    return {"VIEWSYNC": path}


def test_the_directory_as_lock_where_flock_is_missing(home: Home, shell: list[str]) -> None:
    env = without_flock(home)
    script = f"""{SOURCE}
registry_lock
[ -d "$REGISTRY_LOCK" ] && echo directory
registry_add_session mine /s t && echo added
(VIEWSYNC_LOCK_HELD='' LOCK_TIMEOUT=0.2 "$VIEWSYNC" registry add other /s t || echo $?)
found=$(registry_add_session sub /s t) && echo "added in a subshell$found"
registry_unlock
[ -e "$REGISTRY_LOCK" ] || echo gone
"""
    done = run(home, shell, script, **env)
    assert done.out.splitlines() == ["directory", "added", "75", "added in a subshell", "gone"], done
    assert sorted(rows(home)) == ["mine", "sub"]


def test_d50_the_directory_of_a_shell_that_was_killed_is_cleared(home: Home, shell: list[str]) -> None:
    env = without_flock(home)
    done = run(home, shell, f"{SOURCE}registry_lock\nkill -9 $$", **env)
    assert done.code == -signal.SIGKILL
    assert os.path.isdir(lock_path(home))
    assert run(home, shell, f"{SOURCE}registry_add_session a /s t && echo fine", **env).out == "fine\n"


def test_jq_under_the_lock_of_the_shell(home: Home, shell: list[str]) -> None:
    """What scripts do that change the file themselves."""
    tab = holder(
        home,
        shell,
        'registry_init\nnew="$REGISTRY_FILE.new"\n'
        'jq \'.sessions.a.note = "by hand"\' "$REGISTRY_FILE" > "$new" && mv "$new" "$REGISTRY_FILE"\n'
        "registry_add_session a /s a:0.0\nregistry_unlock\necho unlocked",
    )
    tab.type("\n")
    until(lambda: "unlocked" in tab.text() or tab.ended(), "the unlock")
    assert rows(home)["a"]["note"] == "by hand"


def test_d35_what_20_shells_add_at_once_is_all_there(home: Home) -> None:
    """Of both kinds, which take the lock by different descriptors."""
    adds = 10 if forms.long else 3
    script = f'{SOURCE}i=0; while [ $i -lt {adds} ]; do registry_add_session "s$1-$i" /s t shell $$; i=$((i + 1)); done'
    running = [
        subprocess.Popen([*SHELLS[kind], "-c", script, "sh", str(number)], env=environment(home, LOCK_TIMEOUT="60"))
        for number, kind in enumerate(["bash", "dash"] * 10)
    ]
    assert [process.wait(timeout=120) for process in running] == [0] * 20
    assert len(rows(home)) == 20 * adds
    assert subprocess.run(["jq", "empty", os.path.join(home.state, ".sessions.json")], check=False).returncode == 0


def test_shellcheck_has_nothing_to_say() -> None:
    for kind in ("sh", "bash", "dash"):
        done = subprocess.run(["shellcheck", "-s", kind, SCRIPT], capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (0, b"")
