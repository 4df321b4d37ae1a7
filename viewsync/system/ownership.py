"""Whether anybody else could put something of theirs where a path leads: each folder on the way is looked at.

Root can do anything, and is believed. A folder that only a group of ours can write to, in which nobody else is, counts
as closed: with such groups (Debian, Fedora) a umask of 002 is usual.
"""

from __future__ import annotations

import errno
import os
import stat

_ROOT = os.sep
_LINKS = 40  # as many as the kernel follows


def look(path: str) -> tuple[str, os.stat_result | None]:
    """Why somebody else could, "" where nobody can; and what stands there, links followed, None where nothing is.

    Raises OSError where that cannot be seen: who opens it gets the same one.
    """
    me, links = os.geteuid(), 0
    rest = os.path.abspath(path).split(os.sep)[::-1]
    here, found = _ROOT, os.lstat(_ROOT)
    while rest:
        name = rest.pop()
        if name in ("", os.curdir):
            continue
        if name == os.pardir:  # of where a link leads
            here = os.path.dirname(here)
            found = os.lstat(here)
            continue
        if problem := _unsafe(here, found, me):
            return problem, None
        below = os.path.join(here, name)
        try:
            entry = os.lstat(below)
        except FileNotFoundError:
            return "", None
        if found.st_mode & 0o022 and entry.st_uid not in (me, 0):  # the folder is sticky, or it had been refused
            return belongs(below, entry), None
        if not stat.S_ISLNK(entry.st_mode):
            here, found = below, entry
            continue
        links += 1
        if links > _LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        target = os.readlink(below)
        rest += target.split(os.sep)[::-1]
        if os.path.isabs(target):
            here, found = _ROOT, os.lstat(_ROOT)
    return "", found


def _unsafe(folder: str, found: os.stat_result, me: int) -> str:
    """Why others could replace anything in that folder."""
    if found.st_uid not in (me, 0) and not _is_unknown_root(found):
        return belongs(folder, found)
    if found.st_mode & stat.S_ISVTX or not is_open(found):
        return ""
    return f"{folder} can be written to by others (mode {stat.S_IMODE(found.st_mode):04o})"


def is_open(found: os.stat_result) -> bool:
    """Whether others can write to it. Of a file with an access list, the group's bits are the most that it grants."""
    if found.st_mode & 0o002:
        return True
    return bool(found.st_mode & 0o020) and not _is_alone_in(found.st_gid)


def _is_alone_in(group: int) -> bool:
    """Whether that is a group of ours that nobody else is in, as OpenSSH asks it on Debian."""
    import grp
    import pwd

    try:
        mine = pwd.getpwuid(os.geteuid()).pw_name
        members = set(grp.getgrgid(group).gr_mem)
    except KeyError:
        return False
    primary = {each.pw_name for each in pwd.getpwall() if each.pw_gid == group}
    return (members | primary) == {mine}


def _is_unknown_root(found: os.stat_result) -> bool:
    """In a user namespace the machine's root has no number, and what is root's has that of whoever has none."""
    if found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX:
        return False
    from viewsync.system import procfs

    return found.st_uid == procfs.unknown_user()


def belongs(path: str, found: os.stat_result) -> str:
    return f"{path} belongs to somebody else: {user(found.st_uid)}"


def user(uid: int) -> str:
    """As people know it."""
    import pwd

    try:
        return f"{pwd.getpwuid(uid).pw_name} (uid {uid})"
    except KeyError:
        return f"uid {uid}"
