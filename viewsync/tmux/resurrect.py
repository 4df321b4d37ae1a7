"""tmux-resurrect in a server: whether it is loaded there, and what it runs with each file that it has saved."""

from __future__ import annotations

from viewsync.tmux.rules import hooks, language
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.tmux.server import Tmux

_LOADED = "@resurrect-save-script-path"  # the plugin sets it when it is loaded


class Resurrect(NamedTuple):
    loaded: bool
    hook: str  # "" where nobody has set one

    @property
    def free(self) -> bool:
        """Nobody's but ours, of whichever installation."""
        return not self.hook or hooks.is_saved_command(self.hook)


def read(tmux: Tmux, socket: str) -> Resurrect:
    loaded = tmux.ask(socket, "show-options", "-gqv", _LOADED)
    return Resurrect(bool(loaded.strip()), tmux.ask(socket, "show-options", "-gqv", hooks.RESURRECT).rstrip("\n"))


def set_hook(tmux: Tmux, socket: str, caller: str) -> None:
    tmux.ask(socket, "set-option", "-g", hooks.RESURRECT, hooks.saved_command(caller))


def remove_hook(tmux: Tmux, socket: str) -> None:
    tmux.ask(socket, "set-option", "-gu", hooks.RESURRECT)


def configuration(caller: str) -> str:
    """The same for a server that starts, whichever is read first, the plugin or this. A hook of the user's stays."""
    ours = language.literal(f"* hook {hooks.SAVED}")
    users = language.both(f"#{{{hooks.RESURRECT}}}", f"#{{!=:#{{m:{ours},#{{{hooks.RESURRECT}}}}},1}}")
    command = f"set-option -g {hooks.RESURRECT} {language.quoted(hooks.saved_command(caller))}"
    return (
        "# tmux-resurrect leaves views out of what it saves, where you have no such hook of your own.\n"
        f"if-shell -F {language.quoted(users)} {{ }} {{ {command} }}\n"
    )
