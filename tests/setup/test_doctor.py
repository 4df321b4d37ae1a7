"""Every link of the chain, broken one at a time: `doctor` names that one, and --fix mends what it may."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.odd_start import Odd
from tests.support.server import alive
from tests.support.tree import tree
from tests.support.unseen import blind
from tests.support.wait import until
from viewsync.store import lock
from viewsync.tmux.rules import hooks, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.server import Home, Server


@pytest.fixture
def installed(home: Home, server: Server) -> Server:
    """A home where all is in order, with a running server."""
    assert home.viewsync("install").code == 0
    put(home, ".config/wezterm/wezterm.lua", 'require("viewsync")\n')
    return server


def put(home: Home, name: str, text: str, mode: int = 0o644) -> str:
    path = os.path.join(home.path, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def examine(home: Home, *words: str, **env: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and the checks of this home's only server by name."""
    done = home.viewsync("doctor", "--json", *words, env=env)
    data = done.json()
    assert data["ok"] is (done.code == 0)
    ours = [check for check in data["checks"] if check["server"] in ("", *servers_of(home))]
    return done.code, {check["name"]: check for check in ours} | {"fixed": data["fixed"]}


def servers_of(home: Home) -> list[str]:
    folder = os.path.join(home.path, f"tmux-{os.geteuid()}")
    return [os.path.join(folder, name) for name in os.listdir(folder)]


def not_ok(checks: dict[str, Any]) -> list[str]:
    return [name for name, check in checks.items() if name != "fixed" and check["status"] != "ok"]


def warned(home: Home) -> list[str]:
    """What is never in order here: there is no WezTerm and no sweeper, and this tmux may be known to crash."""
    of_some = versions.known(home.run(["tmux", "-V"]).out, versions.OF_SOME)
    return [*(["known crashes"] if of_some else []), "WezTerm", "sweeper"]


def test_after_an_installation_nothing_fails(home: Home, installed: Server) -> None:
    code, checks = examine(home)
    assert code == 0
    assert not_ok(checks) == warned(home)
    assert {check["status"] for name, check in checks.items() if name in warned(home)} == {"warn"}


def test_it_looks_and_changes_nothing(home: Home, server: Server) -> None:
    before = tree(home.path)
    code, checks = examine(home)
    assert code == 1
    assert [name for name in not_ok(checks) if checks[name]["status"] == "fail"] == [
        "hooks file",
        "tmux.conf",
        "Lua module",
        "hooks",
    ]
    assert tree(home.path) == before
    assert server.tmux("show-options", "-gqv", "client-detached[4242]") == ""


def lose_hooks(home: Home, server: Server) -> None:
    server.remove_hooks()


def lose_one_hook(home: Home, server: Server) -> None:
    server.tmux("set-hook", "-gu", "client-session-changed[4242]")


def call_another_launcher(home: Home, server: Server) -> None:
    home.viewsync("install", "--here", env={"VIEWSYNC_LAUNCHER": "/another", "TMUX": f"{server.socket},1,0"})


def lose_hooks_file(home: Home, server: Server) -> None:
    os.unlink(os.path.join(home.path, "config", "tmux.conf"))


def change_hooks_file(home: Home, server: Server) -> None:
    with open(os.path.join(home.path, "config", "tmux.conf"), "a", encoding="utf-8") as file:
        file.write("set -g @x 1\n")


def lose_line(home: Home, server: Server) -> None:
    put(home, ".tmux.conf", "set -g @mine 1\n")


def change_line(home: Home, server: Server) -> None:
    put(home, ".tmux.conf", "source-file -q '/elsewhere' # added by viewsync install\n")


def lose_module(home: Home, server: Server) -> None:
    os.unlink(os.path.join(home.path, ".config", "wezterm", "viewsync.lua"))


def module_calls_another(home: Home, server: Server) -> None:
    module = os.path.join(home.path, ".config", "wezterm", "viewsync.lua")
    with open(module, encoding="utf-8") as file:
        text = file.read()
    put(home, ".config/wezterm/viewsync.lua", text.replace(home.launcher, "/gone/viewsync"))


def change_module(home: Home, server: Server) -> None:
    with open(os.path.join(home.path, ".config", "wezterm", "viewsync.lua"), "a", encoding="utf-8") as file:
        file.write("-- mine\n")


