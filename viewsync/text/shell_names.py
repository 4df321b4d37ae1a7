"""Which programs are shells, and what kind, by their bare names."""

from __future__ import annotations

OF_SH = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh", "ksh93", "mksh"))  # they read the language of sh
ALL = OF_SH | {"fish", "tcsh", "csh", "nu", "xonsh"}
# These read keys one by one while they wait at their prompt, and whole lines before. That can be seen.
EDITING = frozenset(("bash", "zsh", "fish", "ksh", "ksh93", "mksh", "tcsh", "nu", "xonsh"))
