"""Who we are in the index: a name for people, and an id that no other state folder has."""

from __future__ import annotations

import hashlib
import os

from viewsync.light import contextlib
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.context import Context

_MACHINE = ("/etc/machine-id", "/var/lib/dbus/machine-id")
_LONGEST = 255  # characters, as of a host's name


class Own(NamedTuple):
    host: str
    id: str


def own(ctx: Context) -> Own:
    host = (str(ctx.config["index_host"]) or os.uname().nodename or "localhost")[:_LONGEST]
    what = "\0".join((_machine(), str(os.geteuid()), os.path.realpath(ctx.folder)))
    digest = hashlib.sha256(what.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return Own(host, f"{host}#{digest}")


def _machine() -> str:
    """Two hosts may have one name."""
    for path in _MACHINE:
        with contextlib.suppress(OSError), open(path, encoding="ascii", errors="replace") as file:
            return file.read(64).strip()
    return ""