def open_state(home: Home, server: Server) -> None:
    os.chmod(home.state, 0o755)  # noqa: S103  the harm itself


def lose_state(home: Home, server: Server) -> None:
    shutil.rmtree(home.state)


@pytest.mark.parametrize(
    ("harm", "name"),
    [
        (lose_hooks, "hooks"),
        (lose_one_hook, "hooks"),
        (call_another_launcher, "hooks"),
        (lose_hooks_file, "hooks file"),
        (change_hooks_file, "hooks file"),
        (lose_line, "tmux.conf"),
        (change_line, "tmux.conf"),
        (lose_module, "Lua module"),
        (module_calls_another, "Lua module"),
        (change_module, "Lua module"),
        (open_state, "state folder"),
        (lose_state, "state folder"),
    ],
)
def test_a_broken_link_is_named_and_mended(
    home: Home, installed: Server, harm: Callable[[Home, Server], None], name: str
) -> None:
    harm(home, installed)
    code, checks = examine(home)
    assert [check for check in not_ok(checks) if check not in warned(home)] == [name]
    assert code == (1 if checks[name]["status"] == "fail" else 0)
    assert checks[name]["fixable"]
    assert checks[name]["hint"]
    code, checks = examine(home, "--fix")
    assert checks["fixed"]
    assert not_ok(checks) == warned(home)
    assert code == 0
    assert examine(home, "--fix")[1]["fixed"] == []


def test_for_people_it_is_a_table(home: Home, installed: Server) -> None:
    lose_line(home, installed)
    lines = home.viewsync("doctor").out.splitlines()
    assert lines[0].split() == ["CHECK", "FOUND"]
    assert any(line.startswith("✓  hooks (default)") for line in lines)
    (at,) = [at for at, line in enumerate(lines) if line.startswith("✗  tmux.conf ")]
    assert lines[at + 1].strip() == "-> `viewsync install` adds the line"
    at = lines.index("To mend it, the most important first (--fix does what needs no decision):")
    assert lines[at - 2].endswith("1 failed")
    assert lines[at + 1 : at + 3] == ["1. tmux.conf", f"   {home.launcher} install"]
    assert len(lines) == at + 1 + 2 * 2, "the sweeper does not run, and that is all"


def test_fix_says_what_it_does(home: Home, installed: Server) -> None:
    open_state(home, installed)
    lose_hooks(home, installed)
    said = home.viewsync("doctor", "--fix").out.splitlines()
    assert said[:2] == [
        f"make the folder {home.state} private",
        f"load the hooks into the tmux server on {installed.socket}",
    ]


def test_a_line_that_is_commented_out_is_a_choice(home: Home, installed: Server) -> None:
    put(home, ".tmux.conf", "# source-file -q '/x' # added by viewsync install\n")
    code, checks = examine(home, "--fix")
    assert (code, checks["tmux.conf"]["status"], checks["fixed"]) == (0, "warn", [])


def spoil_all(home: Home, server: Server) -> None:
    """What asks for a decision of each kind, and what does not."""
    lose_hooks(home, server)
    put(home, "state/.sessions.json", "{", 0o600)
    put(home, ".tmux.conf", "# source-file -q '/x' # added by viewsync install\n")
    server.tmux("set-hook", "-t", "=proj:", "client-detached", "display-message 'a b'")
    server.tmux("set-option", "-s", "command-alias[101]", "kill-session=confirm-before")


def chosen(home: Home, server: Server) -> list[str]:
    """What somebody chose, as it stands."""
    with open(os.path.join(home.path, ".tmux.conf"), encoding="utf-8") as file:
        conf = file.read()
    return [conf, server.tmux("show-options", "-s", "command-alias"), server.tmux("show-hooks", "-t", "=proj:")]


DECIDED = ["tmux.conf", "own hooks", "aliases"]


def test_fix_does_what_needs_no_decision_and_says_what_is_left(home: Home, installed: Server) -> None:
    spoil_all(home, installed)
    before = chosen(home, installed)
    done = home.viewsync("doctor", "--fix", "--json")
    told = done.json()
    assert chosen(home, installed) == before
    left = [entry["check"] for entry in told["left"]]
    assert sorted(left) == sorted([*warned(home), *DECIDED])
    assert {entry["why"].partition(":")[0] for entry in told["left"] if entry["check"] in DECIDED} == {"you decide"}
    assert told["fixed"][0] == "set the corrupt registry aside, and make a new one"
    assert len([name for name in os.listdir(home.state) if ".corrupt-" in name]) == 1
    checks = {check["name"]: check for check in told["checks"]}
    assert (checks["hooks"]["status"], checks["registry"]["status"]) == ("ok", "ok")


