"""What can be the name of another host."""

from __future__ import annotations

_NEVER = frozenset("'`\"$\\;&<>|(){}[] ")  # OpenSSH takes none of them: a ProxyCommand may hand a name to a shell


def is_host(text: str) -> bool:
    """As `ssh` takes it: never an option of it, a path, or something that a shell would take for more than a word."""
    return bool(text) and text[0] not in "-/" and text.isprintable() and _NEVER.isdisjoint(text)


def of_server(name: str) -> tuple[str, str]:
    """The host, "" for this one, and the name or path there, of a tmux server as tmux/far_server.py calls it."""
    if name.startswith("/"):
        return "", name
    host, colon, path = name.partition(":/")
    if colon:
        return host, f"/{path}"
    host, _, label = name.rpartition(":")
    return host, label
