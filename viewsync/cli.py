"""The command line: the table of verbs is the feature list. Only the named verb's module is imported."""

from __future__ import annotations

import os
import sys

from viewsync import __version__, light, output, process_end, site_folders
from viewsync.light import contextlib
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

    from viewsync import errors
    from viewsync.context import Context
    from viewsync.parser import Parser


class Command(NamedTuple):
    module: str
    summary: str
    common: bool = False  # `viewsync` alone shows it
    hidden: bool = False  # accepted, and shown nowhere
    prj: bool = False  # the name that a job has in the project tool: hidden, but where viewsync is called so


# In each group first what people use daily.
GROUPS = {
    "Views, one for each tab": {
        "open": Command("open", "open a view of a session in this terminal", common=True),
        "pick": Command("pick", "pick a session, a project, a worktree or a folder, and open a view of it"),
        "views": Command(
            "views", "list sessions with their views, and what the next sweep does with each", common=True
        ),
        "restore": Command("restore", "reopen the views of a WezTerm that crashed or quit", common=True),
        "sweep": Command("sweep", "clean up once on all of your tmux servers"),
        "sweeper": Command("sweeper", "run, start, stop or check the background sweeper"),
        "pin": Command("pin", "protect a view from every cleanup"),
        "adopt": Command("adopt", "take over views that an older configuration made"),
    },
    "Sessions, for you, programs and agents": {
        "create": Command("create", "create and register a session for a program or an agent", common=True),
        "list": Command("list", "list registered sessions with their health", common=True),
        "info": Command("info", "show everything about one session", common=True),
        "attach": Command("attach", "go to a session", common=True),
        "send": Command("send", "type text or press keys in a session, and wait for the answer", common=True),
        "wait": Command("wait", "wait for output of a session", common=True),
        "exec": Command("exec", "run a shell command in a session, for its output and exit code", common=True),
        "capture": Command("capture", "print what a session shows", common=True),
        "kill": Command("kill", "end a session and forget it, after its cleanup steps", common=True),
        "cleanup": Command("cleanup", "forget sessions that ended; with --views, end unused views", common=True),
        "find": Command("find", "list the tmux sessions of one server or of all, registered or not"),
        "health": Command("health", "check whether a pane and its program are alive"),
        "events": Command("events", "print what happened to sessions and views, here or on all hosts of an index"),
        "follow": Command("follow", "print the output of a session as it appears"),
        "rename": Command("rename", "rename a session"),
        "heartbeat": Command("heartbeat", "mark a session as in use"),
        "quarantine": Command("quarantine", "protect a session from every cleanup, and save its output"),
        "release": Command("release", "end the quarantine of a session"),
        "reconcile": Command("reconcile", "compare the registry with all servers, and repair it"),
        "backup": Command("backup", "copy the registry to a file"),
        "restore-registry": Command("restore_registry", "restore the registry from a copy"),
        "registry": Command("registry", "read and change the registry from scripts"),
        "mcp": Command("mcp", "serve sessions to agents, by the Model Context Protocol"),
    },
    "Project sessions, from a file": {
        "run": Command("run", "create a project's session from its file, or add what is missing", common=True),
        "status": Command("status", "list all project sessions with their health", common=True),
        "list-sessions": Command("list_sessions", "list the sessions of the current project", hidden=True, prj=True),
        "session-info": Command("info", "show everything about one session", hidden=True, prj=True),
        "kill-session": Command(
            "kill_session", "end a project session, after its cleanup steps", hidden=True, prj=True
        ),
        "cleanup-sessions": Command(
            "cleanup_sessions", "end the current project's sessions that nobody is attached to", hidden=True, prj=True
        ),
        "reset-sessions": Command(
            "reset_sessions", "bring the registry in line with the project's sessions", hidden=True, prj=True
        ),
        "worktree": Command("worktree", "list worktrees with their sessions, or remove one with its sessions"),
        "stop": Command("stop", "end a project's session, or the one of this folder"),
        "print": Command("print", "list the commands of the project and your own, or show what run would do with one"),
        "new": Command("new", "make a command file, from a template or from what runs"),
        "edit": Command("edit", "edit a command file, and check it before it counts"),
        "copy": Command("copy", "copy a command file under another name"),
        "remove": Command("remove", "remove a command file; its sessions run on"),
        "freeze": Command("freeze", "write a running session as a project's command file"),
        "trust": Command("trust", "show the steps of a project's command, and allow them to run"),
        "import": Command("import_", "convert a file of tmuxp, tmuxinator, smug or workmux into a command file"),
        "schema": Command("schema", "print the JSON schema of a project's files"),
    },
    "Setting up, and looking on": {
        "install": Command("install", "set up the tmux hooks and the WezTerm module", common=True),
        "doctor": Command("doctor", "check everything from a closed tab to the end of its view", common=True),
        "demo": Command("demo", "show views and their cleanup on a throwaway server", common=True),
        "monitor": Command("monitor", "watch sessions, views and cleanups live", common=True),
        "stats": Command("stats", "count sessions, how long they lived, and what they used"),
        "analyze": Command("analyze", "show how sessions were used over the last days"),
        "uninstall": Command("uninstall", "remove what install set up"),
        "completion": Command("completion", "print the completions of a shell", hidden=True),
        "hook": Command("hook", "called by tmux's hooks", hidden=True),
    },
}
COMMANDS = {verb: command for group in GROUPS.values() for verb, command in group.items()}


