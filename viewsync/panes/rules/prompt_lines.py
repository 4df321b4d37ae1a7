"""What the line of the cursor says of a shell that waits for a line: whether that is to be a command."""

from __future__ import annotations

from viewsync.light import re
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# What stands before the rest of a command: bash's, ksh's and dash's; zsh's names what is open; then some of themes.
_CONTINUED = re.compile(
    r"> |(?:(?:quote|dquote|bquote|heredoc|cmdsubst|mathsubst|math|pipe|cursh|subsh|braceparam|array|function|for|"
    r"while|until|select|repeat|case|if|then|elif|else|do|foreach|cmdand|cmdor|errexit|always|noglob) ?)+> "
    r"|(?:foreach|while|for|switch|if)?\? |(?:\.{2,3}|\u2026|\u2219|\u22ee|->) "
)
_PROMPT = re.compile("[$#%>\u276f\u00bb\u279c\u03bb](?: |$)")


def continued(left: str, above: str, environment: Mapping[str, str]) -> str:
    """The prompt of the rest of a command, "" where the line begins with none. `left`: of the cursor.

    A prompt of the user's may look like one: that is known where it is in the environment that the shell was started
    with, and behind a C-c.
    """
    first, rest = environment.get("PS1", ""), environment.get("PS2", "")
    if rest and "\\" not in rest and "$" not in rest and left.startswith(rest):
        return "" if left.startswith(first) and first else rest.strip()
    found = _CONTINUED.match(f"{left} ")
    if not found or (first and left.startswith(first.rstrip())) or above.rstrip().endswith("^C"):
        return ""
    return found[0].strip()


def is_prompt(left: str, environment: Mapping[str, str]) -> bool:
    """Whether it may be one for a command. Behind it somebody may have typed."""
    first = environment.get("PS1", "").rstrip()
    return bool(_PROMPT.search(left.rstrip())) or bool(first and left.startswith(first))
