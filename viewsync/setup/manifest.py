"""What an installation consists of: which files, with what in them, and which of the user's files gets our line."""

from __future__ import annotations

import hashlib
import os
import sys

from viewsync import paths
from viewsync.errors import StateError, UsageError
from viewsync.setup import reading_aids, resurrect
from viewsync.setup.rules import launcher as launcher_text
from viewsync.setup.rules import marked_line, registry_script, service_units, wezterm_module
from viewsync.shell_tools.names import TOOLS
from viewsync.store import install_record
from viewsync.system import files, git, process, services
from viewsync.system import venvs as system_venvs
from viewsync.tmux import resurrect as tmux_resurrect
from viewsync.tmux import view_hooks
from viewsync.tmux.rules import hooks, versions
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.context import Context
    from viewsync.store.install_record import Record

HOOKS = "tmux.conf"
MODULE = "viewsync.lua"
_WRITTEN = "`viewsync install"  # in every unit of ours


class InstallOptions(NamedTuple):
    dry_run: bool = False
    conf: str = ""  # the tmux configuration, "" to find it
    wezterm_dir: str = ""
    sweeper: str = ""  # one of services.KINDS, "none", or "" for what it was
    tools: str = ""  # the folder for the shell tools' names, "" for what it was
    replace: bool = False  # what stands under these names already is kept beside its place
    prefix: str = ""  # what install.sh installs into: the launcher is to be written, too
    made: tuple[str, ...] = ()  # folders that install.sh had to make


class File(NamedTuple):
    path: str
    what: str
    data: bytes
    mark: str  # what every version of this file has in it: by it we know our own
    mode: int = 0o666
    replaces: bool = False  # somebody else's may be kept beside, where that was asked for


class InstallManifest(NamedTuple):
    launcher: str
    caller: str  # what the hooks say
    files: list[File]
    module: str
    conf: str
    line: bytes
    sweeper: str
    units: list[str]  # the paths of the service's files, the one to start first; none without a service
    tools: str
    links: dict[str, str]  # path: where it leads
    venvs: str
    resurrect: bool  # the user has tmux-resurrect


def record_path(env: Mapping[str, str]) -> str:
    return os.path.join(os.path.realpath(paths.installed_dir(env)), install_record.FILE)


def recorded(env: Mapping[str, str]) -> Record:
    """What the last `install` did; an empty record when there was none."""
    path = record_path(env)
    text = files.read(path)
    return install_record.Record() if text is None else install_record.parse(text, path)


def guessed(ctx: Context) -> Record:
    """Where the record is lost: what an installation of this version would have made, where that is there."""
    empty = install_record.Record()
    prefix = os.path.dirname(os.path.dirname(launcher_path(ctx)))
    options = InstallOptions(prefix=prefix if system_venvs.folder(prefix) else "", sweeper=_guessed_sweeper(ctx))
    launcher = _launcher(ctx.env, launcher_path(ctx))
    if files.read(launcher.path) != launcher.data:  # that of another home
        options = options._replace(prefix="")
    want = wanted(ctx, options, empty)
    there = {file.path: sha(file.data) for file in want.files if file.mark.encode() in (files.read(file.path) or b"")}
    return empty._replace(launcher=want.launcher, files=there, conf=want.conf, venvs=want.venvs, sweeper=want.sweeper)


def _guessed_sweeper(ctx: Context) -> str:
    for kind in services.KINDS:
        path = _units(ctx, kind, launcher_path(ctx))[0].path
        if _WRITTEN.encode() in (files.read(path) or b""):
            return kind
    return "none"