# What any verb can end with, beside its own EXIT_CODES.
ANY_VERB = {
    70: "a bug in viewsync, see its log; or there is not enough memory, and it says so",
    74: "done, but the output could not be written",
    75: "the registry's lock stayed busy",
    130: "interrupted",
}


def code_of(error: errors.ViewsyncError | type[errors.ViewsyncError], verb: ModuleType) -> int:
    """A verb's own exit code for an error, or for a kind of errors; else the error's."""
    kind = error if isinstance(error, type) else type(error)
    return next((code for own, code in getattr(verb, "CODES", ()) if issubclass(kind, own)), error.code)


def main(argv: Sequence[str] | None = None) -> int:
    """Without `argv` for the process's own words. The process may end here, with the code that it is to end with."""
    words = list(sys.argv[1:] if argv is None else argv)
    tool = _called_as(sys.argv[0]) if argv is None else ""
    short = tool or (argv is None and words[:1] and words[0] in (*_HOT, "--version"))
    if short:
        process_end.look_for_cycles_later()
    output.open_standard_files()
    site_folders.find_when_asked()
    light.ignore_warnings()
    as_json = "--json" in (words[: words.index("--")] if "--" in words else words) and not tool
    try:
        code = _guarded(lambda: _tool(tool, words) if tool else _run(words, as_json), as_json)
    except SystemError as error:  # Python had no room to begin or to end that call
        code = output.without_memory(error)
    if short:
        process_end.at_once(code)
    return code


def _called_as(path: str) -> str:
    """The shell tool that `path` is named as, or a link to one; "" for our own name."""
    for _ in range(40):  # as deep as links go
        name = os.path.basename(path)
        if name.endswith(".sh"):
            from viewsync.shell_tools.names import TOOLS

            if name in TOOLS:
                return name
        try:
            path = os.path.join(os.path.dirname(path), os.readlink(path))
        except OSError:
            return ""
    return ""


def _guarded(run: Callable[[], int], as_json: bool) -> int:
    try:
        code = run()
    except KeyboardInterrupt:
        code = 130
    except (ImportError, MemoryError, SystemError) as error:
        code = output.without_memory(error)
    except SystemExit as done:  # argparse's help, or a signal that ended a step
        code = done.code if isinstance(done.code, int) else 0
    except Exception as error:
        code = _told(error, as_json)
    return output.finish(code)


