"""The private Python environments that install.sh makes: one for each version, side by side.

The launcher names exactly one, so replacing the launcher is the switch, and what still runs keeps the version that
it was started with.
"""

from __future__ import annotations

import os
import shutil
import sys

from viewsync.system import processes

_FOLDER = ("share", "viewsync", "venv")  # below the prefix; in it one folder for each version


def folder(prefix: str) -> str:
    """The folder of the environments below that prefix, if this process runs from one of them, else ""."""
    found = os.path.join(os.path.abspath(prefix), *_FOLDER)
    return found if os.path.realpath(os.path.dirname(sys.prefix)) == os.path.realpath(found) else ""


def prefix(above: str) -> str:
    """What `folder` was asked for, by its answer."""
    return os.path.abspath(os.path.join(above, *[os.pardir] * len(_FOLDER))) if above else ""


def unused(above: str) -> list[str]:
    """The environments there that are not ours and that no process runs from. Where nobody knows, none is unused."""
    ours = os.path.realpath(sys.prefix)
    others = [environment for environment in environments(above) if os.path.realpath(environment) != ours]
    running = _running() if others else set()
    return [other for other in others if os.path.realpath(other) not in running] if running else []


def environments(above: str) -> list[str]:
    try:
        paths = [os.path.join(above, name) for name in sorted(os.listdir(above))]
    except OSError:
        return []
    return [path for path in paths if _is_environment(path)]


def remove(environment: str) -> None:
    """Nothing else than an environment is ever removed so."""
    if _is_environment(environment):
        shutil.rmtree(environment, ignore_errors=True)


def _is_environment(path: str) -> bool:
    return os.path.isfile(os.path.join(path, "pyvenv.cfg")) and not os.path.islink(path)


def _running() -> set[str]:
    """The environments, or whatever else has a `bin`, of all processes that we may look at."""
    programs = [words[0] for words in processes.command_lines() or () if words]
    return {os.path.realpath(os.path.dirname(os.path.dirname(program))) for program in programs}
