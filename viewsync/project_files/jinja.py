"""Templates: Jinja2's sandbox, of which values need variables, filters and conditions.

What could run for long or grow without bound is refused before it runs: loops, assignments, macros, arithmetic but
`+` and `-`, and any function but those named here. So no clock has to end a template, which only a main thread could.
"""

from __future__ import annotations

from viewsync.light import quote, re
from viewsync.project_files.rules.nodes import Problem, Unfit
from viewsync.text import variables as names
from viewsync.text.nearest import did_you_mean
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import nodes
    from jinja2.sandbox import SandboxedEnvironment

_NONE: Mapping[str, str] = {}
_LONGEST = 10_000  # characters of a template
_LARGEST = 100_000  # characters that come of it
_ASIDE = "text with {{ or {% of its own goes between {% raw %} and {% endraw %}"
_FILTERS = (
    *("capitalize", "d", "default", "expandvars", "first", "int", "last", "length", "lower", "quote", "replace"),
    "string",
    *("title", "trim", "truncate", "upper"),
)
_METHODS = (
    *("capitalize", "endswith", "isdigit", "lower", "lstrip", "removeprefix", "removesuffix", "replace", "rsplit"),
    *("rstrip", "split", "startswith", "strip", "title", "upper"),
)
_TESTS = ("defined", "undefined", "eq", "equalto", "in", "ne", "none", "number", "string", "lower", "upper")
_NODES = (
    *("Template", "Output", "TemplateData", "Const", "List", "Tuple", "Keyword", "Filter", "Test", "If"),
    *("CondExpr", "Compare", "Operand", "And", "Or", "Not", "Concat", "Add", "Sub", "Neg", "Getitem", "Slice"),
)

# What nearly all templates are, done without Jinja2 (43 ms to import): variables, with a default, quoted, or neither.
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_DEFAULT = rf"\|\s*default\(\s*(?:(?P<other>{_NAME})|'(?P<single>[^'\\]*)'|\"(?P<double>[^\"\\]*)\")\s*\)"
_SIMPLE = re.compile(rf"(?<!\{{)\{{\{{\s*(?P<name>{_NAME})\s*(?:{_DEFAULT}\s*)?(?P<quote>\|\s*quote\s*)?\}}\}}")
_EXPANDED = re.compile(r'\{\{ "((?:[^"\\]|\\.)*)" \| expandvars \}\}', re.DOTALL)
_VARIABLE = re.compile(r"\$(?:([A-Za-z0-9_]+)|\{([^}]*)\})")
_WORDS = frozenset(("true", "false", "none", "True", "False", "None", "not", "and", "or", "in", "is", "if", "else"))


def render(text: str, variables: Mapping[str, str], env: Mapping[str, str] = _NONE) -> str:
    """`env`: the environment that `expandvars` reads. Raises Unfit with one problem of no file, its line counted from
    the text's first one.
    """
    if "{{" not in text and "{%" not in text:
        return text
    if len(text) > _LONGEST:
        raise _unfit(1, f"the template is longer than {_LONGEST} characters")
    if text.startswith('{{ "') and (whole := _EXPANDED.fullmatch(text)):
        return _expanded(re.sub(r"\\(.)", lambda sign: "\n" if sign[1] == "n" else sign[1], whole[1]), env)
    done = _bare(text, variables)
    done = _simple(text, variables) if done is None else done
    done = _by_jinja(text, variables, env) if done is None else done
    if len(done) > _LARGEST:
        raise _unfit(1, f"more than {_LARGEST} characters come out of the template")
    return done


def _unfit(line: int, what: str, hint: str = "") -> Unfit:
    return Unfit([Problem("", line, what, hint)])


def _bare(text: str, variables: Mapping[str, str]) -> str | None:
    """What `_simple` makes of a text that has nothing but variables, without an expression; None for any other."""
    begin, *parts = text.split("{{")
    literal, done = [begin], [begin]
    for part in parts:
        name, end, behind = part.partition("}}")
        name = name.strip(" ")
        if not end or not names.is_name(name) or name in _WORDS or name not in variables:
            return None
        literal.append(behind)
        done += [variables[name], behind]
    return None if _is_more("".join(literal)) else "".join(done)


def _is_more(rest: str) -> bool:
    """Whether what stands around variables is a template, too."""
    return any(sign in rest for sign in ("{{", "}}", "{%", "%}", "\r"))


def _simple(text: str, variables: Mapping[str, str]) -> str | None:
    """None where the template says more than that, or where something is amiss with it."""
    rest = _SIMPLE.sub("", text)
    if _is_more(rest):
        return None
    values = []
    for match in _SIMPLE.finditer(text):
        value = _value(match, variables)
        if value is None:
            return None
        values.append(quote(value) if match["quote"] else value)
    left = iter(values)
    return _SIMPLE.sub(lambda _: next(left), text)