def _told(error: Exception, as_json: bool) -> int:
    from viewsync import errors

    if isinstance(error, errors.ViewsyncError):
        output.show_error(error, as_json)
        return error.code
    if isinstance(error, OSError) and output.cannot_be_written():
        return 0
    raise error


def _run(words: list[str], as_json: bool) -> int:
    overrides: dict[str, str] = {}
    while len(words) > 1 and words[0] == "--tmux":
        overrides["VIEWSYNC_TMUX"] = words[1]
        words = words[2:]
    if words[:1] in (["-V"], ["--version"]):  # before anything that it does not need
        called = output.program()
        print(f"{called} {__version__}" if called == output.NAME else f"{called} ({output.NAME}) {__version__}")
        return 0
    from viewsync import own_modules

    own_modules.find_quickly()
    if not words:
        from viewsync.commands import _help

        print(_help.alone(GROUPS, output.program(), _context(overrides)))
        return 0
    verb, *rest = words
    if verb in ("-h", "--help", "help"):
        return _help_on(rest if verb == "help" else [])
    if verb == "complete":
        return _complete(words[1:], _context(overrides))
    if verb not in COMMANDS:
        from viewsync.commands import _help

        raise _help.unknown_verb(verb, COMMANDS, output.program())
    if verb not in _HOT:
        site_folders.find()
    ctx = _context(overrides)
    ctx.shows_progress = not as_json and verb not in _ALONE and output.may_show_progress()
    return _logged(ctx, verb, lambda: _command(verb, rest, ctx, as_json))


def _context(overrides: Mapping[str, str] | None = None) -> Context:
    from viewsync.context import Context

    return Context(overrides=overrides)


# They need nothing but Python and viewsync, as a rule.
_HOT = (
    *("open", "hook", "create", "send", "health", "wait", "capture", "list", "views", "exec", "kill"),
    *("run", "status", "print"),
)


def _help_on(topic: list[str]) -> int:
    """All verbs, one verb, or one of the topics that concern all of them."""
    from viewsync.commands import _help

    topic = [] if topic[:1] in (["-h"], ["--help"]) else topic
    if topic and topic[0] in COMMANDS and topic[0] not in _help.TOPICS:
        return _command(topic[0], [*topic[1:], "--help"], _context(), as_json=False)
    called = output.program()
    print("\n".join(_help.on(topic[0], COMMANDS, ANY_VERB, called) if topic else _help.usage(GROUPS, called)))
    return 0


def _tool(name: str, words: list[str]) -> int:
    from viewsync import own_modules

    own_modules.find_quickly()
    from viewsync.shell_tools import running

    ctx = _context()
    return _logged(ctx, name, lambda: running.run(name, words, ctx, _result))


def _logged(ctx: Context, what: str, run: Callable[[], int]) -> int:
    """What came of it, in the log; without the words: they may hold a password, in `send -c` or `create -e`."""
    from viewsync import errors
    from viewsync.system import signals  # not for who wants the version or the help

    signals.settle()
    if what not in _UNSEEN or (what in _TIMED and sys.stderr.isatty()):
        ctx.say_waiting = output.complain
    try:
        ctx.trace()
        code = run()
        for note in output.take_notes():
            output.complain(note)
        if ctx.tells("debug"):
            ctx.log.debug("%s: exit code %d", what, code)
        return code
    except errors.ViewsyncError as error:
        error.verb = what
        _log_notes(ctx)
        if ctx.tells("info"):
            ctx.log.info("%s: exit code %d (%s)", what, error.code, error.kind)
        raise
    except Exception as error:
        if output.lacks_memory(error) or (isinstance(error, OSError) and output.cannot_be_written()):
            raise
        ctx.log.exception("a bug in %s", what)
        where = os.path.join(_log_folder(ctx.env), "viewsync.log")
        bug = errors.Bug(f"a bug: {type(error).__name__}; the details are in {where}")
        bug.verb = what
        raise bug from None


