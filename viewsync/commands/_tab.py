"""What a verb that becomes a tab's client says where it does not."""

from __future__ import annotations

from viewsync.output import Result, complain, show_error
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.errors import ViewsyncError


def told(ctx: Context, error: ViewsyncError) -> Result:
    """WezTerm closes the tab of a program that ended (exit_behavior "Close"), and nobody could read why."""
    from viewsync.views import opening  # `run` and `attach` need it for this alone

    if not opening.is_tab_of_its_own(ctx.env):
        raise error
    show_error(error, as_json=False)
    complain("press Enter to close this tab")
    opening.wait_for_reader()
    return Result(code=error.code)
