"""Which of viewsync's errors can come out of a function, read from the source.

A call graph by functions. A call of a method goes to every class of ours that has one of that name and is made
somewhere on the way, or, where the receiver is named like a class (`ctx.registry.read()`), to that class alone.
An error that a `try` around the call catches, and does not raise again, does not come out.
"""

from __future__ import annotations

import ast
import functools
import importlib
import io
import os
import re
from typing import TYPE_CHECKING, NamedTuple

from tests.support.server import ROOT
from viewsync import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

Errors = type[errors.ViewsyncError]

_MADE = ("__init__", "__enter__", "__exit__", "__iter__")  # what a class's name calls
_CONTEXT = "viewsync.context.Context"
_BUILT_IN = (str, bytes, list, dict, set, int, io.BytesIO, re.Pattern, re.Match)


class Function(NamedTuple):
    node: ast.FunctionDef
    module: str
    owner: str  # its class, "" for none

    @property
    def is_property(self) -> bool:
        return any("property" in ast.unparse(decorator) for decorator in self.node.decorator_list)


class Use(NamedTuple):
    """What a function does: `kind` is raise, name, call or attribute; `caught`: what it handles around that."""

    kind: str
    value: str
    receiver: str
    caught: tuple[Errors, ...]


class Source(NamedTuple):
    functions: dict[str, Function]
    classes: dict[str, dict[str, str]]  # their functions by name
    names: dict[str, dict[str, str]]  # per module: what it imports of ours


@functools.cache
def source() -> Source:
    found = Source({}, {}, {})
    for folder, _, files in os.walk(os.path.join(ROOT, "viewsync")):
        for file in files:
            if file.endswith(".py"):
                path = os.path.join(folder, file)
                module = os.path.relpath(path, ROOT)[:-3].replace(os.sep, ".").removesuffix(".__init__")
                with open(path, encoding="utf-8") as text:
                    _read(found, module, ast.parse(text.read()))
    return found


def _read(found: Source, module: str, tree: ast.Module) -> None:
    found.names[module] = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in _statements(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found.functions[f"{module}.{node.name}"] = Function(node, module, "")
        elif isinstance(node, ast.ClassDef):
            owner = f"{module}.{node.name}"
            methods = [statement for statement in node.body if isinstance(statement, ast.FunctionDef)]
            found.classes[owner] = {method.name: f"{owner}.{method.name}" for method in methods}
            found.functions.update({f"{owner}.{method.name}": Function(method, module, owner) for method in methods})


def _statements(block: ast.AST) -> Iterator[ast.AST]:
    """All that are within, but for those that are there for types alone."""
    for part in ("body", "handlers", "orelse", "finalbody", "cases"):
        for node in getattr(block, part, ()):
            if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
                yield node
                yield from _statements(node)


@functools.cache
def _error_classes() -> dict[str, Errors]:
    for module in source().names:
        if not module.endswith("__main__"):
            importlib.import_module(module)
    found, left = {}, [errors.ViewsyncError]
    while left:
        kind = left.pop()
        found[kind.__name__] = kind
        left += kind.__subclasses__()
    return found


class _Body(ast.NodeVisitor):
    def __init__(self, function: Function) -> None:
        self.module, self.owner = function.module, function.owner
        self.uses: list[Use] = []
        self.caught: tuple[Errors, ...] = ()
        for statement in function.node.body:
            self.visit(statement)

    def _use(self, kind: str, value: str, receiver: str = "") -> None:
        self.uses.append(Use(kind, value, receiver, self.caught))

    def _known(self, name: str) -> str:
        """What a name stands for, "" when that is not ours."""
        found = source()
        for full in (f"{self.module}.{name}", found.names[self.module].get(name, "")):
            if full in found.functions or full in found.classes:
                return full
        return ""

    def visit_Try(self, node: ast.Try) -> None:
        before = self.caught
        handlers = [handler for handler in node.handlers if not _raises_again(handler)]
        self.caught = (*before, *(kind for handler in handlers for kind in _kinds(handler.type)))
        for statement in node.body:
            self.visit(statement)
        self.caught = before
        for part in [*node.handlers, *node.orelse, *node.finalbody]:
            self.visit(part)

    def visit_With(self, node: ast.With) -> None:
        before = self.caught
        for item in node.items:
            self.visit(item.context_expr)
            call = item.context_expr
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("suppress"):
                self.caught = (*self.caught, *(kind for argument in call.args for kind in _kinds(argument)))
        for statement in node.body:
            self.visit(statement)
        self.caught = before

    def visit_Raise(self, node: ast.Raise) -> None:
        """Of `raise taken(name)`, what that function says that it returns."""
        callee = ast.unparse(node.exc.func) if isinstance(node.exc, ast.Call) else ""
        maker = source().functions.get(self._known(callee))
        name = ast.unparse(maker.node.returns) if maker and maker.node.returns else callee.rpartition(".")[2]
        if name in _error_classes():
            self._use("raise", name)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if known := self._known(node.id):
            self._use("name", known)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute):
            self._attribute(node.func, "call")
            self.visit(node.func.value)
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                self.visit(argument)
        else:
            self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._attribute(node, "attribute")
        self.generic_visit(node)

    def _attribute(self, node: ast.Attribute, kind: str) -> None:
        found = source()
        receiver = ast.unparse(node.value).rpartition(".")[2]
        there = f"{found.names[self.module].get(receiver, '')}.{node.attr}"
        mine = found.classes.get(self.owner, {}) if receiver == "self" else {}
        context = found.classes[_CONTEXT] if receiver == "ctx" else {}
        if there in found.functions or there in found.classes:
            self._use("name", there)
        elif node.attr in mine or node.attr in context:
            self._use("name", mine.get(node.attr, context.get(node.attr, "")))
        else:
            self._use(kind, node.attr, receiver)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))


