"""The users and groups of this machine. Asked only where something belongs to another one, or is open to a group."""

from __future__ import annotations

import grp
import os
import pwd


def is_alone_in(group: int) -> bool:
    """Whether that is a group of ours that nobody else is in, as OpenSSH asks it on Debian."""
    try:
        mine = pwd.getpwuid(os.geteuid()).pw_name
        members = set(grp.getgrgid(group).gr_mem)
    except KeyError:
        return False
    primary = {account.pw_name for account in pwd.getpwall() if account.pw_gid == group}
    return (members | primary) == {mine}


def shown(uid: int) -> str:
    """As people know it."""
    try:
        return f"{pwd.getpwuid(uid).pw_name} (uid {uid})"
    except KeyError:
        return f"uid {uid}"
