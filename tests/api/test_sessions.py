"""The Python library: what its page shows, and what a program that relies on it relies on."""

from __future__ import annotations

import doctest
import itertools
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.server import ROOT
from tests.support.wait import until
from tests.test_hot_path import FORBIDDEN
from viewsync import Registry
from viewsync.errors import LockTimeout, MissingSession, SessionExists, TmuxError, UsageError

if TYPE_CHECKING:
    from tests.support.server import Home, Server


@pytest.fixture
def registry(server: Server, home: Home) -> Registry:
    """On a server of the test's own, that its fixture ends: new sessions go there."""
    return Registry(env={**home.env, "TMUX": ""})


@pytest.fixture
def socket(server: Server) -> str:
    return server.socket


def test_the_page_says_what_happens(server: Server, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PS1", "PROMPT_COMMAND"):  # as an activated environment exports them, to the page's shell too
        monkeypatch.delenv(name, raising=False)
    for name, value in home.env.items():
        monkeypatch.setenv(name, value)
    # The page names no socket; here it is one that the fixture ends.
    own = os.path.join(home.state, "claude.sock")
    os.makedirs(home.state, mode=0o700, exist_ok=True)
    os.symlink(server.socket, own)
    failed, tried = doctest.testfile(
        os.path.join(ROOT, "docs", "reference", "python.md"), module_relative=False, optionflags=doctest.ELLIPSIS
    )
    assert (failed, tried > 15) == (0, True)


def test_a_session_ends_with_its_block_even_when_that_fails(registry: Registry, server: Server, socket: str) -> None:
    def fail() -> None:
        with registry.create("a", socket=socket):
            assert "a" in server.sessions()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert "a" not in server.sessions()
    assert len(registry) == 0
    with registry.create("b", socket=socket) as session:
        assert session.kill()
        assert "b" not in registry


def test_one_that_is_not_registered(registry: Registry, server: Server, socket: str) -> None:
    with registry.create("a", socket=socket, register=False, wait=r"[$#] $") as session:
        assert len(registry) == 0
        assert session.send("echo $((40+2))", wait="^42$").kind == "found"
    assert server.sessions() == ["proj"]


def test_arguments_reach_the_program(registry: Registry, socket: str, home: Home) -> None:
    command = ["sh", "-c", 'echo "$X in $PWD as $1"; stty size; read x', "sh", "a b"]
    with registry.create(
        "a", socket=socket, command=command, environment={"X": "#{pid}"}, cwd=home.path, size=(91, 17)
    ) as a:
        assert a.wait("^17 91$").output[0] == f"#{{pid}} in {home.path} as a b"
    with registry.create("a", socket=socket, command=command, size="100x30", history_limit=7) as a:
        assert a.wait("^30 100$").kind == "found"
        assert a.capture().history_size <= 7


@pytest.mark.parametrize("wrong", [{"size": "100"}, {"size": (0, 5)}, {"size": (7,)}, {"history_limit": -1}])
def test_a_size_that_is_none_is_refused_before_anything_is_made(
    registry: Registry, socket: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(UsageError, match=r"not a (size|number of lines)"):
        registry.create("a", socket=socket, **wrong)
    assert "a" not in registry


def test_a_block_into_python(registry: Registry, socket: str) -> None:
    with registry.create("py", kind="python", socket=socket, wait=True) as session:
        code = "def f(n):\n    if n:\n\n        return n * 2\n    return 0\n\nf(21)"
        assert session.send(code, block=True, wait="^42$").kind == "found"


def test_patterns_that_stop_and_silence(registry: Registry, socket: str) -> None:
    with registry.create("a", socket=socket, command=["sh"], wait=r"[$#] $") as session:
        assert session.send("echo bad", wait="good", stop="^bad$").kind == "stopped"
        assert session.send("echo x", wait=["y", "^x$"]).pattern == "^x$"
        assert session.wait(idle=0.2).kind == "idle"
        assert session.wait("(", fixed=True, since="now", timeout=0.1).kind == "timeout"
        session.send("exit 3")
        assert session.wait(exit=True).kind == "exited"


def test_a_command_that_takes_too_long_goes_on(registry: Registry, socket: str, home: Home) -> None:
    done = os.path.join(home.path, "done")
    with registry.create("a", socket=socket, command=["bash", "--norc"], wait=r"[$#] $") as session:
        ran = session.exec(f"echo begun; sleep 1; touch {done}", timeout=0.5)
        assert (ran.code, ran.kind) == (None, "timeout")
        until(lambda: os.path.exists(done), "its end")


def test_errors(registry: Registry, server: Server, socket: str, home: Home) -> None:
    with registry.create("a", socket=socket) as session:
        with pytest.raises(SessionExists):
            registry.create("a", socket=socket)
        with pytest.raises(UsageError):
            session.wait("(")
        with pytest.raises(UsageError):
            session.keys("Upp")
        with pytest.raises(UsageError) as misspelt:
            registry.create("b", kind="pyton", socket=socket)
        assert misspelt.value.hint == "did you mean python?"
        with pytest.raises(UsageError, match="prompt"):
            registry.create("b", command=["cat"], wait=True, socket=socket)
        assert "b" not in server.sessions()
    with pytest.raises(MissingSession):
        registry.session("a")
    with pytest.raises(MissingSession):
        registry.pane("nosuch", socket=socket).capture()
    with pytest.raises(TmuxError):
        registry.pane("x", socket=os.path.join(home.path, "none")).capture()


def test_a_prompt_that_does_not_come_keeps_the_session(registry: Registry, server: Server, socket: str) -> None:
    with pytest.raises(TmuxError, match="did not come"):
        registry.create("a", socket=socket, command=["cat"], wait="never", timeout=0.2)
    assert "a" in server.sessions()
    assert registry.session("a").kill()


def test_from_many_threads(registry: Registry, socket: str) -> None:
    """Bounds hold there, too, where no alarm can be set, and what is sent to one session does not mix."""
    with registry.create("a", socket=socket, command=["sh", "-c", "stty -echo; cat"]) as session:
        failed: list[BaseException] = []

        def send(letter: str) -> None:
            try:
                for _ in range(5):
                    session.send("\n".join([letter * 30] * 20), lease_timeout=30)
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=send, args=(letter,)) for letter in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        session.send("END")
        session.wait("^END$", since="all")
        shown = [line[0] for line in session.capture(lines=2000).lines if len(line) == 30]
        assert len(shown) == 4 * 5 * 20
        assert all(len(list(group)) % 20 == 0 for _, group in itertools.groupby(shown))


def test_follow(registry: Registry, socket: str) -> None:
    with registry.create("a", socket=socket, command=["env", "PS1=$ ", "sh"], wait=r"\$ $") as session:
        session.send("printf 'Name? '; read name; seq 3; read x; exit")
        lines, unfinished = [], []
        for news in session.follow(10, timeout=30):
            lines += news.lines
            if news.unfinished.startswith("Name"):
                unfinished.append(news.unfinished)
                session.send("me")
            if "3" in news.lines:
                session.send("")
        assert (news.end, unfinished) == ("gone", ["Name? "])
        assert "Name? me" in lines


@pytest.mark.parametrize("interval", [0.0, 0.1])
def test_the_programs_own_alarm_comes_when_it_is_due(
    registry: Registry, server: Server, socket: str, interval: float
) -> None:
    """Also in the middle of a pattern that takes for ever, which has a bound of its own."""

    class Due(Exception):
        pass

    def due(*_: object) -> None:
        raise Due

    pane = server.tmux("new-session", "-d", "-s", "a", "-P", "-F", "#{pane_id}", "printf %s " + "a" * 40 + "!; cat")
    session = registry.pane(pane, socket=socket)
    session.wait("a!", since="all")
    before = signal.signal(signal.SIGALRM, due)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3, interval)
        with pytest.raises(Due):
            session.wait(r"^(a+)+$", since="all", timeout=3.0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        with pytest.raises(UsageError, match="too long"):
            session.wait(r"^(a+)+$", since="all", timeout=0.1)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_another_folder(server: Server, home: Home, socket: str) -> None:
    other = Registry(os.path.join(home.path, "other"), env=home.env)
    with other.create("a", socket=socket):
        assert other.folder == os.path.join(home.path, "other")
        assert len(Registry(env=home.env)) == 0


def test_it_is_as_light_as_the_command_line(home: Home) -> None:
    code = "import sys; from viewsync import Registry; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & FORBIDDEN == set()


def test_the_lease_is_kept_by_whoever_sends(registry: Registry, socket: str, home: Home) -> None:
    with registry.create("a", socket=socket, command=["cat"]) as session:
        waiting = threading.Thread(target=lambda: session.send("x", wait="never", timeout=2))
        waiting.start()
        folder = os.path.join(home.state, "leases")
        until(lambda: os.path.isdir(folder) and os.listdir(folder), "the lease")
        until(lambda: _refused(session), "a refusal")
        until(lambda: "x" in session.capture().lines, "what was sent")
        session.keys("C-c")  # an interrupt gets through
        waiting.join()


def _refused(session: object) -> bool:
    try:
        session.send("y", lease_timeout=0)  # type: ignore[attr-defined]
    except LockTimeout:
        return True
    return False


def test_names_that_are_not_there() -> None:
    import viewsync

    with pytest.raises(AttributeError):
        viewsync.nothing  # noqa: B018
