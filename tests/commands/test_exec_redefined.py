"""viewsync exec in shells whose words mean something else: functions, aliases, traps and options of the user's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.executing import execute
from tests.support.sessions import create

if TYPE_CHECKING:
    from tests.support.server import Home, Server

_NAMES = ["echo", "printf", "cat", "tee", "dd", "rm", "mv", "sleep", "kill", "wait", "test", "mkfifo", "source", "type"]
_SPECIAL = ["trap", "set", "unset", "local"]  # no name of a function where the special ones are of sh's
_SAYS = "{0}() {{ command printf '%s\\n' '{0} is mine'; }}".format
_FUNCTIONS, _OF_DASH = ("\n".join(map(_SAYS, names)) for names in (_NAMES + _SPECIAL, _NAMES))
_ALIASES = "\n".join(
    f"alias {name}='false {name}'" for name in [".", "env", "command", "true", "unalias", "builtin", "sh"]
)
CASES = {
    "functions": ("bash", _FUNCTIONS),
    "exported functions": ("bash", f"set -a\n{_FUNCTIONS}"),
    "aliases": ("bash", _ALIASES),
    "strict": ("bash", "set -uo pipefail -C -T -E\ntrap 'echo debug' DEBUG\ntrap 'echo err' ERR\nIFS=/0123456789x"),
    "debug": (
        "bash",
        "set -T\nshopt -s extdebug failglob\ntrap 'printf \"debug\\n\"' DEBUG\ntrap 'echo return' RETURN",
    ),
    "posix": ("bash", "set -o posix -o nounset\nset -f -v"),
    "no PATH": ("bash", "unset PATH; IFS="),
    "zsh functions": ("zsh", _FUNCTIONS),
    "zsh aliases": ("zsh", f"{_ALIASES}\nalias -g in='| cat' sh='nothing' G='| grep'"),
    "zsh options": (
        "zsh",
        "setopt sh_word_split ksh_arrays err_return no_clobber no_unset xtrace null_glob rc_quotes\nIFS=/0",
    ),
    "zsh traps": ("zsh", "TRAPDEBUG() { echo debug; }\nTRAPZERR() { echo err; }"),
    "zsh as sh": ("zsh", "emulate sh\nset -C"),
    "dash": ("dash", f"{_OF_DASH}\nset -Cu\nIFS=/0123456789x"),
    "dash aliases": ("dash", f"{_ALIASES}\nset -e"),
    "mksh": ("mksh", f"{_OF_DASH}\n{_ALIASES}\nset -Cu"),
    "ksh93": ("ksh93", f"{_OF_DASH}\n{_ALIASES}\nset -Cu"),
    "ksh93 debug": ("ksh93", "trap 'echo debug' DEBUG"),
    "ksh93 debug and trace": ("ksh93", "trap 'echo debug' DEBUG; set -x"),
    "busybox": ("busybox", f"{_OF_DASH}\n{_ALIASES}\nset -Cu"),
    "fish": ("fish", "function echo; command printf 'echo is mine\\n'; end\nfunction source; end\nfunction env; end"),
    "tcsh": ("tcsh", "set noclobber\nalias echo false\nalias env false"),
}


@pytest.mark.parametrize("case", CASES)
def test_whatever_the_users_words_mean(case: str, server: Server, home: Home) -> None:
    shell, text = CASES[case]
    programs.skip_without(shell)
    start(server, home, shell, text)
    for _ in range(2):
        done = execute(home, "--", "/usr/bin/printf 'a b\\n'; /bin/sh -c 'exit 5'")
        assert (done.code, lines(done.out), done.err) == (5, ["a b"], ""), done
    done = execute(home, "--", "/usr/bin/printf 'c\\n'\nexit 3\n/usr/bin/printf 'd\\n'")
    assert (done.code, lines(done.out), done.err) == (3, ["c"], ""), done
    assert execute(home, "--", "/bin/sh -c 'exit 0'").code == 0


def lines(out: str) -> list[str]:
    """Without what the user's own traps and traces say of the command."""
    return [
        line
        for line in out.splitlines()
        if not line.startswith(("debug", "err", "return", "+", "/usr/bin/printf", "/bin/sh", "exit"))
    ]


def start(server: Server, home: Home, shell: str, text: str) -> None:
    """The session `sh` with that shell, which has read that text."""
    name = os.path.join(home.path, {"zsh": ".zshrc", "tcsh": ".tcshrc", "bash": "rc"}.get(shell, "rc"))
    with open(name, "w", encoding="utf-8") as file:
        file.write(f"{text}\n")
    words = {
        "bash": ["bash", "--rcfile", name],
        "busybox": ["busybox", "ash"],
        "fish": ["fish", "--init-command", f"source {name}"],
        "zsh": ["zsh", "-d"],
    }.get(shell, [shell])
    create(server, "sh", "-e", f"ENV={name}", "-e", f"ZDOTDIR={home.path}", "--", *words)
