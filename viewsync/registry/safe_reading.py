"""The registry as it stands, for who has to go on without it."""

from __future__ import annotations

from viewsync.errors import StateError
from viewsync.store.registry_file import empty
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.registry_shape import RegistryData


def read_registry(ctx: Context) -> tuple[RegistryData, str]:
    """The registry, or an empty one with the reason why nothing may end on its strength."""
    try:
        registry = ctx.registry
    except StateError as error:  # a folder that is refused takes no log either
        return empty(), error.message
    try:
        return registry.read(), ""
    except StateError as error:
        ctx.log.warning("%s", error.message)
        return empty(), error.message