def _kinds(expression: ast.expr | None) -> list[Errors]:
    if expression is None:
        return [errors.ViewsyncError]
    names = [ast.unparse(kind) for kind in (expression.elts if isinstance(expression, ast.Tuple) else [expression])]
    known = {**_error_classes(), "Exception": errors.ViewsyncError, "BaseException": errors.ViewsyncError}
    return [known[name.rpartition(".")[2]] for name in names if name.rpartition(".")[2] in known]


@functools.cache
def _uses(function: str) -> tuple[Use, ...]:
    return tuple(_Body(source().functions[function]).uses)


class Reach:
    """What may run when a function runs: the functions, and the classes that they make."""

    def __init__(self, start: str) -> None:
        self.functions: set[str] = set()
        self.made: set[str] = set()
        uses: set[Use] = set()
        left = {start}
        while left:
            self.functions |= left
            new = {use for function in left for use in _uses(function)} - uses
            made = {use.value for use in new if use.value in source().classes} - self.made
            uses |= new
            self.made |= made
            # What is made now may have what was called before.
            again = {use for use in uses if made & _owners().get(use.value, set())} if made else set()
            left = {target for use in new | again for target in self.targets(use)} - self.functions

    def targets(self, use: Use) -> list[str]:
        """The functions that a use runs."""
        found = source()
        if use.kind == "raise":
            return []
        if use.kind == "name":
            methods = found.classes.get(use.value)
            return [use.value] if methods is None else [methods[name] for name in _MADE if name in methods]
        owners = self.made & _owners().get(use.value, set())
        if not owners:
            return []
        named = self.made & _called().get(use.receiver.lower().strip("_"), set())
        if named or any(hasattr(kind, use.value) for kind in _BUILT_IN):
            owners &= named
        functions = [found.classes[owner][use.value] for owner in owners]
        return [
            function for function in functions if found.functions[function].is_property == (use.kind == "attribute")
        ]


@functools.cache
def _owners() -> dict[str, set[str]]:
    """The classes that have a function of a name."""
    found: dict[str, set[str]] = {}
    for owner, methods in source().classes.items():
        for name in methods:
            found.setdefault(name, set()).add(owner)
    return found


@functools.cache
def _called() -> dict[str, set[str]]:
    """The classes by their name alone, in lower case."""
    found: dict[str, set[str]] = {}
    for owner in source().classes:
        found.setdefault(owner.rpartition(".")[2].lower(), set()).add(owner)
    return found


@functools.cache
def out_of(start: str) -> dict[Errors, str]:
    """The kinds of error that can come out of a function, `viewsync.commands.open.run`, and the way they take."""
    reach = Reach(start)
    known = _error_classes()
    steps = [
        (function, use.caught, {use.value: ""} if use.kind == "raise" else {}, targets)
        for function in reach.functions
        for use in _uses(function)
        if (targets := reach.targets(use)) or use.kind == "raise"
    ]
    found: dict[str, dict[str, str]] = {function: {} for function in reach.functions}  # the function it comes from
    changed = True
    while changed:
        changed = False
        for function, caught, raised, targets in steps:
            names = raised | {name: target for target in targets for name in found[target]}
            new = {
                name: source
                for name, source in names.items()
                if name not in found[function] and not issubclass(known[name], caught)
            }
            found[function] |= new
            changed = changed or bool(new)
    return {known[name]: _way(found, start, name) for name in found[start]}


def _way(found: dict[str, dict[str, str]], function: str, name: str) -> str:
    before = found[function][name]
    return f"{function} < {_way(found, before, name)}" if before else function
