"""Which variables are secrets: by hand as by the expressions that say it shortly."""

from __future__ import annotations

import itertools
import re

from viewsync.text import variables

_SOUNDS = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|KEY$|(^|_)(KEY|PASS|PWD|AUTH|PAT|PIN|DSN|COOKIE)S?(_|$)"
)
_PLACE = re.compile(r"_(FILE|DIR|PATH|SOCK|HOME|COMMAND)$")
_URL = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
_HEADER = re.compile(r"(?i)\bauthorization:")
_HARMLESS = re.compile(r"(?i)|true|false|yes|no|on|off")
_COUNT = re.compile(r"TOKENS=\d{1,9}$")

_BEFORE = ("", "MY_", "MY", "_", "api_")
_WORDS = (
    *("TOKEN", "TOKENS", "SECRET", "PASS", "PASSW", "PASSPHRASE", "CREDENTIALS", "KEY", "KEYS", "PWD", "auth", "PAT"),
    *("PATH", "PIN", "PINS", "PINNED", "DSN", "COOKIE", "COOKIES", "COMPASS", "HOME", "LANG", "XAUTHORITY"),
)
_BEHIND = ("", "_", "_X", "X", "S", "_FILE", "_PATH", "_COMMANDS", "_sock")
_VALUES = (
    *("", "x", "Yes", "OFF", "offline", "32000", "1234567890", "-1", "a@b", "http://u:p@host", "http://u@host/a:b@c"),
    *("http.extraheader=AUTHORIZATION: basic x", "reauthorization: x", "authorization", "://:@", "://a:b@"),
)


def _is_withheld(name: str, value: str) -> bool:
    if _URL.search(value) or _HEADER.search(value):
        return True
    if _HARMLESS.fullmatch(value) or _COUNT.search(f"{name}={value}"):
        return False
    return bool(_SOUNDS.search(name.upper())) and not _PLACE.search(name.upper())


def test_secrets_are_told_as_by_the_expressions() -> None:
    names = ["".join(parts) for parts in itertools.product(_BEFORE, _WORDS, _BEHIND)]
    names = [name for name in dict.fromkeys(names) if name != "PWD"]  # which no session has
    for value in _VALUES:
        withheld = [name for name in names if _is_withheld(name, value)]
        assert variables.withheld(dict.fromkeys(names, value)) == sorted(withheld), value
        for name in names:
            secret = bool(_SOUNDS.search(name.upper()) or _URL.search(value))
            assert variables.looks_secret(name, value) == secret, (name, value)


def test_what_no_shell_hands_on_is_left_out() -> None:
    names = ["A", "_a1", "1A", "A-B", "A.B", "BASH_FUNC_x%%", "Ä", "A B", ""]
    assert list(variables.handed_on(dict.fromkeys(names, "x"))) == ["A", "_a1"]


def test_a_setting_of_gits_goes_with_its_others() -> None:
    header = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.extraheader"}
    secret = {**header, "GIT_CONFIG_VALUE_0": "Authorization: basic x"}
    assert variables.withheld(secret) == sorted(secret)
    assert variables.handed_on(header | {"GIT_CONFIG_VALUE_0": "x"}) == header | {"GIT_CONFIG_VALUE_0": "x"}
    assert variables.withheld({"GIT_CONFIG_KEY": "x", "GIT_CONFIG_COUNT": "1"}) == ["GIT_CONFIG_KEY"]
