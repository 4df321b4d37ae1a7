"""Tab in the real shells: what is inserted means exactly the name, whatever is in it, and runs nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.completion.shells import BASH_COMPLETION, SHELLS, Shell, register
from tests.support import forms

if TYPE_CHECKING:
    from tests.support.server import Home

# One letter and Tab means one of them. Their ends matter, too: readline closes quotes there, or does not.
NAMES = [
    "a b  c$(touch x)`touch y`",
    "b;touch x&|<>()#~*?[a]{1,2}",
    "c\ntouch z\n",
    "d\\k\\",
    "e!!x!touch!",
    "f:g=h@i,j+k",
    "g'h\"",
    "h\"i'",
    "ïé漢字 \u202e%s%%n${HOME}\u200b",  # \u202e turns the direction of text, \u200b is not seen itself
    "j\x1b[31m\x07k",
]
# The quote that is open before Tab, and the shell that has it.
TYPED = forms.covering(SHELLS, ["", '"', "'"], NAMES)


@pytest.mark.parametrize("kind", SHELLS)
def test_any_name_is_inserted_as_itself_and_runs_nothing(home: Home, kind: str) -> None:
    if kind == "bash-completion" and not os.path.exists(BASH_COMPLETION):
        pytest.skip("no bash-completion here")
    register(home, [*NAMES, "k\tl", "l\udcff"])  # fish cuts at a tab; nobody can type what is no text
    shell = Shell(home, kind)
    typed = [(quote, name) for shell_kind, quote, name in TYPED if shell_kind == kind]
    assert typed
    found = {(quote, name): shell.completed(f"viewsync wait -p 'é \"' -s {quote}{name[0]}") for quote, name in typed}
    assert found == {(quote, name): ["wait", "-p", 'é "', "-s", name] for quote, name in typed}
    assert shell.ran() == []


@pytest.mark.parametrize("kind", SHELLS[1:] if os.path.exists(BASH_COMPLETION) else ("bash", *SHELLS[2:]))
def test_verbs_options_names_and_files_are_found(home: Home, kind: str) -> None:
    register(home, ["my session", "other one"])
    shell = Shell(home, kind)
    with open(os.path.join(shell.work, "note one.txt"), "w", encoding="utf-8"):
        pass
    assert shell.completed("viewsync heartb") == ["heartbeat"]
    assert shell.completed("viewsync wait --patt", "x") == ["wait", "--pattern", "x"]
    assert shell.completed("viewsync wait --session=my\\ s") == ["wait", "--session=my session"]
    assert shell.completed("viewsync freeze -o no") == ["freeze", "-o", "note one.txt"]
    assert shell.completed("viewsync sweeper statu") == ["sweeper", "status"]
    assert shell.completed("safe-send.sh --sess", program="safe-send.sh") == ["--session"]
    shell.offered("viewsync health -s ", "other", "session")


@pytest.mark.parametrize("kind", SHELLS)
def test_hosts_are_found(home: Home, kind: str) -> None:
    """Those of ssh's configuration and of the setting `hosts`."""
    if kind == "bash-completion" and not os.path.exists(BASH_COMPLETION):
        pytest.skip("no bash-completion here")
    for path, text in (
        (".ssh/config", "Host web db *.example\n  User web-user\nHOST=backup\nHost !none w?b\n"),
        ("config/config.toml", 'hosts = "web me@far.example"\n'),
    ):
        os.makedirs(os.path.dirname(os.path.join(home.path, path)), exist_ok=True)
        with open(os.path.join(home.path, path), "w", encoding="utf-8") as file:
            file.write(text)
    shell = Shell(home, kind)
    assert shell.completed("viewsync list --host w") == ["list", "--host", "web"]
    assert shell.completed("viewsync create --host=ba") == ["create", "--host=backup"]
    assert shell.completed("viewsync find --host me") == ["find", "--host", "me@far.example"]
    shell.offered("viewsync views --host ", "web", "db", "backup", "me@far.example")
