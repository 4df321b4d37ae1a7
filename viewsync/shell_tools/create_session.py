"""create-session.sh: make a session, and register it."""

from __future__ import annotations

from viewsync.shell_tools.tool import Call, Misuse, Tool, verb_words
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.output import Result

_USAGE = """-n NAME [options]

Makes a tmux session, registers it under its name, and prints what it made as JSON.

  -n, --name NAME          the session's name (required)
  -S, --socket PATH        the server on that socket (default: claude.sock in the registry's folder)
  -w, --window NAME        the window's name (default: shell)
  --python                 run a Python REPL, with PYTHON_BASIC_REPL=1
  --gdb                    run gdb
  --shell                  run bash (default)
  --template FILE          run what a template says: a script for bash to begin with (FILE.sh), or one in TOML
  --no-register            leave it out of the registry"""


def run(call: Call) -> Result:
    if not call.given:
        raise Misuse("")
    if not call.given.get("--name="):
        raise Misuse("Session name is required (use -n <name>)")
    return call.run_verb("create", verb_words(call.given), call.ctx)


TOOL = Tool(
    usage=_USAGE,
    options={
        **dict.fromkeys(("-n", "--name"), "--name="),
        **dict.fromkeys(("-S", "--socket"), "--socket="),
        **dict.fromkeys(("-w", "--window"), "--window="),
        "--template": "--template=",
        **{flag: flag for flag in ("--python", "--gdb", "--shell", "--no-register")},
    },
    run=run,
    one_of=("--python", "--gdb", "--shell", "--template="),
)
