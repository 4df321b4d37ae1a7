"""The command that installs a program on this machine, for a person to run."""

from __future__ import annotations

import os

from viewsync.system import process
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROOTS = ("apt-get install", "dnf install", "pacman -S", "zypper install", "apk add")


def installing(package: str, env: Mapping[str, str]) -> str:
    """ "" where no package manager is known, or only root may use it and there is no sudo."""
    for command in _ROOTS:
        if process.which(command.partition(" ")[0], env):
            if os.geteuid() == 0:
                return f"{command} {package}"
            return f"sudo {command} {package}" if process.which("sudo", env) else ""
    return f"brew install {package}" if process.which("brew", env) else ""