def wanted(ctx: Context, options: InstallOptions, record: Record) -> InstallManifest:
    path = launcher_path(ctx, options.prefix)
    calling = caller(ctx, options.prefix)
    resurrected = has_resurrect(ctx)
    text = view_hooks.configuration(calling) + (tmux_resurrect.configuration(calling) if resurrected else "")
    hooks_file = File(
        os.path.join(os.path.dirname(record_path(ctx.env)), HOOKS),
        "the tmux hooks",
        _encode(text),
        hooks.slot(hooks.EVENTS[0]),
    )
    module = module_path(ctx, options.wezterm_dir, record)
    found = [hooks_file, *_module(module, path)]
    sweeper = options.sweeper or record.sweeper
    units = _units(ctx, sweeper, path)
    found += units
    found += [_launcher(ctx.env, path)] if options.prefix else []
    tools = _real(os.path.abspath(options.tools)) if options.tools else record.tools
    if options.replace and not tools:
        raise UsageError("--replace goes with the shell tools", "name their folder with --tools DIR")
    found += [_registry_script(tools, path)] if tools else []
    prefix = os.path.abspath(options.prefix) if options.prefix else system_venvs.prefix(record.venvs)
    found += [File(*aid) for aid in reading_aids.wanted(ctx.env, home(ctx.env), prefix, path)]
    return InstallManifest(
        launcher=path,
        caller=calling,
        files=found,
        module=module,
        conf=conf_path(ctx, options.conf, record),
        line=marked_line.line(hooks_file.path),
        sweeper=sweeper,
        units=[unit.path for unit in units],
        tools=tools,
        links={os.path.join(tools, name): path for name in TOOLS} if tools else {},
        venvs=system_venvs.folder(options.prefix) if options.prefix else record.venvs,
        resurrect=resurrected,
    )


def launcher_path(ctx: Context, prefix: str = "") -> str:
    """The absolute path that tmux and WezTerm are told: their PATH is not the shell's."""
    if prefix:
        return os.path.join(os.path.abspath(prefix), "bin", "viewsync")
    found = ctx.launcher if os.path.isabs(ctx.launcher) else process.which(ctx.launcher, ctx.env)
    if not found:
        raise UsageError("viewsync is not in your PATH, so tmux and WezTerm cannot run it", "run ./install.sh")
    return os.path.abspath(found)


def caller(ctx: Context, prefix: str = "") -> str:
    """What the hooks say."""
    return hooks.caller(launcher_path(ctx, prefix), *paths.carried(ctx.env))


def module_path(ctx: Context, folder: str, record: Record) -> str:
    """WezTerm looks for modules here, wherever wezterm.lua itself is (facts/wezterm.md section 5)."""
    if not folder and record.module:
        return record.module
    return os.path.join(_real(folder or os.path.join(config_home(ctx.env), "wezterm")), MODULE)


def config_home(env: Mapping[str, str]) -> str:
    return env.get("XDG_CONFIG_HOME") or os.path.join(home(env), ".config")


def home(env: Mapping[str, str]) -> str:
    found = env.get("HOME") or os.path.expanduser("~")
    if not os.path.isabs(found):
        raise StateError(f"there is no home for your configurations: {found} is not a whole path", "set HOME to one")
    return found


def conf_candidates(ctx: Context) -> list[str]:
    """tmux reads all of these that are there, in this order."""
    named = [
        os.path.join(home(ctx.env), ".tmux.conf"),
        os.path.join(config_home(ctx.env), "tmux", "tmux.conf"),
        os.path.join(home(ctx.env), ".config", "tmux", "tmux.conf"),
    ]
    return list(dict.fromkeys(named))


def has_resurrect(ctx: Context) -> bool:
    above = [os.path.join(home(ctx.env), ".tmux"), *(os.path.dirname(path) for path in conf_candidates(ctx)[1:])]
    return resurrect.is_there(conf_candidates(ctx), above)


def conf_path(ctx: Context, named: str, record: Record) -> str:
    """The file for our line, through symbolic links: the link stays, and what it means is changed."""
    if named:
        return _resolved(os.path.abspath(named))
    candidates = [*([record.conf] if record.conf else []), *conf_candidates(ctx)]
    marked = [candidate for candidate in candidates if marked_line.MARK in (files.read(candidate) or b"")]
    there = [candidate for candidate in candidates if os.path.lexists(candidate)]
    chosen = _resolved((marked or there or conf_candidates(ctx))[0])
    text = files.read(chosen) or b""
    return _resolved(_beside(ctx, chosen, text)) if marked_line.reads_itself(text) else chosen


def _beside(ctx: Context, chosen: str, text: bytes) -> str:
    """One that tmux reads, too, behind it: what reads itself takes the first that is there for itself."""
    named = conf_candidates(ctx)
    at = next((number for number, path in enumerate(named) if _real(path) == chosen), len(named))
    version = ctx.tmux.version() if process.which(ctx.tmux.program, ctx.env) else ""
    if not versions.reads_several(version):
        return chosen
    for path in named[at + 1 :]:
        there = files.read(path)
        if _real(path) == chosen or marked_line.reads_itself(there or b""):
            continue
        if there is not None or not marked_line.names_plugins(text):
            return path
    return chosen


