"""viewsync: a tmux view of its own for every WezTerm tab, and sessions for programs and agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.api import Registry, Session
    from viewsync.projects_api import SessionInfo, SessionLifecycleManager, TmuxManager

__version__ = "0.1.0"
__all__ = ["Registry", "Session", "SessionInfo", "SessionLifecycleManager", "TmuxManager", "__version__"]


def __getattr__(name: str) -> object:
    """On first use: the command line does not pay for the library."""
    if name in ("Registry", "Session"):
        from viewsync import api

        return getattr(api, name)
    if name in ("SessionInfo", "SessionLifecycleManager", "TmuxManager"):
        from viewsync import projects_api

        return getattr(projects_api, name)
    raise AttributeError(f"module 'viewsync' has no attribute {name!r}")