def test_the_commands_that_it_ends_with_mend_what_it_found(home: Home, installed: Server) -> None:
    """The most important first, and three at a time: what each is to mend is mended once a shell has run it."""
    spoil_all(home, installed)
    seen: list[str] = []
    for _ in range(4):
        told = home.viewsync("doctor", "--json").json()
        assert len(told["commands"]) <= 3
        bad = {check["name"] for check in told["checks"] if check["status"] != "ok"}
        todo = [entry for entry in told["commands"] if entry["mends"] != ["sweeper"]]
        for entry in todo:
            assert home.run(["sh", "-c", entry["command"]]).code == 0, entry
            names = [name.partition(" (")[0] for name in entry["mends"]]
            assert bad.issuperset(names)
            seen += names
    assert sorted(seen) == sorted([*DECIDED, "registry", "hooks"])
    assert seen.index("registry") < seen.index("hooks")
    assert not_ok(examine(home)[1]) == warned(home)


def test_the_plugin_managers_are_ways_too(home: Home, installed: Server) -> None:
    put(home, ".tmux.conf", "set -g @plugin 'somebody/viewsync'\n")
    lose_module(home, installed)
    put(home, ".config/wezterm/wezterm.lua", 'wezterm.plugin.require("https://example.org/viewsync")\n')
    assert not_ok(examine(home)[1]) == warned(home)


def test_nobody_loads_the_module(home: Home, installed: Server) -> None:
    put(home, ".config/wezterm/wezterm.lua", "return {}\n")
    code, checks = examine(home)
    assert (code, checks["wezterm.lua"]["status"]) == (0, "warn")


def test_settings_that_cannot_be_read(home: Home, installed: Server) -> None:
    put(home, "config/config.toml", "grace = 'x'\n")
    code, checks = examine(home)
    assert code == 1
    assert "grace must be a number of seconds" in checks["settings"]["found"]
    assert checks["hooks"]["status"] == "ok"


def another_version(home: Home, version: str) -> None:
    """The real tmux, but for what it says of its version."""
    real = shutil.which("tmux")
    path = put(home, "bin/tmux", f'#!/bin/sh\n[ "$1" != -V ] || exec echo "tmux {version}"\nexec {real} "$@"\n', 0o755)
    home.env["VIEWSYNC_TMUX"] = path


def test_a_tmux_that_is_too_old(home: Home, installed: Server) -> None:
    another_version(home, "3.1c")
    code, checks = examine(home)
    assert code == 1
    assert checks["tmux"]["status"] == "fail"
    assert "3.2a or newer" in checks["tmux"]["hint"]


def test_a_tmux_that_may_crash(home: Home, installed: Server) -> None:
    another_version(home, "3.6a")
    code, checks = examine(home)
    assert (code, checks["known crashes"]["status"], checks["server"]["status"]) == (0, "warn", "warn")
    assert "#5065" in checks["known crashes"]["found"]


def test_no_tmux_at_all(home: Home, installed: Server) -> None:
    code, checks = examine(home, VIEWSYNC_TMUX="/gone/tmux")
    assert code == 1
    assert checks["tmux"]["found"] == "the program /gone/tmux was not found"


def test_a_launcher_that_cannot_be_run(home: Home, installed: Server) -> None:
    checks = examine(home, VIEWSYNC_LAUNCHER="/gone/viewsync")[1]
    assert checks["launcher"]["status"] == "fail"
    assert checks["Lua module"]["status"] == "fail"


def test_no_launcher_at_all(home: Home, installed: Server) -> None:
    done = home.as_module("doctor", "--json")
    (check,) = (check for check in done.json()["checks"] if check["name"] == "launcher")
    assert (done.code, check["status"], check["hint"]) == (1, "fail", "run ./install.sh")


