"""Type text into a session and press Enter, or press keys, and wait for the answer.

`-c` types the text as it is. Only `C-c`, `M-x` and the like are pressed as keys, without Enter. To press other keys,
use --keys with the names that tmux gives them.
"""

from __future__ import annotations

import sys

from viewsync.commands import _args
from viewsync.errors import LockTimeout, MissingSession, UsageError, ViewsyncError
from viewsync.output import Result
from viewsync.panes import sending
from viewsync.tmux.rules import keys
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.panes.waiting import Outcome, WaitCondition

EXIT_CODES = {
    0: "sent; with --wait: the answer appeared",
    1: "not sent, or the program ended before the answer",
    2: "with --wait: time ran out (also if all that matched may be the echo, or old), or --stop appeared",
    3: "the pane is missing or not ready",
    4: "an argument is wrong",
    5: "with --verify: typed, not submitted",
    75: "another sender holds the pane, or another process the registry",
}
CODES = ((LockTimeout, 75), (UsageError, 4), (MissingSession, 3), (sending.NotReady, 3), (ViewsyncError, 1))
# Options whose value may look like an option.
VERBATIM = ("-c", "--command", "-w", "--wait", "--stop")

_NOT_SUBMITTED = 5
_ENDINGS = {"found": 0, "exited": 1, "stopped": 2, "timeout": 2, "unsure": 2}


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.target(parser)
    _args.host(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("-c", "--command", metavar="TEXT", help='type this text, then Enter; "" presses just Enter')
    what.add_argument("--file", metavar="PATH", help="type the text in this file; - for standard input")
    what.add_argument("--keys", nargs="+", metavar="KEY", help="press keys, as tmux names them: Up Enter C-c S-Enter x")
    _ways(parser)
    parser.add_argument(
        "-w",
        "--wait",
        action="append",
        default=[],
        metavar="PATTERN",
        help="wait for a line that matches PATTERN; repeat for alternatives",
    )
    parser.add_argument(
        "-F", "--fixed", action="store_true", help="take patterns as plain text, not as regular expressions"
    )
    parser.add_argument(
        "--stop", action="append", default=[], metavar="PATTERN", help="stop waiting if a line matches PATTERN"
    )
    parser.add_argument("-T", "--timeout", default="30", metavar="SECONDS", help="wait this long for the answer (30)")
    parser.add_argument(
        "--lease-timeout",
        default="",
        metavar="DURATION",
        help="wait this long for another sender to finish (lock_timeout)",
    )
    parser.add_argument("-r", "--retries", default="3", metavar="N", help="try this often to reach a busy server (3)")
    parser.add_argument(
        "-i", "--interval", default="0.5", metavar="SECONDS", help="wait this long between the first two tries (0.5)"
    )
    parser.add_argument(
        "--compat",
        action="store_true",
        help="as the shell tool does: the name of any key presses it, and an echo counts",
    )
    parser.add_argument("-o", "--output", action="store_true", help="print the output that appeared while waiting")
    parser.add_argument("-v", "--verbose", action="store_true", help="report what was sent, and to which pane")
    _args.json(parser)


def _ways(parser: argparse.ArgumentParser) -> None:
    """How it is typed."""
    parser.add_argument("-l", "--literal", action="store_true", help="type the text without Enter")
    parser.add_argument(
        "-m", "--multiline", action="store_true", help="paste the text as a block, then press Enter once"
    )
    parser.add_argument(
        "--text", action="store_true", help="type even C-c as text, and change nothing: no block for Python, no TAB"
    )
    parser.add_argument("--lines", action="store_true", help="press Enter behind each line, one after the other")
    parser.add_argument(
        "--bracket",
        action="store_const",
        const=True,
        help="mark where the text begins and ends, as a paste, also if the program does not ask for it",
    )
    parser.add_argument(
        "--no-bracket",
        action="store_const",
        const=False,
        dest="bracket",
        help="type the text, do not mark it as a paste",
    )
    parser.add_argument(
        "--draft",
        choices=(sending.REFUSE, sending.CLEAR, sending.KEEP),
        help="at a line that is half typed: send nothing (refuse, the default), clear it, or keep it and go on",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="see that Enter submitted the text, press it up to twice again if not, and end with 5 if nothing helps",
    )


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if parsed.socket and parsed.label:
        raise UsageError("Cannot specify both -S and -L options", "give one of them")
    message = _message(parsed)
    wish = _wish(parsed)
    patience = _patience(parsed, ctx)
    if (parsed.stop or parsed.output) and not wish:
        raise UsageError("--stop and --output only work with --wait", "name what to wait for with -w")
    _args.share(ctx)
    sent = sending.send(*_args.reached(parsed, ctx), message, patience, wish, all_counts=parsed.compat)
    outcome = sent.outcome
    row = sent.located.row
    looked = sent.submitted
    lost = looked is not None and not looked.seen
    data = {
        "session": row.name if row else sent.located.pane.session_name,
        "target": sent.located.target,
        "sent": True,
        "bytes": len(_raw(message.text)),
        "keys": list(message.keys),
        "outcome": outcome.kind if outcome else "sent" if not lost else "not-submitted",
        "cleared": sent.cleared,
        "submitted": None if looked is None else looked.seen,
        "pattern": outcome.pattern if outcome and outcome.pattern else None,
        "line": outcome.line if outcome and outcome.pattern else None,
        "output": outcome.output if outcome else None,
        "full_screen": outcome.full_screen if outcome else None,
        "missing": outcome.missing if outcome else None,
    }
    told = [*(_verbose(data, sent) if parsed.verbose else []), *(_problem(outcome, parsed) if outcome else [])]
    if sent.cleared:
        told.append("cleared what was half typed at the prompt")
    if looked and lost:
        pressed = f"Enter was pressed {looked.presses} times" if looked.presses > 1 else "Enter was pressed once"
        told.append(f"Error: typed, not submitted: {looked.why} ({pressed}); look with `viewsync capture`")
    lines = outcome.output if outcome and parsed.output else []
    return Result(data, lines, _ENDINGS[outcome.kind] if outcome else _NOT_SUBMITTED if lost else 0, told)


def _message(parsed: argparse.Namespace) -> sending.Message:
    _agree(parsed)
    if parsed.keys is not None:
        return sending.Message(enter=False, keys=_keys(parsed.keys))
    if parsed.file is not None:
        text = _read(parsed.file)
    elif parsed.command is None:
        raise UsageError(
            'command is required (use -c "" to send just Enter)', "give -c TEXT, --file PATH or --keys KEY"
        )
    else:
        text = parsed.command
        if not (parsed.literal or parsed.multiline or parsed.text) and keys.is_control_word(text):
            return sending.Message(enter=False, keys=(text,))
        if parsed.compat and len(text) > 1 and not parsed.literal and not parsed.multiline and keys.is_key(text):
            return sending.Message(enter=False, keys=(text, "Enter"))
    if parsed.bracket and "\033[201~" in text:
        raise UsageError("--bracket: the text holds the end of a paste, ESC [ 2 0 1 ~", "send it without --bracket")
    if len(_raw(text)) > sending.LARGEST:
        raise UsageError(f"the text is longer than {sending.LARGEST:,} bytes", "send it in parts")
    if not parsed.literal and (parsed.multiline or parsed.file is not None):
        text = text.removesuffix("\n")  # that is the Enter
    return sending.Message(
        text,
        enter=not parsed.literal,
        block=parsed.multiline and not parsed.text,
        bracket=parsed.bracket,
        lines=parsed.lines,
        exact=parsed.text,
        draft=parsed.draft or (sending.KEEP if parsed.compat else sending.REFUSE),
        verify=parsed.verify,
    )


def _agree(parsed: argparse.Namespace) -> None:
    """UsageError where one option takes back what another one says."""
    if parsed.literal and parsed.multiline:
        raise UsageError("--multiline and --literal are mutually exclusive", "-m presses Enter, -l does not")
    if parsed.draft == sending.CLEAR and (parsed.literal or parsed.keys is not None):
        raise UsageError("--draft clear is for a text with its Enter", "to clear a line, press C-e and C-u with --keys")
    if parsed.literal and parsed.verify:
        raise UsageError("--verify and --literal are mutually exclusive", "-l presses no Enter")
    if parsed.multiline and parsed.lines:
        raise UsageError(
            "--multiline and --lines are mutually exclusive", "-m presses Enter once, --lines behind each line"
        )
    if parsed.lines and parsed.text:
        raise UsageError(
            "--text and --lines are mutually exclusive", "--text changes nothing, not even the lines' ends"
        )
    of_text = ("literal", "multiline", "text", "lines", "verify")
    if parsed.keys is not None and (parsed.bracket is not None or any(getattr(parsed, name) for name in of_text)):
        raise UsageError(
            "--keys excludes -l, -m, --text, --lines, --bracket and --verify", "use them with -c or --file"
        )


def _keys(words: list[str]) -> tuple[str, ...]:
    for word in words:
        if not keys.is_key(word):
            like = keys.like(word)
            hint = f"did you mean {like}? " if like else ""
            raise UsageError(
                f"there is no key {word!r}",
                f"{hint}keys are Enter, Escape, Up, C-c, M-x, S-Enter; to type text, use -c",
            )
    return tuple(words)


def _read(path: str) -> str:
    try:
        if path == "-":
            raw = sys.stdin.buffer.read(sending.LARGEST + 2)
        else:
            with open(path, "rb") as file:
                raw = file.read(sending.LARGEST + 2)
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {error.strerror}", "--file takes a file, or - for standard input"
        ) from None
    return raw.decode("utf-8", "surrogateescape")


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _wish(parsed: argparse.Namespace) -> WaitCondition | None:
    timeout = _positive(parsed.timeout, "timeout")
    if not parsed.wait:
        return None
    from viewsync.panes import waiting

    patterns, stop = (
        [waiting.pattern(text, fixed=parsed.fixed) for text in some] for some in (parsed.wait, parsed.stop)
    )
    return waiting.WaitCondition(patterns=patterns, stop=stop, timeout=timeout)


