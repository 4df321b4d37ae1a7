"""The links of the chain that are there once for a user: each check looks at one, changes nothing, and says."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from viewsync import paths
from viewsync.errors import StateError, ViewsyncError
from viewsync.output import age
from viewsync.setup import manifest
from viewsync.setup.rules import marked_line, wezterm_module
from viewsync.store import aside, lock, own_files
from viewsync.sweeper import control, timed
from viewsync.system import files, process, services
from viewsync.tmux.rules import versions
from viewsync.tmux.rules.versions import OLDEST, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewsync.context import Context
    from viewsync.store.install_record import Record

OK, WARN, FAIL = "ok", "warn", "fail"


class Check(NamedTuple):
    name: str
    status: str
    found: str
    hint: str = ""  # what would do
    fixable: bool = False  # by --fix
    server: str = ""  # the socket, where it is about one server


def tmux(ctx: Context) -> Check:
    path = process.which(ctx.tmux.program, ctx.env)
    if not path:
        hint = "install tmux, or set `tmux` in config.toml"
        return Check("tmux", FAIL, f"the program {ctx.tmux.program} was not found", hint)
    version = ctx.tmux.version()
    if number(version) < OLDEST:
        hint = "install tmux 3.2a or newer; older versions do not report a lost terminal"
        return Check("tmux", FAIL, f"{version} at {path}", hint)
    return Check("tmux", OK, f"{version} at {path}")


def known_crashes(ctx: Context) -> Check:
    """One that all versions have is no reason to warn: nothing can be done about it but to know."""
    if not process.which(ctx.tmux.program, ctx.env):
        return Check("known crashes", OK, "none without tmux")
    version = ctx.tmux.version()
    of_some = versions.known(version, versions.OF_SOME)
    known = [*of_some, *versions.known(version, versions.OF_ALL)]
    found = f"avoid these, as viewsync does: {'; '.join(known)}" if known else "none"
    hint = "other versions of tmux do not have the first one" if of_some else ""
    return Check("known crashes", WARN if of_some else OK, found, hint)


def launcher(ctx: Context) -> Check:
    path = manifest.launcher_path(ctx)
    if not os.access(path, os.X_OK):
        return Check("launcher", FAIL, f"{path} cannot be run", "run ./install.sh to write it again")
    if os.path.dirname(path) not in ctx.env.get("PATH", "").split(os.pathsep):
        return Check("launcher", OK, f"{path} (not in your PATH; viewsync does not need that)")
    return Check("launcher", OK, path)


def hooks_file(ctx: Context) -> Check:
    want = manifest.wanted(ctx, manifest.InstallOptions(), manifest.recorded(ctx.env))
    file = want.files[0]
    current = files.read(file.path)
    if current is None:
        return Check("hooks file", FAIL, f"{file.path} is missing", "`viewsync install` writes it", fixable=True)
    if current != file.data:
        found = f"{file.path} comes from another version, launcher or set of folders"
        return Check("hooks file", FAIL, found, "`viewsync install` writes it again", fixable=True)
    return Check("hooks file", OK, file.path)


def tmux_conf(ctx: Context) -> Check:
    """Without our line, a new server has no hooks until the first view is opened in it."""
    want = manifest.wanted(ctx, manifest.InstallOptions(), manifest.recorded(ctx.env))
    text = files.read(want.conf) or b""
    if at := marked_line.commented_at(text):
        return Check(
            "tmux.conf", WARN, f"{want.conf}, line {at}: the line of viewsync is commented out", "uncomment it"
        )
    if at_all := marked_line.lines_at(text):
        if want.line in text:
            return Check("tmux.conf", OK, f"{want.conf}, line {at_all[0]}")
        found = f"{want.conf}, line {at_all[0]}: reads a different file"
        return Check("tmux.conf", FAIL, found, "`viewsync install` corrects it", fixable=True)
    for path in manifest.conf_candidates(ctx):
        if b"viewsync" in (files.read(path) or b""):  # @plugin '.../viewsync', or a line of the user's own
            return Check("tmux.conf", OK, f"{path} mentions viewsync")
    return Check(
        "tmux.conf", FAIL, f"{want.conf} does not load the hooks", "`viewsync install` adds the line", fixable=True
    )


def module(ctx: Context) -> Check:
    path = manifest.module_path(ctx, "", manifest.recorded(ctx.env))
    current = files.read(path)
    by = manifest.loaded_by(ctx, path)
    if current is None and by and b"plugin.require" in (files.read(by) or b""):
        return Check("Lua module", OK, f"{by} loads it as a plugin")
    if current is None:
        return Check("Lua module", FAIL, f"{path} is missing", "`viewsync install` copies it", fixable=True)
    named = wezterm_module.launcher_of(current.decode("utf-8", "surrogateescape"))
    if os.path.islink(path):
        return Check("Lua module", OK, f"{path}, a link to {os.path.realpath(path)}")
    if not os.access(named, os.X_OK) or named != manifest.launcher_path(ctx):
        found = f"{path} calls {named or 'no launcher'}, not {manifest.launcher_path(ctx)}"
        return Check("Lua module", FAIL, found, "`viewsync install` copies it again", fixable=True)
    if current != manifest.module_text(named):
        found = f"{path} comes from another version, or was changed"
        return Check("Lua module", WARN, found, "`viewsync install` replaces it, and keeps a copy", fixable=True)
    return Check("Lua module", OK, path)


def wezterm_config(ctx: Context) -> Check:
    path = manifest.module_path(ctx, "", manifest.recorded(ctx.env))
    if found := manifest.loaded_by(ctx, path):
        return Check("wezterm.lua", OK, f"{found} mentions viewsync")
    hint = f"add to wezterm.lua: {manifest.module_expression(ctx, path)}.apply_to_config(config)"
    return Check("wezterm.lua", WARN, "no WezTerm configuration mentions viewsync", hint)


def state_folder(ctx: Context) -> Check:
    path = paths.state_dir(ctx.env)
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return Check("state folder", WARN, f"{path} does not exist yet", "`viewsync install` creates it", fixable=True)
    except OSError as error:
        return Check("state folder", FAIL, f"{path}: {error.strerror}", "set VIEWSYNC_STATE_DIR to another folder")
    if problem := own_files.unsafe(path, found):
        return Check("state folder", FAIL, problem, "set VIEWSYNC_STATE_DIR to another folder")
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        hint = "viewsync makes it private (0700) the next time it uses it"
        return Check("state folder", WARN, f"{path} is open to others (mode {mode:04o})", hint, fixable=True)
    if kept := aside.kept(path):
        said = f"{path} holds what was set aside: {', '.join(kept)}"
        return Check("state folder", WARN, said, "look at it, and then remove it, or put it back")
    return Check("state folder", OK, path)


def registry(ctx: Context) -> Check:
    try:
        data = ctx.registry.read()
    except StateError as error:
        hint = error.hint or "the next write sets it aside, and rebuilds it from the running servers"
        return Check("registry", FAIL, error.message, hint)
    return Check("registry", OK, f"{len(data['views'])} views, {len(data['sessions'])} sessions")


def registry_lock(ctx: Context) -> Check:
    path = ctx.registry.lock_path
    if not os.path.lexists(path):
        return Check("lock", OK, "free: it was never used")
    with lock.exclusive(path, ctx.registry.lock_timeout):
        return Check("lock", OK, "free")


def history(ctx: Context) -> Check:
    """A broken history stops nothing, so it is no failure."""
    try:
        newest = ctx.history.find("1", (), 1)
    except StateError as error:
        return Check("history", WARN, error.message, "move it away; viewsync starts a new one")
    if not newest:
        return Check("history", OK, "empty")
    return Check("history", OK, f"last: {newest[0].event} of {newest[0].session}")


def the_sweeper(ctx: Context) -> Check:
    found = {"running": False}
    if os.path.exists(os.path.join(ctx.folder, control.LOCK)):
        found = control.status(ctx.folder)
    if found["running"]:
        problem = str(found.get("problem") or "")
        return Check("sweeper", WARN if problem else OK, problem or f"process {found.get('pid')}")
    record = manifest.recorded(ctx.env)
    if record.sweeper == services.TIMER:
        return _timer(ctx, record)
    if record.sweeper != "none":
        found_so = f"the {record.sweeper} service of the sweeper does not run"
        return Check("sweeper", WARN, found_so, "`viewsync install` starts it", fixable=True)
    hint = "run `viewsync sweeper start`, or `viewsync install --sweeper timer` to have it run from now on"
    return Check("sweeper", WARN, "not running; the tmux hooks and the timer in WezTerm clean up", hint)


def _timer(ctx: Context, record: Record) -> Check:
    """No process has to be there. Where its manager cannot be asked, that it ran lately is all there is to know."""
    last, now = timed.last(ctx.folder), ctx.clock()
    ran = f"ran {age(now, last.at)} ago" if last.at else "has not run yet"
    want = manifest.wanted(ctx, manifest.InstallOptions(), record)
    for file in want.files:
        if file.path in want.units and files.read(file.path) != file.data:
            found = f"{file.path} is missing, or comes from another version, launcher or setting; the timer {ran}"
            return Check("sweeper", WARN, found, "`viewsync install` writes it again", fixable=True)
    state = services.state(want.units[0], ctx.env)
    fresh = timed.lately(ctx, last.at)
    if not (state.enabled and state.active) and not (state.problem and fresh):
        why = state.problem or ("not enabled" if not state.enabled else "not active")
        hint = "`viewsync install` starts it, where you are logged in"
        return Check("sweeper", WARN, f"the timer {ran}: {why}", hint, fixable=True)
    if last.problems:
        return Check("sweeper", WARN, f"the timer {ran}, and said: {last.problems[0]}")
    if last.at and not fresh:
        hint = "look at its log: `journalctl --user -u viewsync-sweep.service`"
        return Check("sweeper", WARN, f"the timer {ran}, although it is enabled", hint)
    return Check(
        "sweeper", OK, f"the timer {ran}; {'whether it is enabled is not known' if state.problem else 'enabled'}"
    )


def wezterm(ctx: Context) -> Check:
    guis = ctx.wezterm.guis()
    if not guis:
        return Check("WezTerm", WARN, "no running WezTerm was found", "that is fine outside of WezTerm")
    try:
        panes = sum(len(ctx.wezterm.ttys(socket)) for socket in guis.values())
    except ViewsyncError as error:
        hint = "set `wezterm` in config.toml; until then, viewsync relies on the Lua module"
        return Check("WezTerm", WARN, error.message, hint)
    return Check("WezTerm", OK, f"{panes} panes in {len(guis)} running WezTerm")


# In the order of the chain.
ONCE: tuple[tuple[str, Callable[[Context], Check]], ...] = (
    ("tmux", tmux),
    ("known crashes", known_crashes),
    ("launcher", launcher),
    ("hooks file", hooks_file),
    ("tmux.conf", tmux_conf),
    ("Lua module", module),
    ("wezterm.lua", wezterm_config),
    ("WezTerm", wezterm),
    ("state folder", state_folder),
    ("registry", registry),
    ("lock", registry_lock),
    ("history", history),
    ("sweeper", the_sweeper),
)
