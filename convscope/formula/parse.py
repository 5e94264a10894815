"""From text to a plan. The formula is a Python expression: Python's parser reads it, nothing is ever evaluated.

    >>> parse("[(conv(16,3)*2 + relu)*2 + maxpool(2)]*2 + fc").count
    15

Text that could harm the reader is refused before Python's parser sees it (text_bounds.py).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

from ..errors import FormulaError, PlanError, did_you_mean, phrase
from . import torch_names
from .kinds import LAYERS
from .named_parts import Part, Statement, statements
from .plan import MAX_LAYERS, Branches, Chain, Gate, Plan, Repeat, Skip, SqueezeExcite
from .text_bounds import MAX_TEXT, refuse_absurd

if TYPE_CHECKING:
    from .fault_position import Fault

MAX_LEVELS = 64  # of what stands within one another where a part is called, its own call the last

_NUMBER = re.compile(r"(?<![A-Za-z0-9_])\.?[0-9][0-9A-Za-z_.]*")
_STRING = re.compile(r""" "[^"]*" | '[^']*' """, re.X)
_GROUPS = {  # what is said of a wrong number of arguments, how many there may be, and an example
    "skip": ("skip.group", range(1, 3), "skip(conv(16, 3, pad=1) + relu)"),
    "gate": ("gate.group", range(1, 2), "gate(gap + sigmoid)"),
    "se": ("se.group", range(1, 2), "se(4)"),
    "concat": ("concat.group", range(2, MAX_TEXT), "concat(conv(8, 1), conv(8, 3, pad=1))"),
}
_KEYWORD = re.compile("and|else|for|if|in|is|not|or")


