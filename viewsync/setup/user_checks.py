"""The links of the chain that are there once for a user: each check looks at one, changes nothing, and says."""

from __future__ import annotations

import os
import stat

from viewsync import paths
from viewsync.errors import StateError
from viewsync.output import size
from viewsync.registry.safe_reading import read_registry
from viewsync.setup import index_check, manifest, sweeper_check, wezterm_check
from viewsync.setup.repair_commands import viewsync
from viewsync.setup.rules import marked_line, wezterm_module
from viewsync.setup.rules.checks import CONVENIENCE, FAIL, INSTALL, OK, REGISTRY, WARN, WORK, Check
from viewsync.store import aside, lock, own_files, pending_steps, trusted_steps, unusable_rows
from viewsync.store.registry_file import Corrupt, Strange
from viewsync.system import files, packages, process
from viewsync.text import shell_words
from viewsync.tmux import lost_sockets
from viewsync.tmux.rules import versions
from viewsync.tmux.rules.versions import OLDEST, number
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewsync.context import Context


_NAMED = 3  # of what cannot be used
_LEAST_ROOM = 64 * 1024  # bytes: a registry, and the log of the history


def tmux(ctx: Context) -> Check:
    path = process.which(ctx.tmux.program, ctx.env)
    if not path:
        hint = "install tmux, or set `tmux` in config.toml"
        found = f"the program {ctx.tmux.program} was not found"
        named = ctx.tmux.program == "tmux"
        by = packages.installing("tmux", ctx.env) if named else ""
        return Check("tmux", FAIL, found, hint, command=by, decision="it installs a program" if by else "")
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
        installer = paths.shared_file("install.sh")
        by = f"sh {shell_words.quoted(installer)}" if os.path.exists(installer) else ""
        decision = "it makes a Python environment" if by else ""
        found = f"{path} cannot be run"
        return Check("launcher", FAIL, found, "run ./install.sh to write it again", command=by, decision=decision)
    if os.path.dirname(path) not in ctx.env.get("PATH", "").split(os.pathsep):
        return Check("launcher", OK, f"{path} (not in your PATH; viewsync does not need that)")
    return Check("launcher", OK, path)


def hooks_file(ctx: Context) -> Check:
    want = manifest.wanted(ctx, manifest.InstallOptions(), manifest.recorded(ctx.env))
    file = want.files[0]
    current = files.read(file.path)
    if current is None:
        return Check("hooks file", FAIL, f"{file.path} is missing", "`viewsync install` writes it", fix=INSTALL)
    if current != file.data:
        found = f"{file.path} comes from another version, launcher or set of folders"
        return Check("hooks file", FAIL, found, "`viewsync install` writes it again", fix=INSTALL)
    return Check("hooks file", OK, file.path)


def tmux_conf(ctx: Context) -> Check:
    """Without our line, a new server has no hooks until the first view is opened in it."""
    want = manifest.wanted(ctx, manifest.InstallOptions(), manifest.recorded(ctx.env))
    text = files.read(want.conf) or b""
    if at := marked_line.commented_at(text):
        found = f"{want.conf}, line {at}: the line of viewsync is commented out"
        gone = shell_words.joined("sed", "-i.bak", f"{at}d", want.conf)
        by = f"{gone} && {viewsync(ctx, 'install')}"
        return Check("tmux.conf", WARN, found, "uncomment it", command=by, decision="somebody commented it out")
    if at_all := marked_line.lines_at(text):
        if want.line in text:
            return Check("tmux.conf", OK, f"{want.conf}, line {at_all[0]}")
        found = f"{want.conf}, line {at_all[0]}: reads a different file"
        return Check("tmux.conf", FAIL, found, "`viewsync install` corrects it", fix=INSTALL)
    for path in manifest.conf_candidates(ctx):
        if b"viewsync" in (files.read(path) or b""):  # @plugin '.../viewsync', or a line of the user's own
            return Check("tmux.conf", OK, f"{path} mentions viewsync")
    return Check(
        "tmux.conf", FAIL, f"{want.conf} does not load the hooks", "`viewsync install` adds the line", fix=INSTALL
    )


def module(ctx: Context) -> Check:
    path = manifest.module_path(ctx, "", manifest.recorded(ctx.env))
    current = files.read(path)
    by = manifest.loaded_by(ctx, path)
    if current is None and by and b"plugin.require" in (files.read(by) or b""):
        return Check("Lua module", OK, f"{by} loads it as a plugin")
    if current is None:
        return Check(
            "Lua module", FAIL, f"{path} is missing", "`viewsync install` copies it", fix=INSTALL, at_stake=CONVENIENCE
        )
    named = wezterm_module.launcher_of(current.decode("utf-8", "surrogateescape"))
    if os.path.islink(path):
        return Check("Lua module", OK, f"{path}, a link to {os.path.realpath(path)}")
    if not os.access(named, os.X_OK) or named != manifest.launcher_path(ctx):
        found = f"{path} calls {named or 'no launcher'}, not {manifest.launcher_path(ctx)}"
        return Check("Lua module", FAIL, found, "`viewsync install` copies it again", fix=INSTALL, at_stake=CONVENIENCE)
    if current != manifest.module_text(named):
        found = f"{path} comes from another version, or was changed"
        return Check(
            "Lua module",
            WARN,
            found,
            "`viewsync install` replaces it, and keeps a copy",
            fix=INSTALL,
            at_stake=CONVENIENCE,
        )
    return Check("Lua module", OK, path)


