"""The policy file, believed only where nobody else could have written it; whatever is wrong with it forbids all."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

from viewsync import paths
from viewsync.mcp.rules.policy import Forbidden, Policy, parsed
from viewsync.store import own_files

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "mcp.toml"


def path(env: Mapping[str, str], named: str = "") -> str:
    return os.path.abspath(named) if named else os.path.join(paths.config_dir(env), FILE)


class PolicyFile:
    """Read again when it has changed. One that was `named` has to be there."""

    def __init__(self, file: str, *, named: bool) -> None:
        self._path = file
        self._named = named
        self._seen: object = None
        self._policy = Policy()

    def policy(self) -> Policy:
        """Forbidden says in one line why nothing is allowed."""
        try:
            found = self._look()
            seen = found and (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            if seen != self._seen:
                self._policy = self._read() if seen else Policy()
                self._seen = seen
        except (OSError, ValueError) as error:
            self._seen = None
            reason = error.strerror if isinstance(error, OSError) else error
            raise Forbidden(
                f"policy forbids everything: {self._path}: {reason}", "a person has to mend or remove the file"
            ) from None
        return self._policy

    def _look(self) -> os.stat_result | None:
        """None where there is none, and none has to be. Links are followed, where nobody else could turn them."""
        problem, found = own_files.look(self._path)
        if problem:
            raise ValueError(problem)
        if found is None:
            if self._named or os.path.lexists(self._path):
                raise ValueError("there is no such file")
            return None
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("it is not a file")
        if found.st_uid not in (os.geteuid(), 0):
            raise ValueError(own_files.belongs("it", found))
        if own_files.is_open(found):
            raise ValueError(f"it can be written to by others (mode {stat.S_IMODE(found.st_mode):04o})")
        return found

    def _read(self) -> Policy:
        if sys.version_info >= (3, 11):
            import tomllib
        else:
            import tomli as tomllib
        handle = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as file:
            return parsed(tomllib.load(file), self._path)
