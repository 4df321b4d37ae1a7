"""All exit codes, with the verbs that can give each."""

from __future__ import annotations

from docgen import markdown, verbs
from viewsync import cli


def page() -> str:
    meanings: dict[int, dict[str, list[str]]] = {}
    for verb in cli.COMMANDS:
        for code, what in verbs.module_of(verb).EXIT_CODES.items():
            meanings.setdefault(code, {}).setdefault(what, []).append(verb)
    for code, what in cli.ANY_VERB.items():
        meanings.setdefault(code, {}).setdefault(what, []).append("any verb")
    rows = [
        (str(code), markdown.text(what), ", ".join(map(_link, given)))
        for code, whats in sorted(meanings.items())
        for what, given in whats.items()
    ]
    return markdown.page(
        "# Exit codes",
        "What a verb's end means. 0 is always done, but for [exec](verbs/exec.md), whose code is the command's own."
        " With `--json` an error is JSON, too.",
        markdown.table(("code", "meaning", "verbs"), rows),
    )


def _link(verb: str) -> str:
    if verb not in cli.COMMANDS:
        return verb
    if cli.COMMANDS[verb].hidden:
        return f"[{markdown.code(verb)}](hidden-verbs.md#{verb})"
    return f"[{markdown.code(verb)}](verbs/{verb}.md)"
