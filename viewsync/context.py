"""Wires the doors and the stores on first use: the only composition root. A hot verb pays for what it touches."""

from __future__ import annotations

import os
import time

from viewsync import paths
from viewsync.light import cached_property, contextlib
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    # Of a tmux server by its identity and a pane, within some seconds: registry/leases.py.
    SharedLease = Callable[["Context", str, str, float], AbstractContextManager["Fence | None"]]
    Fence = Callable[[int], int]  # larger than that number: what the pane is told with a text

    from viewsync.store.history_database import History
    from viewsync.store.registry_file import RegistryFile
    from viewsync.system.ssh import Ssh
    from viewsync.system.wezterm import Wezterm
    from viewsync.tmux.server import Tmux


class Context:
    def __init__(
        self,
        env: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
        overrides: Mapping[str, str] | None = None,
        awake: Callable[[], float] = time.monotonic,
    ) -> None:
        """`overrides`: settings that global flags name; they stand above the environment."""
        self.env = dict(os.environ if env is None else env)
        self.env.update(overrides or {})
        self.clock = clock  # epoch seconds
        self.awake = awake  # seconds for which the machine was awake, since some moment of this boot: nobody sets that
        self.shows_progress = False  # `cli` says where
        self.shared_lease: SharedLease | None = None  # where the index is set, who types into sessions says it
        self.say_waiting = self._log_waiting  # where people read what we print, `cli` says it to them

    @cached_property
    def config(self) -> dict[str, Any]:
        from viewsync import config

        return config.load(paths.config_file(self.env), self.env)

    @cached_property
    def index(self) -> str:
        """The address of the hosts' shared index; "" without one, and where the settings cannot be read."""
        from viewsync.errors import ViewsyncError

        try:
            return str(self.config["index"])
        except ViewsyncError:
            return ""

    @cached_property
    def tmux(self) -> Tmux:
        from viewsync.tmux.server import Tmux

        tmux = Tmux(self.config["tmux"], self.config["tmux_timeout"], self.env, self.say_waiting)
        tmux.start_timeout = self.config["tmux_start_timeout"]
        return tmux

    @cached_property
    def ssh(self) -> Ssh:
        from viewsync.system.ssh import Ssh

        return Ssh(self.config["ssh"], self.config["host_timeout"], self.env, self._ssh_folder)

    def _ssh_folder(self) -> str:
        """Of the connections to other hosts; "" where there can be none."""
        from viewsync.errors import ViewsyncError
        from viewsync.store import own_files

        try:
            return own_files.secure(os.path.join(own_files.secure(self.socket_folder), "ssh"))
        except (OSError, ViewsyncError):
            return ""

    def progress(self, what: str) -> AbstractContextManager[None]:
        """Around what may take more than a second: people are told where they look at a terminal."""
        if not self.shows_progress:
            return contextlib.nullcontext()
        from viewsync import progress

        return progress.shown(what)

    def _log_waiting(self, what: str) -> None:
        self.log.warning("%s", what)

    @cached_property
    def wezterm(self) -> Wezterm:
        from viewsync.system.wezterm import Wezterm

        return Wezterm(self.config["wezterm"], self.config["wezterm_timeout"], self.env)

    @cached_property
    def folder(self) -> str:
        """The state folder, made and checked."""
        from viewsync.store import own_files

        return own_files.secure(paths.state_dir(self.env))

    @cached_property
    def socket_folder(self) -> str:
        """Where the servers that we start have their sockets: beside the state where nobody has a place for them."""
        from viewsync.errors import StateError
        from viewsync.store import own_files

        try:
            named = paths.socket_dir(self.env)
        except StateError:
            return paths.state_dir(self.env)
        return named if own_files.may_be_made(named) else paths.state_dir(self.env)

    @cached_property
    def registry(self) -> RegistryFile:
        from viewsync.store.registry_file import RegistryFile

        return RegistryFile(self.folder, self.config["lock_timeout"], self.env.get("VIEWSYNC_LOCK_HELD", ""))

    @cached_property
    def history(self) -> History:
        from viewsync.store.history_database import History

        return History(self.folder)

    @cached_property
    def launcher(self) -> str:
        return paths.launcher(self.env)

    @cached_property
    def caller(self) -> str:
        """How tmux hooks are to call us, for this state folder and configuration."""
        from viewsync.tmux.rules import hooks

        return hooks.caller(self.launcher, *paths.carried(self.env))

    @cached_property
    def log(self) -> logging.Logger:
        """Imported only by who has something to log (3 ms)."""
        from viewsync import log
        from viewsync.errors import StateError, ViewsyncError
        from viewsync.store import own_files

        try:
            level = self.config["log_level"]
        except ViewsyncError:  # a wrong setting is what is to be logged
            level = "warning"
        try:
            return log.open_log(self._log_folder(), level, own_files.for_writing)
        except StateError:  # what stands in its place stays there
            return log.open_log("", level)

    def tells(self, level: str) -> bool:
        """Whether the log takes what is of that level: asked before it is imported."""
        from viewsync.config import LEVELS
        from viewsync.errors import ViewsyncError

        try:
            return LEVELS.index(self.config["log_level"]) <= LEVELS.index(level)
        except ViewsyncError:
            return False

    def trace(self) -> None:
        """At `debug`, log every program that is run."""
        if self.tells("debug"):
            from viewsync.system import tracing

            tracing.start(self.log)

    def _log_folder(self) -> str:
        """Below the state folder only where that is ours to write in; "" where it is not, or where there is none."""
        from viewsync.errors import ViewsyncError
        from viewsync.store import own_files

        try:
            log_dir = paths.log_dir(self.env)
            below_state = log_dir.startswith(paths.state_dir(self.env) + os.sep)
            if not below_state and own_files.look(os.path.dirname(log_dir))[0]:
                return ""
            found = os.path.join(self.folder, os.path.relpath(log_dir, self.folder)) if below_state else log_dir
            os.makedirs(os.path.dirname(found), mode=0o700, exist_ok=True)
            own_files.make_folder(found)
        except (OSError, ViewsyncError):
            return ""
        return found