def wezterm_config(ctx: Context) -> Check:
    path = manifest.module_path(ctx, "", manifest.recorded(ctx.env))
    if found := manifest.loaded_by(ctx, path):
        return Check("wezterm.lua", OK, f"{found} mentions viewsync")
    hint = f"add to wezterm.lua: {manifest.module_expression(ctx, path)}.apply_to_config(config)"
    return Check("wezterm.lua", WARN, "no WezTerm configuration mentions viewsync", hint, at_stake=CONVENIENCE)


def state_folder(ctx: Context) -> Check:
    path = paths.state_dir(ctx.env)
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return Check("state folder", WARN, f"{path} does not exist yet", "`viewsync install` creates it", fix=INSTALL)
    except OSError as error:
        return Check("state folder", FAIL, f"{path}: {error.strerror}", "set VIEWSYNC_STATE_DIR to another folder")
    if problem := own_files.unsafe(path, found):
        return Check("state folder", FAIL, problem, "set VIEWSYNC_STATE_DIR to another folder")
    room = os.statvfs(path)
    if room.f_blocks and room.f_bavail * room.f_frsize < _LEAST_ROOM:
        left = f"the disk of {path} is full ({size(room.f_bavail * room.f_frsize)} left)"
        return Check("state folder", FAIL, left, "make room: nothing can be registered until then", at_stake=WORK)
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        hint = "viewsync makes it private (0700) the next time it uses it"
        return Check(
            "state folder", WARN, f"{path} is open to others (mode {mode:04o})", hint, fix=INSTALL, at_stake=WORK
        )
    if kept := aside.kept(path):
        said = f"{path} holds what was set aside: {', '.join(kept)}"
        away = f"{path}-set-aside"
        by = shell_words.joined("mkdir", "-p", "-m", "700", away)
        by += f" && {shell_words.joined('mv', *(os.path.join(path, name) for name in kept), away)}"
        hint = "look at it, and then remove it, or put it back"
        return Check("state folder", WARN, said, hint, command=by, decision="look at it first", at_stake=WORK)
    wrong = pending_steps.unusable(path) | {os.path.join(path, trusted_steps.FILE): said for said in _untrusted(path)}
    if wrong:
        said = "; ".join(f"{file}: {problem}" for file, problem in [*wrong.items()][:_NAMED])
        hint = "what is wrong with one stops no other; `viewsync reconcile --repair` sets the notes of steps aside"
        by = viewsync(ctx, "reconcile", "--repair")
        return Check("state folder", WARN, f"not used: {said}", hint, command=by, at_stake=WORK)
    return Check("state folder", OK, path)


def _untrusted(folder: str) -> list[str]:
    """Entries of what is trusted that cannot be used; a file that cannot be read stops what needs it, by a line."""
    try:
        wrong = trusted_steps.unusable(folder)
    except StateError as error:
        return [error.message]
    return [f"{', '.join(wrong)}: not as viewsync writes it, so not trusted"] if wrong else []


def registry(ctx: Context) -> Check:
    try:
        data = ctx.registry.read()
    except (Corrupt, Strange) as error:
        hint = error.hint or "the next write sets it aside, and rebuilds it from the running servers"
        return Check("registry", FAIL, error.message, hint, fix=REGISTRY, at_stake=WORK)
    except StateError as error:
        return Check("registry", FAIL, error.message, error.hint, at_stake=WORK)
    said = f"{len(data['views'])} views, {len(data['sessions'])} sessions"
    if wrong := unusable_rows.of(data):
        first = "; ".join(f"{entry.told}: {entry.problem}" for entry in wrong[:_NAMED])
        more = f"; and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        hint = "`viewsync reconcile --repair` takes it out, and keeps it in a file beside"
        by = viewsync(ctx, "reconcile", "--repair")
        return Check("registry", WARN, f"{said}; not used: {first}{more}", hint, command=by, at_stake=WORK)
    return Check("registry", OK, said)


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


def lost_servers(ctx: Context) -> Check:
    """What cleans temporary folders removes sockets, too, and then nobody gets to the server."""
    data = read_registry(ctx)[0]
    rows = [*data["sessions"].values(), *data["views"].values()]
    named = {str(row["socket"]) for row in rows if row.get("socket")}
    found = lost_sockets.of(paths.tmux_folders(ctx.env), named)
    if not found:
        return Check("sockets", OK, "no server runs whose socket is gone")
    said = "; ".join(f"{socket} is gone, and its server runs (process {pid})" for socket, pid in found.items())
    by = " && ".join(lost_sockets.command(socket, pid) for socket, pid in found.items())
    return Check("sockets", FAIL, said, "the signal makes the socket again", command=by, at_stake=WORK)


# In the order of the chain.
ONCE: tuple[tuple[str, Callable[[Context], Check]], ...] = (
    ("tmux", tmux),
    ("known crashes", known_crashes),
    ("launcher", launcher),
    ("hooks file", hooks_file),
    ("tmux.conf", tmux_conf),
    ("Lua module", module),
    ("wezterm.lua", wezterm_config),
    ("WezTerm", wezterm_check.running),
    ("state folder", state_folder),
    ("registry", registry),
    ("lock", registry_lock),
    ("history", history),
    ("sockets", lost_servers),
    ("sweeper", sweeper_check.the_sweeper),
    ("index", index_check.the_index),
)