def _patience(parsed: argparse.Namespace, ctx: Context) -> sending.Patience:
    interval = _positive(parsed.interval, "interval")
    tries = parsed.retries
    if not (tries.isascii() and tries.isdigit() and int(tries[:9]) >= 1 and len(tries) < 9):
        raise UsageError(f"retries must be a positive integer (>= 1): {tries!r}", "for example -r 3")
    named = parsed.lease_timeout
    lease = _args.duration(named, "--lease-timeout") if named else float(ctx.config["lock_timeout"])
    return sending.Patience(lease, int(tries), interval)


def _positive(text: str, what: str) -> float:
    try:
        return _args.seconds(text)
    except UsageError:
        raise UsageError(f"{what} must be a positive number: {text!r}", "use seconds, such as 2.5") from None


def _verbose(data: dict[str, Any], sent: sending.Sent) -> list[str]:
    place = sent.located.place
    what = f"keys {' '.join(data['keys'])}" if data["keys"] else f"{data['bytes']} bytes"
    return [
        f"sent {what} to pane {place.pane_id} of {data['session']} on {place.socket}",
        f"outcome: {data['outcome']}",
    ]


def _problem(outcome: Outcome, parsed: argparse.Namespace) -> list[str]:
    from viewsync.panes import waiting

    wanted = " or ".join(repr(text) for text in parsed.wait)
    missing = [waiting.MISSING] if outcome.missing and (parsed.output or outcome.kind != "found") else []
    if outcome.kind in ("timeout", "unsure"):
        why = waiting.remark(outcome)
        over = f"Error: Timeout waiting for pattern {wanted} after {parsed.timeout}s; the text was sent"
        return [f"{over}; {why}" if why else over, *missing]
    if outcome.kind == "stopped":
        return [f"stopped: a line matched {outcome.pattern!r}: {outcome.line}"]
    if outcome.kind == "exited":
        status = "" if outcome.status is None else f" with status {outcome.status}"
        return [f"the text was sent, but the program ended{status} before {wanted} appeared", *missing]
    return missing
