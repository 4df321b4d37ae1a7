"""The benchmark beside the published shell tools that the session verbs replace, and beside the least script that does
what a tool does. In processor time, the verb's and of all programs that it starts, which tells less of what else the
machine does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
from typing import TYPE_CHECKING

from bench.measure import Subject, medians, process, processor, table
from bench.session_peers import SH, TOOLS
from bench.sessions import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

# `wait` looks for what came since the last `send`, so it comes before that.
WORDS = {
    "list --json": ("list", "--json"),
    "cleanup --dry-run": ("cleanup", "--dry-run"),
    "health": ("health", "-s", "NAME"),
    "health -t": ("health", "-S", "SOCKET", "-t", "NAME:0.0"),
    "wait": ("wait", "-s", "NAME", "-p", "ready"),
    "wait -t": ("wait", "-S", "SOCKET", "-t", "NAME:0.0", "-p", "ready"),
    "send": ("send", "-s", "NAME", "-c", ":"),
    "send -t": ("send", "-S", "SOCKET", "-t", "NAME:0.0", "-c", ":"),
    "kill": ("kill", "-s", "NAME"),
    "create": ("create", "-S", "SOCKET", "-n", "NAME"),  # whose sessions stay
}
NEW = ("create", "kill")  # each time of a session of its own
OURS, LINK, TOOL, SCRIPT = "viewsync", "by the tool's name", "shell tool", "least script"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = 5 if parser.parse_args().quick else 21
    folder = os.environ.get("SHELL_TOOLS")
    if not folder:
        raise SystemExit("bench.tools: SHELL_TOOLS has to name the folder of the published shell tools")
    version = subprocess.run(["jq", "--version"], capture_output=True, check=True, text=True).stdout.strip()
    stage = Stage(1)
    try:
        rows = [_row(verb, medians(_subjects(stage, folder, verb), rounds, processor)) for verb in WORDS]
    finally:
        stage.end()
    print(f"Milliseconds of a processor, medians of {rounds} rounds in turn, of one session, with {version}:\n")
    print(table(("verb", OURS, LINK, TOOL, SCRIPT, f"{OURS} / tool", "its name / tool"), rows))


def _row(verb: str, found: dict[str, float]) -> Sequence[str]:
    shown = [f"{found[who] * 1000:.1f}" for who in (OURS, LINK, TOOL, SCRIPT)]
    return [verb, *shown, *(f"{found[who] / found[TOOL]:.2f}" for who in (OURS, LINK))]


def _subjects(stage: Stage, folder: str, verb: str) -> list[Subject]:
    tool, *tools_words = TOOLS[verb]
    link = os.path.join(stage.home.path, tool)
    if not os.path.lexists(link):
        os.symlink(stage.home.launcher, link)
    argvs = {
        OURS: [stage.home.launcher, *WORDS[verb]],
        LINK: [link, *tools_words],
        TOOL: [os.path.join(folder, tool), *tools_words],
        SCRIPT: ["sh", "-c", SH[verb], "sh", stage.registry, "SOCKET", "NAME"],
    }
    return [_subject(stage, verb, who, argv) for who, argv in argvs.items()]


def _subject(stage: Stage, verb: str, who: str, argv: Sequence[str]) -> Subject:
    name = stage.name

    def before() -> None:
        nonlocal name
        if verb in NEW:
            name = stage.fresh()
        if verb == "kill":
            stage.create(name)

    def run() -> None:
        known = {"NAME": name, "NAME:0.0": f"{name}:0.0", "SOCKET": stage.server.socket}
        process([known.get(word, word) for word in argv], stage.env)

    return Subject(who, run, before)


if __name__ == "__main__":
    main()