def parse(text: str) -> Plan:
    """Read a formula; of named parts what they stand for. `parse(str(plan)) == plan` for every plan.

    Raises FormulaError, with the column counted in characters from 1, where the text is not a formula.
    """
    refuse_absurd(text)
    # Same length, so that columns stay true: the deck's × is *, and a formula may run over several lines.
    source = "".join("*" if c == "×" else " " if c.isspace() else c for c in text)
    parts: dict[str, Part] = {}
    try:
        for statement in statements(text, source, [*LAYERS, *_GROUPS]):
            tree = _tree(source, statement.start, statement.end)
            if statement.name:
                parts[statement.name] = Part(len(parts), statement, tree)
        plan = _Reader(text, source, parts).plan(tree)
        if any(_position(source, part.head) for part in parts.values()):  # of a part that nothing calls, too
            raise SyntaxError
        return plan
    except (FormulaError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _fault(error, text, source) from None


def _tree(source: str, start: int, end: int) -> ast.expr:
    """Return the syntax of a stretch of the source, its places counted in the source."""
    stretch = source[start:end]
    if any(_KEYWORD.search(number) for number in _NUMBER.findall(_STRING.sub('""', stretch))):
        raise SyntaxError  # Python would warn of it, and no formula has it
    begin = start + len(stretch) - len(stretch.lstrip())
    tree = ast.parse(source[begin:end], "formula", "eval").body
    if begin:
        for node in ast.walk(tree):
            if isinstance(node, ast.expr | ast.keyword):
                node.col_offset += begin
                node.end_col_offset = (node.end_col_offset or 0) + begin
    return tree


def _fault(error: Exception, text: str, source: str) -> FormulaError:
    """Return the error for a text that is not built like a formula, else what the reader objects to."""
    fault = None
    try:
        for statement in statements(text, source, [*LAYERS, *_GROUPS]):
            fault = fault or _position(source, statement)
    except FormulaError as head:
        error = head
    if fault is None and isinstance(error, FormulaError):
        return error
    column = (fault.index if fault else len(source.rstrip())) + 1
    if fault and fault.opening:
        closing = {"(": ")", "[": "]"}[fault.opening]
        return FormulaError(
            "formula.open",
            bracket=fault.opening,
            text=source,
            column=column,
            hint=phrase("formula.open.try", bracket=closing),
        )
    if fault and fault.number:
        return FormulaError("formula.number", text=source, column=column, got=fault.number)
    return FormulaError("formula.syntax", text=source, column=column, hint=phrase("formula.syntax.try"))


def _position(source: str, statement: Statement) -> Fault | None:
    """Return where a definition or the plan is not built like a formula; None where it is."""
    from . import fault_position  # only named parts and mistakes pay for it

    return fault_position.find(statement.body(source))


class _Reader:
    """Turns syntax into plans and puts the column on whatever a plan or layer objects to.

    While a part is read, `given` has its arguments by parameter, and it sees the first `seen` parts.
    """

    def __init__(self, text: str, source: str, parts: dict[str, Part]) -> None:
        self.text, self.source, self.parts = text, source, parts
        self.given: dict[str, ast.expr] = {}
        self.seen, self.levels, self.made = len(parts), 0, 0

    def plan(self, node: ast.expr) -> Plan:
        self.levels += 1
        plan = self.read(node)
        self.levels -= 1
        return plan

    def read(self, node: ast.expr) -> Plan:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self.chain(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            return self.repeat(node)
        if isinstance(node, ast.List):
            if len(node.elts) != 1:
                raise self.error(
                    node,
                    "formula.list",
                    got=phrase("formula.list.got", n=len(node.elts)),
                    hint=phrase("formula.list.try"),
                )
            return self.plan(node.elts[0])
        if isinstance(node, ast.Name):
            if node.id in _GROUPS:
                key, _, example = _GROUPS[node.id]
                raise self.error(node, key, got=0, hint=example)
            if node.id in self.parts:
                return self.part(node, node, [], [])
            return self.layer(node, node, [], [])
        if isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Name):
                hint = torch_names.hint(node.func.attr) if isinstance(node.func, ast.Attribute) else ""
                raise self.error(node.func, "formula.name", hint=hint)
            if node.func.id in _GROUPS:
                return self.group(node, node.func.id)
            if node.func.id in self.parts:
                return self.part(node, node.func, node.args, node.keywords)
            return self.layer(node, node.func, node.args, node.keywords)
        hint = phrase("formula.syntax.try")
        if isinstance(node, ast.Tuple):
            raise self.error(node, "formula.commas", hint=hint)
        raise self.error(node, "formula.place", got=self.segment(node), hint=hint)

    def chain(self, node: ast.expr) -> Plan:
        terms: list[ast.expr] = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):  # leans left: no recursion per layer
            terms.append(node.right)
            node = node.left
        terms.append(node)
        plan = self.plan(terms.pop())
        while terms:
            term = terms.pop()
            plan = self.at(term, Chain, (plan, self.plan(term)))
        return plan

    def repeat(self, node: ast.expr) -> Plan:
        factors: list[ast.Constant] = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):  # leans left: no recursion per factor
            body, times = node.left, self.argument(node.right)
            if isinstance(self.argument(body), ast.Constant) and not isinstance(times, ast.Constant):
                body, times = node.right, self.argument(body)
            if not isinstance(times, ast.Constant) or type(times.value) is not int:
                raise self.error(
                    times,
                    "formula.times",
                    got=self.segment(times),
                    hint="(conv(16, 3) + relu)*2",
                )
            factors.append(times)
            node = body
        plan = self.plan(node)
        for factor in reversed(factors):
            plan = self.at(factor, Repeat, plan, factor.value)
        return plan

    def group(self, node: ast.Call, name: str) -> Plan:
        key, takes, hint = _GROUPS[name]
        if len(node.args) not in takes or node.keywords:
            raise self.error(node, key, got=f"{len(node.args) + len(node.keywords)}", hint=hint)
        if name == "se":
            self.made += 1
            ratio = self.argument(node.args[0])
            return self.at(ratio, SqueezeExcite, self.value(ratio))
        parts = [self.plan(arg) for arg in node.args]
        if name == "concat":
            return self.at(node, Branches, tuple(parts))
        return self.at(node, Skip if name == "skip" else Gate, *parts)

    def part(self, node: ast.expr, name: ast.Name, args: list[ast.expr], keywords: list[ast.keyword]) -> Plan:
        part = self.parts[name.id]
        if part.place >= self.seen:
            raise self.error(name, "part.later", name=name.id)
        if keywords or len(args) != len(part.head.parameters):
            got, expected = len(args) + len(keywords), f"{len(part.head.parameters)}"
            raise self.error(node, "part.arguments", name=name.id, got=got, expected=expected, hint=part.call)
        given = dict(zip(part.head.parameters, map(self.argument, args), strict=True))
        for arg in given.values():
            if isinstance(self.value(arg), tuple):
                raise self.error(arg, "part.number", got=self.segment(arg))
        if self.levels > MAX_LEVELS:
            raise self.error(node, "part.deep")
        if self.made >= MAX_LAYERS:  # one more for certain; whoever has so many asks for no end of them
            raise self.error(node, "plan.layers", expected=phrase("value.most", n=MAX_LAYERS))
        before = self.given, self.seen
        self.given, self.seen = given, part.place
        plan = self.plan(part.tree)
        self.given, self.seen = before
        return plan

    def argument(self, node: ast.expr) -> ast.expr:
        """Return what a part was given for a parameter, where it was called first; any other node as it is."""
        return self.given.get(node.id, node) if isinstance(node, ast.Name) else node

    def layer(self, node: ast.expr, name: ast.Name, args: list[ast.expr], keywords: list[ast.keyword]) -> Plan:
        kind = LAYERS.get(name.id)
        if kind is None:
            known = [*LAYERS, *_GROUPS, *(word for word, part in self.parts.items() if part.place < self.seen)]
            hint = torch_names.hint(name.id) or did_you_mean(name.id, known)
            raise self.error(name, "layer.unknown", name=name.id, hint=hint)
        places: dict[str, ast.expr] = {}
        options = [field.name for field in fields(kind)]
        for i, arg in enumerate(args):
            if i >= len(options):
                takes = phrase("value.most", n=len(options)) if options else phrase("value.none")
                raise self.error(
                    arg,
                    "layer.arguments",
                    kind=name.id,
                    got=len(args),
                    expected=takes,
                    hint=kind.example or kind.name,
                )
            places[options[i]] = self.argument(arg)
        for keyword in keywords:
            if keyword.arg is None or keyword.arg not in options:
                got = keyword.arg or "**"
                hint = did_you_mean(got, options) if options else phrase("layer.option.none", kind=name.id)
                raise self.error(keyword, "layer.option", kind=name.id, option=got, hint=hint)
            if keyword.arg in places:
                raise self.error(keyword, "layer.option.twice", option=keyword.arg)
            places[keyword.arg] = self.argument(keyword.value)
        for field in fields(kind):
            if field.name not in places and field.default is MISSING:
                raise self.error(
                    name, "layer.option.missing", kind=name.id, field=field.name, hint=kind.example or kind.name
                )
        self.made += 1
        values = {option: self.value(place) for option, place in places.items()}
        return self.at(node, lambda: kind(**values), places=places)

    def value(self, node: ast.expr) -> object:
        """Return a number, True, False, "same" or a pair; the layer itself says which of them it takes."""
        node = self.argument(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str)):
            return node.value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            number = node.operand.value
            if isinstance(number, (int, float)) and not isinstance(number, bool):
                return -number
        if isinstance(node, ast.Tuple):
            return tuple(self.value(element) for element in node.elts)
        raise self.error(node, "formula.value", got=self.segment(node))

    def at(
        self, node: ast.AST, make: Callable[..., Plan], *args: object, places: dict[str, ast.expr] | None = None
    ) -> Plan:
        """Call `make(*args)`; what it objects to is reported at the argument it names, or at `node`."""
        try:
            return make(*args)
        except PlanError as error:
            place = (places or {}).get(error.argument or "", node)
            parts = {"got": error.got, "expected": error.expected, "hint": error.hint}
            raise self.error(place, error.key, **parts, **error.words) from None

    def error(self, node: ast.AST, key: str, **words: Any) -> FormulaError:
        column = getattr(node, "col_offset", 0) + 1  # the source is ASCII: bytes are characters
        return FormulaError(key, text=self.text, column=column, **words)

    def segment(self, node: ast.expr) -> str:
        return self.source[node.col_offset : node.end_col_offset]