def test_a_state_folder_that_is_a_link(home: Home, installed: Server) -> None:
    os.rename(home.state, home.state + ".real")
    os.symlink(home.state + ".real", home.state)
    code, checks = examine(home)
    assert (code, checks["state folder"]["status"], checks["state folder"]["fixable"]) == (1, "fail", False)


def test_a_corrupt_registry(home: Home, installed: Server) -> None:
    put(home, "state/.sessions.json", "{", 0o600)
    code, checks = examine(home)
    assert (code, checks["registry"]["status"]) == (1, "fail")


def test_a_lock_that_somebody_holds(home: Home, installed: Server) -> None:
    with lock.exclusive(os.path.join(home.state, ".sessions.lock"), 5):
        code, checks = examine(home, LOCK_TIMEOUT="0.1")
    assert (code, checks["lock"]["status"]) == (1, "fail")
    assert examine(home)[0] == 0


@pytest.fixture
def busy_history(home: Home, installed: Server) -> Iterator[None]:
    home.viewsync("open", "--json", "proj")
    home.viewsync("sweep")
    database = sqlite3.connect(os.path.join(home.state, "history.db"), isolation_level=None)
    database.execute("PRAGMA journal_mode = DELETE")
    database.execute("BEGIN EXCLUSIVE")
    yield
    database.close()


def test_a_history_that_cannot_be_used(home: Home, busy_history: None) -> None:
    code, checks = examine(home)
    assert (code, checks["history"]["status"]) == (0, "warn")


def test_a_running_sweeper(home: Home, installed: Server) -> None:
    pid = home.viewsync("sweeper", "start", "--json").json()["pid"]
    try:
        checks = examine(home)[1]
        assert checks["sweeper"]["status"] == "ok"
        assert str(pid) in checks["sweeper"]["found"]
    finally:
        os.kill(pid, signal.SIGTERM)
        until(lambda: not alive(pid), "the end of the sweeper")


def service_manager(home: Home, enabled: bool = True, code: int = 0) -> None:
    """Stands in for systemd, which has no session here."""
    state = (
        f"UnitFileState={'enabled' if enabled else 'disabled'}\\nActiveState={'active' if enabled else 'inactive'}\\n"
    )
    body = f"[ {code} = 0 ] || {{ echo 'Failed to connect to bus' >&2; exit {code}; }}"
    path = put(home, "bin/systemctl", f'#!/bin/sh\n{body}\n[ "$2" != show ] || printf "{state}"\n', 0o755)
    if os.path.dirname(path) not in home.env["PATH"]:
        home.env["PATH"] = os.pathsep.join([os.path.dirname(path), home.env["PATH"]])


def the_sweeper(home: Home) -> tuple[str, str]:
    check = examine(home)[1]["sweeper"]
    return check["status"], check["found"]


def test_a_timer_needs_no_process(home: Home, installed: Server) -> None:
    service_manager(home)
    assert home.viewsync("install", "--sweeper", "timer").code == 0
    assert the_sweeper(home) == ("ok", "the timer has not run yet; enabled")
    assert home.viewsync("sweeper", "once").code == 0
    status, found = the_sweeper(home)
    assert (status, found.startswith("the timer ran "), found.endswith("s ago; enabled")) == ("ok", True, True)
    service_manager(home, enabled=False)
    status, found = the_sweeper(home)
    assert (status, found.endswith(": not enabled")) == ("warn", True)
    service_manager(home, code=1)  # from where it cannot be asked
    assert the_sweeper(home)[0] == "ok"
    os.unlink(os.path.join(home.state, ".sweeper.timer"))
    assert the_sweeper(home) == ("warn", "the timer has not run yet: Failed to connect to bus")


def test_a_timer_that_stands_still_and_one_that_is_of_another_setting(home: Home, installed: Server) -> None:
    service_manager(home)
    assert home.viewsync("install", "--sweeper", "timer").code == 0
    put(home, "state/.sweeper.timer", '{"at": 1700000000, "sampled": 0, "problems": []}', 0o600)
    status, found = the_sweeper(home)
    assert (status, found.endswith(" ago, although it is enabled")) == ("warn", True)
    put(home, "config/config.toml", "sweep_every = 30\n")
    check = examine(home)[1]["sweeper"]
    assert (check["status"], check["fixable"], "launcher or setting" in check["found"]) == ("warn", True, True)
    assert home.viewsync("install").code == 0
    assert home.viewsync("sweeper", "once").code == 0
    assert the_sweeper(home)[0] == "ok"


