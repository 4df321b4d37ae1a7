"""Give views names by which their group sorts as it came (docs/explanation/tmux-traps.md, trap M).

Their rows find them by their ids, as after any other renaming: the next pass has them go with the names.
"""

from __future__ import annotations

from viewsync.tmux import rename
from viewsync.typed import TYPE_CHECKING
from viewsync.views.rules import order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.context import Context
    from viewsync.registry_shape import ViewRow
    from viewsync.tmux.rules.model import Inventory


def mend(ctx: Context, found: Inventory, views: Mapping[str, ViewRow]) -> dict[str, str]:
    """The names that they have now, by the ids of the views that got another one."""
    misnamed = order.misnamed(found, views)
    return rename.rename_views(ctx.tmux, found.server, misnamed, ctx.clock()) if misnamed else {}
