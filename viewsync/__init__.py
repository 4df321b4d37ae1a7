"""viewsync: a tmux view of its own for every WezTerm tab, and sessions for programs and agents."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.api.projects import SessionInfo, SessionLifecycleManager, TmuxManager
    from viewsync.api.sessions import Registry, Session

__version__ = "0.1.0"
__all__ = ["Registry", "Session", "SessionInfo", "SessionLifecycleManager", "TmuxManager", "__version__"]


def __getattr__(name: str) -> object:
    """On first use: the command line does not pay for the library."""
    if name in ("Registry", "Session"):
        from viewsync.api import sessions

        return getattr(sessions, name)
    if name in ("SessionInfo", "SessionLifecycleManager", "TmuxManager"):
        from viewsync.api import projects

        return getattr(projects, name)
    raise AttributeError(f"module 'viewsync' has no attribute {name!r}")
