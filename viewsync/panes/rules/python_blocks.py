"""A block of code as the one line that makes a Python prompt run it.

A prompt that reads a pasted block takes an empty line in a function for its end, and indents what is indented
already. One line has neither, works from Python 3.8 on and in IPython, and shows what each statement of the block
would show at the prompt. Nothing of it stays in `__main__`.
"""

from __future__ import annotations

from viewsync.light import re
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 1000  # characters of the line; what is longer goes through a file
NAME = "<viewsync>"  # the file's name in a traceback

# `s` is the code, `g` the prompt's names. All of it is compiled before any of it runs, as far as syntax goes.
_RUN = f"""import ast,__future__ as f
t=ast.parse(s,{NAME!r})
c=compile(t,{NAME!r},'exec').co_flags&sum(getattr(f,n).compiler_flag for n in f.all_feature_names)
for n in t.body:exec(compile(ast.Interactive([n]),{NAME!r},'single',c),g)"""


_COMPOUND = ("async", "class", "def", "for", "if", "match", "try", "while", "with")


def needs_line(source: str) -> bool:
    """Whether a prompt would not take it as it is: a statement that may go on waits for an empty line."""
    return "\n" in source or len(source) > LONGEST or _is_compound(source)


def _is_compound(source: str) -> bool:
    begin = source.lstrip()
    behind = [begin[len(word) : len(word) + 1] for word in _COMPOUND if begin.startswith(word)]
    return begin.startswith("@") or any(not (char.isalnum() or char == "_") for char in behind)


def inline(source: str) -> str:
    return f"exec({_RUN!a},{{'s':{source!a},'g':globals()}})"


def script(source: bytes, path: str) -> str:
    """The text of a file that runs the block, and removes itself first. `path` is the file's."""
    return f"import os\nos.unlink({path!a})\ns={source!r}\n{_RUN}\n"


def run_file(path: str) -> str:
    """The line that runs it."""
    return f"exec(__import__('pathlib').Path({path!a}).read_text('ascii'),{{'g':globals()}})"


_WITH_VALUE = ("-W", "-X", "--check-hash-based-pycs")
_PROMPTS = ("ipython", "ipython3", "IPython", "asyncio")


def is_python_prompt(command: str, words: Sequence[str]) -> bool:
    """Whether a program reads Python from its terminal: `command` as the system calls it, `words` as it was started.

    A script that python runs reads whatever it likes. Without its words it is not certain what it is.
    """
    if "python" not in command.lower() or not re.match(r"i?python[\d.]*$", command, re.IGNORECASE) or not words:
        return False
    left = iter(words[1:])
    for word in left:
        if word == "-m":
            return next(left, "") in _PROMPTS
        if word in _WITH_VALUE:
            next(left, None)
        elif word == "-" or not word.startswith("-"):
            return word.rpartition("/")[2] in _PROMPTS or word == "-"
        elif word.startswith("-c"):
            return False
    return True
