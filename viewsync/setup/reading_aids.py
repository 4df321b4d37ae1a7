"""The completions of the shells and the manual page, in the folders where shells and man look by themselves."""

from __future__ import annotations

import os

from viewsync import paths
from viewsync.completion import scripts
from viewsync.system import files
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MANUAL_MARK = "viewsync's manual page"


class ReadingAid(NamedTuple):
    path: str
    what: str
    data: bytes
    mark: str


def wanted(env: Mapping[str, str], home: str, prefix: str, launcher: str) -> Iterator[ReadingAid]:
    """`prefix`: where install.sh installs, "" where something else installed viewsync, for this user or all of them.

    What pip puts below ~/.local, and whatever somebody has linked, stays as it is.
    """
    own = os.path.join(home, ".local")
    if not prefix and paths.package().startswith(os.path.join(own, "lib") + os.sep):
        return
    for aid in _all(env, own, prefix or own, launcher):
        if aid.data and not os.path.islink(aid.path):
            yield aid


def _all(env: Mapping[str, str], own: str, prefix: str, launcher: str) -> Iterator[ReadingAid]:
    share = os.path.join(prefix, "share")
    named = env.get("XDG_DATA_HOME", "")
    data = named if os.path.isabs(named) and prefix == own else share
    for shell, place in scripts.PLACES.items():
        text = scripts.text(shell, launcher).encode("utf-8", "surrogateescape")
        yield ReadingAid(os.path.join(data, *place), f"the completions for {shell}", text, scripts.MARK)
    yield _manual(os.path.join(share, "man", "man1", "viewsync.1"))


def _manual(path: str) -> ReadingAid:
    """A checkout has none, as a build makes it: from there, as in a rehearsal of install.sh, the one that stands there
    stays.
    """
    page = files.read(paths.shared_file("man", "viewsync.1")) or files.read(path) or b""
    return ReadingAid(path, "the manual page", page if MANUAL_MARK.encode() in page else b"", MANUAL_MARK)


def zsh_folder(env: Mapping[str, str], home: str, installed: Mapping[str, str]) -> str:
    """The folder that zsh has to be told of; "" where that is done, or zsh is not this user's shell."""
    found = next((path for path in installed if os.path.basename(path) == "_viewsync"), "")
    if os.path.basename(env.get("SHELL", "")) != "zsh" or not found.startswith(os.path.join(home, "")):
        return ""
    startup = (os.path.join(env.get("ZDOTDIR") or home, name) for name in (".zshenv", ".zprofile", ".zshrc"))
    told = any(b"zsh/site-functions" in (files.read(path) or b"") for path in startup)
    return "" if told else os.path.dirname(found)