# Nobody reads what they print, or it would stand in the middle of a screen, or of WezTerm's message.
_TIMED = ("sweep", "sweeper")  # unless a person runs them
_ALONE = ("hook", "monitor", "pick")  # nobody sees it, or it has the whole terminal
_UNSEEN = (*_ALONE, *_TIMED)


def _log_notes(ctx: Context) -> None:
    """For whoever calls us where nobody sees what we print."""
    if output.notes:
        log = ctx.log  # which may find something to set aside, too
        for note in output.notes:
            log.warning("%s", note)


def _command(verb: str, words: list[str], ctx: Context, as_json: bool) -> int:
    paired = _paired(verb, words)
    result = _result(verb, paired, ctx)
    _log_notes(ctx)
    with contextlib.suppress(OSError):  # the exit code is as good as ever, and `finish` tells of it
        output.show(result, as_json and "--json" in paired, verb)
    return result.code


def _result(verb: str, words: Sequence[str], ctx: Context) -> output.Result:
    """What a verb has to say, to words with their values joined. Its errors have its own exit codes."""
    from viewsync import arguments, errors

    module = _module(verb)
    try:
        parsed = arguments.read(module.arguments, words) or parser_of(verb).parse_args(words)
        more = (_words_run,) if hasattr(module, "RUNS_VERBS") else ()
        result: output.Result = module.run(parsed, ctx, *more)
        if ctx.index and verb != "uninstall":  # which may have removed what it would take
            from viewsync.sweeper import after_verbs

            after_verbs.publish(ctx, verb)
        return result
    except errors.ViewsyncError as error:
        error.code = code_of(error, module)
        raise
    except (OSError, MemoryError) as error:
        from viewsync import ground  # hardly ever

        if output.cannot_be_written() or not (problem := ground.told(error)):
            raise
        ctx.log.warning("%s was stopped", verb, exc_info=True)
        code = code_of(problem, module)
        problem.code = code if code in module.EXIT_CODES else 1
        raise problem from None


def _words_run(verb: str, words: Sequence[str], ctx: Context) -> output.Result:
    """For a verb that runs others."""
    return _result(verb, _paired(verb, words), ctx)


def parser_of(verb: str) -> Parser:
    """All that a verb declares of its arguments, for argparse."""
    from viewsync import errors
    from viewsync.parser import Parser

    module = _module(verb)
    own, lock = module.EXIT_CODES, code_of(errors.LockTimeout, module)
    shared = {code: what for code, what in ANY_VERB.items() if code not in own and (code != 75 or code == lock)}
    parser = Parser((own, shared), prog=f"{output.program()} {verb}", description=module.__doc__)
    module.arguments(parser)
    return parser


def _module(verb: str) -> ModuleType:
    name = f"viewsync.commands.{COMMANDS[verb].module}"
    __import__(name)
    return sys.modules[name]


def _complete(words: list[str], ctx: Context) -> int:
    """For the Tab key, and apart from the verbs: they log, and tell of what goes wrong."""
    from viewsync.completion import answering

    shown = {verb: command.summary for verb, command in COMMANDS.items() if not command.hidden}
    verbs = answering.Verbs(shown, lambda verb: parser_of(verb) if verb in COMMANDS else None)
    return answering.answer(words, verbs, ctx)


def _paired(verb: str, words: Sequence[str]) -> list[str]:
    """The options in the verb's VERBATIM joined with their values: argparse would take `-c --help` for two options."""
    from viewsync.arguments import VERBATIM

    verbatim = getattr(_module(verb), "VERBATIM", ())
    paired: list[str] = []
    left = iter(words)
    for word in left:
        if word == "--":
            return [*paired, word, *left]
        name, equals, joined = word.partition("=")
        value = joined if equals else next(left, None) if name in verbatim else None
        paired.append(f"{name}={VERBATIM}{value}" if name in verbatim and value is not None else word)
    return paired


def _log_folder(env: Mapping[str, str]) -> str:
    from viewsync import paths

    return paths.log_dir(env)
