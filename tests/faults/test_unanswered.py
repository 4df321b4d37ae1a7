"""A server that stops in the middle of a change: what is said of it is so, and where nobody knows, that is said."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.faults.support import NO_HOOKS, detached, script
from tests.support.sessions import create, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.server import Home, Server


@pytest.fixture
def stopping(server: Server, home: Home) -> Iterator[Callable[..., dict[str, str]]]:
    """A tmux that stops the server just before a command, and, where `on` says so, lets it go on before the next."""

    def make(command: str, *, on: bool) -> dict[str, str]:
        done = os.path.join(home.path, "stopped")
        # Whether it hangs is asked beside the command, and is not the next one.
        go = f'case " $* " in *"-p ok "*) ;; *) [ ! -e {done} ] || kill -CONT {server.pid} ;; esac' if on else ":"
        body = (
            f'{go}\ncase " $* " in *"{command}"*) [ -e {done} ] || {{ : > {done}; kill -STOP {server.pid}; }} ;; esac'
        )
        return {
            "VIEWSYNC_TMUX": script(home, "stopping", f'{body}\nexec tmux "$@"'),
            "VIEWSYNC_TMUX_TIMEOUT": "2",
        }  # a busy machine answers in it

    yield make
    os.kill(server.pid, signal.SIGCONT)


def test_a_rename_that_came_to_pass_is_one(server: Server, home: Home, stopping: Callable[..., dict[str, str]]) -> None:
    create(server, "web")
    done = home.viewsync("rename", "-s", "web", "-n", "api", env=stopping("rename-session", on=True))
    assert (done.code, done.out) == (0, "renamed web to api\n"), done
    assert (server.sessions(), list(rows(home))) == (["proj", "api"], ["api"])


def test_one_of_which_nobody_knows_says_so(server: Server, home: Home, stopping: Callable[..., dict[str, str]]) -> None:
    create(server, "web")
    done = home.viewsync("rename", "-s", "web", "-n", "api", env=stopping("rename-session", on=False))
    assert (done.code, "is not known" in done.err, "nothing was changed" in done.err) == (4, True, False), done
    os.kill(server.pid, signal.SIGCONT)
    until(lambda: "api" in server.sessions(), "the name")
    assert home.viewsync("reconcile", "--repair").code == 0
    assert list(rows(home)) == ["api"]


def test_a_kill_that_came_to_pass_is_one(server: Server, home: Home, stopping: Callable[..., dict[str, str]]) -> None:
    create(server, "web")
    done = home.viewsync("kill", "-s", "web", env=stopping("kill-session", on=True))
    assert (done.code, "fully removed" in done.out) == (0, True), done
    assert (server.sessions(), rows(home)) == (["proj"], {})


def test_one_that_did_not_is_none(server: Server, home: Home, stopping: Callable[..., dict[str, str]]) -> None:
    """With views it goes through tmux's stdin, and the client that was to read that is gone."""
    create(server, "web")
    tab, view = server.open("web", env=NO_HOOKS)
    tab.hang_up()
    detached(server, view)
    done = home.viewsync("kill", "-s", "web", env=stopping("source-file -", on=True))
    assert (done.code, "it is still there" in done.err) == (2, True), done
    assert (server.sessions(), list(rows(home))) == (["proj", "web", view], ["web"])


def test_a_kill_of_which_nobody_knows_says_so_and_keeps_the_row(
    server: Server, home: Home, stopping: Callable[..., dict[str, str]]
) -> None:
    create(server, "web")
    done = home.viewsync("kill", "-s", "web", env=stopping("kill-session", on=False))
    assert (done.code, "whether it has ended is not known" in done.err) == (2, True), done
    assert list(rows(home)) == ["web"]


def test_a_project_that_ends_so_says_so(server: Server, home: Home, stopping: Callable[..., dict[str, str]]) -> None:
    name = "web"
    create(server, name)
    server.tmux("set-option", "-t", f"={name}:", "@viewsync_session", server.show(f"={name}:", "#{session_id}"))
    for mark, value in (("root", home.path), ("project", "web"), ("worktree", "main"), ("task", "t"), ("base", "web")):
        server.tmux("set-option", "-t", f"={name}:", f"@viewsync_{mark}", value)
    done = home.viewsync("kill-session", name, "-S", server.socket, env=stopping("kill-session", on=False))
    assert (done.code, "whether it has ended is not known" in done.err) == (1, True), done
    os.kill(server.pid, signal.SIGCONT)
    until(lambda: name not in server.sessions(), "its end")


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("pin", "VIEW"), "set-option"),
        (("release", "-s", "web"), "set-option"),
        (("open", "--json", "proj"), "source-file"),
        (("adopt", "--yes", "proj"), "set-option"),
    ],
)
def test_no_other_verb_says_that_nothing_was_changed(
    server: Server, home: Home, stopping: Callable[..., dict[str, str]], words: tuple[str, ...], command: str
) -> None:
    create(server, "web")
    home.viewsync("quarantine", "-s", "web")
    server.tmux("new-session", "-d", "-t", "=proj", "-s", "proj-view-1735324800-5432")
    view = home.viewsync("open", "--json", "-S", server.socket, "proj", env=NO_HOOKS).json()["view"]
    given = [view if word == "VIEW" else word for word in words]
    done = home.viewsync(*given, env={**stopping(command, on=False), **NO_HOOKS})
    assert (done.code, "may still be done" in done.err, "nothing was changed" in done.err) == (4, True, False), done


def test_what_only_asks_says_no_such_thing(server: Server, home: Home) -> None:
    create(server, "web")
    os.kill(server.pid, signal.SIGSTOP)
    done = home.viewsync("health", "-s", "web", env={"VIEWSYNC_TMUX_TIMEOUT": "0.3"})
    os.kill(server.pid, signal.SIGCONT)
    assert (done.code, "may still be done" in done.err) == (4, False), done
