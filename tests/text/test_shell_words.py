"""Words for a person to copy: the real shells read them as they were, and a terminal has nothing to obey in them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from viewsync.text import shell_words

WORDS = ["plain", "", "it's", "a b", '$HOME `id` \\ "', "-x", "*", "é", "a\nb\n\n", "\x1b]0;x\x07", "\x01" + "23"]
WORDS += ["\udcff%s\\"]


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh", "dash"])
def test_shells_read_them_as_they_were(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    said = shell_words.joined("printf", "%s\\0", *WORDS)
    assert said.replace("\n", "").isprintable()  # $() drops those at the end, so that they stand as they are
    found = subprocess.run([shell, "-c", said], capture_output=True, check=True).stdout
    assert [word.decode("utf-8", "surrogateescape") for word in found.split(b"\0")[:-1]] == WORDS