def _value(match: re.Match[str], variables: Mapping[str, str]) -> str | None:
    names = {match["name"], match["other"]}
    if names & _WORDS:
        return None
    if match["name"] in variables:
        return variables[match["name"]]
    if match["other"]:
        return variables.get(match["other"])
    return match["double"] if match["single"] is None else match["single"]


def _by_jinja(text: str, variables: Mapping[str, str], env: Mapping[str, str] = _NONE) -> str:
    import jinja2

    environment = _environment(env)
    try:
        parsed = environment.parse(text)
    except jinja2.TemplateSyntaxError as error:
        raise _unfit(error.lineno, f"the template cannot be read: {error.message}", _ASIDE) from None
    except RecursionError:
        raise _unfit(1, "the template is nested too deeply") from None
    _refuse(parsed)
    try:
        return environment.from_string(parsed).render(variables)
    except jinja2.UndefinedError as error:
        raise _unfit(*_unknown(str(error.message), parsed, variables)) from None
    except RecursionError:
        raise _unfit(1, "the template is nested too deeply") from None
    except Exception as error:  # whatever a filter makes of a value
        raise _unfit(1, f"the template fails: {error}") from None


def _environment(env: Mapping[str, str]) -> SandboxedEnvironment:
    """With no loader: a template reads no other. Comments are none: shells write `${#array[@]}`."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Environment(ImmutableSandboxedEnvironment):
        def call(self, context: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
            if getattr(obj, "__name__", "") == "replace":
                return _replace(obj.__self__, *args, **kwargs)
            return super().call(context, obj, *args, **kwargs)

    found = Environment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        comment_start_string="\0{",
        comment_end_string="}\0",
        cache_size=0,
    )
    found.globals.clear()
    found.filters = {name: found.filters[name] for name in _FILTERS if name in found.filters}
    found.filters |= {"replace": _replace, "quote": lambda text: quote(str(text))}
    found.filters["expandvars"] = lambda text: _expanded(str(text), env)
    return found


def _expanded(text: str, env: Mapping[str, str]) -> str:
    """Variables of the environment, and a `~` in front, in their places; those that are not there stay as they are."""
    if text == "~" or text.startswith("~/"):
        text = env.get("HOME", "~") + text[1:]
    found = _VARIABLE.sub(lambda name: env.get(name[1] or name[2], name[0]), text)
    if len(found) > _LARGEST:
        raise ValueError(f"more than {_LARGEST} characters come out of expandvars")
    return found


def _replace(text: object, old: str, new: str, count: int = -1) -> str:
    """As str.replace, but it looks first at how much that will be."""
    found = str(text)
    times = found.count(old) if count < 0 else min(count, found.count(old))
    if len(found) + times * len(new) > _LARGEST:
        raise ValueError(f"more than {_LARGEST} characters come out of replace")
    return found.replace(old, new, count)


def _refuse(parsed: nodes.Template) -> None:
    from jinja2 import nodes

    called = {id(call.node) for call in parsed.find_all(nodes.Call)}
    for node in parsed.find_all(nodes.Node):
        if not _is_fine(node, called):
            name = getattr(node, "attr", getattr(node, "name", "")) or type(node).__name__.lower()
            raise _unfit(node.lineno, f"a template cannot have `{name}`", "it has variables, filters and conditions")


def _is_fine(node: nodes.Node, called: set[int]) -> bool:
    match type(node).__name__:
        case "Filter":
            return getattr(node, "name", "") in _FILTERS
        case "Test":
            return getattr(node, "name", "") in _TESTS
        case "Name":
            return getattr(node, "name", "") != "self"
        case "Call":
            return type(getattr(node, "node", None)).__name__ == "Getattr"
        case "Getattr":
            return id(node) in called and getattr(node, "attr", "") in _METHODS
        case name:
            return name in _NODES


def _unknown(message: str, parsed: nodes.Template, variables: Mapping[str, str]) -> tuple[int, str, str]:
    from jinja2 import nodes

    # Which one it is stands in the message, in whatever words.
    named = (name for name in parsed.find_all(nodes.Name) if name.name not in variables and repr(name.name) in message)
    if not (missing := next(named, None)):
        return 1, f"the template fails: {message}", ""
    give = f"give it as {missing.name}=VALUE, or a default; there are: {', '.join(sorted(variables))}"
    near = did_you_mean(missing.name, variables)
    return missing.lineno, f"there is no variable {missing.name!r}", f"{near} Or {give}" if near else give