def test_a_hook_that_stands_in_the_way(home: Home, installed: Server) -> None:
    installed.tmux("new-session", "-d", "-s", "other")
    assert examine(home)[1]["own hooks"]["status"] == "ok"
    installed.tmux("set-hook", "-t", "=other:", "client-detached", "display-message hi")
    check = examine(home)[1]["own hooks"]
    assert (check["status"], check["found"]) == (
        "warn",
        "these sessions have hooks that replace those of viewsync: 'other'",
    )


@pytest.mark.parametrize("alias", ["run-shell='display-message no'", 'kill-session="confirm-before -p x"', "ls=lsk"])
def test_an_alias_in_the_place_of_a_command_is_named(home: Home, installed: Server, alias: str) -> None:
    installed.tmux("set-option", "-s", "command-alias[100]", "mine=display-message")
    assert examine(home)[1]["aliases"]["status"] == "ok"
    installed.tmux("set-option", "-s", "command-alias[101]", alias.replace("'", "").replace('"', ""))
    check = examine(home)[1]["aliases"]
    installed.tmux("set-option", "-su", "command-alias[101]")
    name = alias.partition("=")[0]
    replaced = name if name != "ls" else None  # a short name is no command's own
    assert check["status"] == ("warn" if replaced else "ok")
    assert not replaced or check["found"].endswith(replaced)


def test_hooks_that_run_where_a_view_is_made_are_named(home: Home, installed: Server) -> None:
    loud = hooks.loud(installed.tmux("display-message", "-p", "#{version}"))
    for event in ("after-new-session", "session-created", "window-linked"):
        installed.tmux("set-hook", "-g", event, "split-window")
    check = examine(home)[1]["hooks on views"]
    assert check["status"] == ("warn" if loud else "ok")
    for event in loud:
        assert f"{event}[0]" in check["found"] or event in ("after-select-window", "window-unlinked")
        installed.tmux("set-hook", "-g", event, hooks.GUARD.replace("...", "split-window"))
    assert examine(home)[1]["hooks on views"]["status"] == "ok"


def test_destroy_unattached_is_a_danger(home: Home, installed: Server) -> None:
    """With a client attached, and off again before it goes: it is what the check warns of. 3.8 survives it."""
    tab = home.program(["tmux", "-S", installed.socket, "attach-session", "-t", "=proj"])
    until(lambda: tab.pid in installed.clients(), "the client")
    installed.tmux("set-option", "-g", "destroy-unattached", "on")
    code, checks = examine(home)
    assert checks["destroy-unattached"]["decision"]
    assert home.run(["sh", "-c", checks["destroy-unattached"]["command"]]).code == 0
    assert installed.tmux("show-options", "-gv", "destroy-unattached") == "off"
    crashes = versions.crashes_unattached(home.run(["tmux", "-V"]).out)
    assert (code, checks["destroy-unattached"]["status"]) == ((1, "fail") if crashes else (0, "warn"))


def test_manual_sizes_are_a_danger_where_a_new_window_ends_the_server(home: Home, installed: Server) -> None:
    assert examine(home)[1]["window-size"]["status"] == "ok"
    installed.tmux("set-option", "-gw", "window-size", "manual")
    check = examine(home)[1]["window-size"]
    dies = versions.dies_of_a_new_window(home.run(["tmux", "-V"]).out)
    assert check["status"] == ("fail" if dies else "ok")
    if dies:
        assert home.run(["sh", "-c", check["command"]]).code == 0
        assert installed.tmux("show-options", "-gwv", "window-size") == "latest"


def start_oddly(server: Server, odd: Odd) -> Server:
    """By hand: viewsync lets no blocked signal through."""
    server.home.run(odd.start("tmux", "-f", server.conf, "-S", server.socket, "new-session", "-d", "-s", "proj", "cat"))
    server.pid = int(server.tmux("display-message", "-p", "#{pid}"))
    return server