def conf_notes(env: Mapping[str, str], want: InstallManifest) -> list[str]:
    """What is to be known of the file that gets our line."""
    found = []
    if marked_line.reads_itself(files.read(want.conf) or b""):
        found.append(f"{want.conf} is a shell script, too, so the line of viewsync stands above everything in it")
    if top := git.tracking(want.conf, env):
        found.append(f"git tracks {want.conf} in {top}: the line of viewsync is a change there")
    return found


def _resolved(path: str) -> str:
    if os.path.islink(path) and not os.path.exists(path):
        raise UsageError(
            f"{path} links to {os.readlink(path)}, which does not exist",
            "repair the link, or name another file with --tmux-conf",
        )
    return _real(path)


def _real(path: str) -> str:
    return os.path.realpath(path)


def module_expression(ctx: Context, module: str) -> str:
    """How wezterm.lua gets at the module: `require` finds it in WezTerm's own folder only."""
    if os.path.dirname(module) == _real(os.path.join(config_home(ctx.env), "wezterm")):
        return 'require("viewsync")'
    return f"dofile({wezterm_module.quoted(module)})"


def loaded_by(ctx: Context, module: str) -> str:
    """The file of the user's WezTerm configuration that speaks of viewsync, "" when none does."""
    folder = os.path.join(config_home(ctx.env), "wezterm")
    named = [ctx.env.get("WEZTERM_CONFIG_FILE", ""), os.path.join(home(ctx.env), ".wezterm.lua")]
    below = [os.path.join(above, name) for above, _, names in os.walk(folder) for name in sorted(names)]
    for path in [*named, *(file for file in below if file.endswith(".lua"))]:
        if path and _real(path) != _real(module) and os.path.isfile(path) and b"viewsync" in (files.read(path) or b""):
            return path
    return ""


def module_text(launcher: str) -> bytes:
    """lua/viewsync.lua as it is installed."""
    return _encode(wezterm_module.with_launcher(_shared("lua", MODULE), launcher))


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _module(path: str, launcher: str) -> list[File]:
    """A link there was made by somebody who keeps the module elsewhere, and it stays."""
    if os.path.islink(path):
        return []
    return [File(path, "the WezTerm module", module_text(launcher), wezterm_module.MARK)]


def _launcher(env: Mapping[str, str], path: str) -> File:
    text = launcher_text.text(path, sys.executable, paths.imported_from(), home(env), paths.baked(env))
    return File(path, "the launcher", _encode(text), launcher_text.MARK, 0o777)


def _registry_script(folder: str, launcher: str) -> File:
    text = registry_script.with_program(_shared("lib", "registry.sh"), launcher)
    path = os.path.join(folder, "lib", "registry.sh")
    return File(path, "the registry for shell scripts", _encode(text), registry_script.MARK, 0o777, replaces=True)


def _units(ctx: Context, kind: str, path: str) -> list[File]:
    if kind not in services.KINDS:
        return []
    env, every = ctx.env, ctx.config["sweep_every"]
    by = services.manager(kind, env)
    if kind != services.TIMER and by == services.SYSTEMD:
        name = service_units.SYSTEMD
        texts = {name: service_units.systemd(_shared("hooks", name), path, env)}
    elif kind != services.TIMER:
        name = service_units.LAUNCHD
        texts = {name: service_units.launchd(_shared("hooks", name), path, env)}
    elif by == services.SYSTEMD:
        name, timed = service_units.TIMER, service_units.TIMED
        texts = {
            name: service_units.timer(_shared("hooks", name), every),
            timed: service_units.systemd(_shared("hooks", timed), path, env, service_units.ONCE),
        }
    else:
        name = service_units.LAUNCHD_TIMER
        texts = {name: service_units.launchd(_shared("hooks", name), path, env, every)}
    folder = _real(services.folder(by, env, home(env)))
    what = "the timer of the sweeper" if kind == services.TIMER else f"the sweeper as a {kind} service"
    return [File(os.path.join(folder, name), what, _encode(text), _WRITTEN) for name, text in texts.items()]


def _shared(*parts: str) -> str:
    return (files.read(paths.shared_file(*parts)) or b"").decode()


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