@pytest.mark.parametrize(
    ("blocked", "named"),
    [(["HUP", "TERM", "CHLD", "WINCH", "USR1"], "HUP, TERM, CHLD, WINCH"), (["INT"], "INT"), (["USR2"], "")],
    ids=["some", "one", "another"],
)
def test_signals_that_a_server_was_started_without(
    home: Home, servers: Callable[..., Server], blocked: list[str], named: str
) -> None:
    server = start_oddly(servers(), Odd(blocked=blocked))
    check = examine(home)[1]["signals"]
    assert check["status"] == ("warn" if named else "ok")
    assert check["found"].partition(" blocked")[0] == (f"started with {named}" if named else "none is")
    assert bool(check["hint"]) == bool(named)
    server.tmux("kill-session", "-t", "=proj")  # TERM would not end it
    until(lambda: not alive(server.pid), "the end of the server")


def test_signals_that_were_ignored_are_heard_all_the_same(home: Home, servers: Callable[..., Server]) -> None:
    start_oddly(servers(), Odd(ignored=["HUP", "INT", "QUIT", "TERM", "CHLD", "WINCH"]))
    check = examine(home)[1]["signals"]
    assert (check["status"], check["found"]) == ("ok", "none is blocked")


def test_signals_are_not_known_where_no_process_can_be_seen(home: Home, servers: Callable[..., Server]) -> None:
    blind(home)
    start_oddly(servers(), Odd(blocked=["HUP"]))
    check = examine(home)[1]["signals"]
    assert (check["status"], check["found"]) == ("ok", "not known: the system does not show its processes")


def test_views_of_an_older_configuration(home: Home, installed: Server) -> None:
    installed.tmux("new-session", "-d", "-t", "=proj", "-s", "proj-view-1735324800-5432")
    installed.tmux("new-session", "-d", "-s", "alone-view-1735324800-5432")
    check = examine(home)[1]["stray views"]
    assert (check["status"], check["found"]) == ("warn", "1 that viewsync did not make: proj-view-1735324800-5432")


def test_views_that_nobody_uses(home: Home, installed: Server) -> None:
    put(home, "config/config.toml", "hooks = false\n")  # or the hook that is under way sets them again
    installed.remove_hooks()
    tab, view = installed.open("proj")
    tab.hang_up()
    until(lambda: not installed.clients(), "the detach")
    check = examine(home)[1]["orphans"]
    assert (check["status"], check["found"], check["fixable"]) == ("warn", "1 views that nobody uses", True)
    assert view in installed.sessions()
    code, checks = examine(home, "--fix")
    assert (code, checks["orphans"]["status"]) == (0, "ok")
    assert any(change.startswith(f"end {view}: ") for change in checks["fixed"])
    assert view not in installed.sessions()


def test_a_server_that_hangs(home: Home, installed: Server) -> None:
    os.kill(installed.pid, signal.SIGSTOP)
    code, checks = examine(home, VIEWSYNC_TMUX_TIMEOUT="0.3")
    assert code == 1
    assert "did not answer" in checks["server"]["found"]


def test_keys_that_hang_up_wezterm_are_named(home: Home, installed: Server) -> None:
    """`detach-client -P` signals the parent of a tab's client, and that is WezTerm with all its tabs."""
    installed.tmux("bind-key", "-n", "M-x", "detach-client", "-P")
    installed.tmux("bind-key", "-r", "y", "detach", "-aP")
    installed.tmux("bind-key", "z", "if-shell", "true", "detach-client -s =proj: -P")
    installed.tmux("bind-key", "v", "attach-session", "-dx", "-t", "=proj")
    installed.tmux("bind-key", "r", "run-shell", "tmux detach-client -P")
    for key, words in {
        "a": ["detach-client", "-a"],
        "s": ["send-keys", "detach-client -Print"],
        "o": ["detach-client", "-s", "fix-P"],
        "n": ["new-session", "-A", "-s", "X"],
    }.items():
        installed.tmux("bind-key", key, *words)
    code, checks = examine(home)
    assert (code, checks["detach keys"]["status"]) == (0, "warn")
    said = checks["detach keys"]["found"].partition("itself: ")[2]
    assert sorted(said.split(", ")) == ["M-x (root)", "r (prefix)", "v (prefix)", "y (prefix)", "z (prefix)"]
    assert home.run(["sh", "-c", checks["detach keys"]["command"]]).code == 0
    assert examine(home)[1]["detach keys"]["status"] == "ok"
    assert "detach-client -a" in installed.tmux("list-keys"), "others stay"
