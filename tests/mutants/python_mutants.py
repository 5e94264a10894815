"""Small faults in Python source: one operator, constant, condition, return, statement or order of arguments changed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One fault: where, the statement before and after, and the changed source."""

    path: str  # "convscope/formula/plan.py"
    where: str  # "Plan.trace"; "" for the module's own level
    lines: range  # of the statement
    before: str
    after: str
    source: str

    @property
    def name(self) -> str:
        """What it is known by, whatever line it moves to."""
        return f"{self.path} {self.where}: {self.before} → {self.after}"


@dataclass(frozen=True)
class _Site:
    statement: ast.stmt
    where: str
    change: Callable[[], None]


def count(paths: list[str]) -> list[int]:
    """Return how many faults each of some modules has."""
    return [len(list(_sites(ast.parse(Path(path).read_text(encoding="utf-8"))))) for path in paths]


def mutant(path: str, number: int) -> Mutant:
    """Return fault `number` of a module."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    site = list(_sites(tree))[number]
    statement = site.statement
    before, lines = _head(statement), range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    if isinstance(inner := getattr(statement, "body", None), list):
        lines = range(statement.lineno, max(inner[0].lineno, statement.lineno + 1))
    site.change()
    return Mutant(path, site.where, lines, before, _head(statement), ast.unparse(ast.fix_missing_locations(tree)))


def _head(statement: ast.stmt) -> str:
    """Return a statement in one line, a compound one without what it holds."""
    text = ast.unparse(statement)
    if isinstance(getattr(statement, "body", None), list):
        text = next(line for line in text.splitlines() if not line.startswith("@"))
    return " ".join(text.split())


def _sites(tree: ast.Module) -> Iterator[_Site]:
    yield from _in_block(tree.body, "")


def _in_block(block: list[ast.stmt], where: str) -> Iterator[_Site]:
    for at, statement in enumerate(block):
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            inner = f"{where}.{statement.name}".lstrip(".")
            if not isinstance(statement, ast.ClassDef):
                for default in (*statement.args.defaults, *filter(None, statement.args.kw_defaults)):
                    yield from (_Site(statement, inner, change) for change in _in_expression(default))
            yield from _in_block(statement.body, inner)
            continue
        if isinstance(statement, ast.Assert) or _of_types(statement):
            continue
        yield from (_Site(statement, where, change) for change in _of_statement(statement, block, at))
        for name, value in ast.iter_fields(statement):
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.expr) and name != "annotation":
                    yield from (_Site(statement, where, change) for change in _in_expression(part))
                elif isinstance(part, ast.withitem):
                    yield from (_Site(statement, where, change) for change in _in_expression(part.context_expr))
                elif isinstance(part, ast.ExceptHandler | ast.match_case):
                    yield from _in_block(part.body, where)
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                yield from _in_block(value, where)


def _of_statement(statement: ast.stmt, block: list[ast.stmt], at: int) -> Iterator[Callable[[], None]]:
    match statement:
        case ast.Expr(value=ast.Call()):  # not done
            yield lambda: setattr(statement, "value", ast.Constant(None))
        case ast.Raise():
            yield lambda: (block.__setitem__(at, ast.Pass()), _forget(statement))[0]
        case ast.Continue() | ast.Break():
            yield lambda: (block.__setitem__(at, ast.Pass()), _forget(statement))[0]
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant) or value.value:
            yield lambda: setattr(statement, "value", ast.Constant(None))  # of False or 0 it would change nothing
        case ast.If() | ast.While():
            yield lambda: setattr(statement, "test", ast.UnaryOp(ast.Not(), statement.test))
        case ast.AugAssign(op=op) if type(op) in COMPUTED:
            yield lambda: setattr(statement, "op", COMPUTED[type(op)]())


def _in_expression(root: ast.expr) -> Iterator[Callable[[], None]]:
    """Yield a change for every place within an expression."""
    for node in _walk(root):
        match node:
            case ast.Compare(ops=ops):
                for i, op in enumerate(ops):
                    yield lambda ops=ops, i=i, op=op: ops.__setitem__(i, COMPARED[type(op)]())
            case ast.BinOp(op=op) if type(op) in COMPUTED and not _is_text(node):
                yield lambda node=node, op=op: setattr(node, "op", COMPUTED[type(op)]())
            case ast.BoolOp(op=op):
                other = ast.Or if isinstance(op, ast.And) else ast.And
                yield lambda node=node, other=other: setattr(node, "op", other())
            case ast.UnaryOp(op=ast.Not()):
                yield lambda node=node: setattr(node, "operand", ast.UnaryOp(ast.Not(), node.operand))
            case ast.UnaryOp(op=ast.USub()):
                yield lambda node=node: setattr(node, "op", ast.UAdd())
            case ast.Constant(value=bool() as value):
                yield lambda node=node, value=value: setattr(node, "value", not value)
            case ast.Constant(value=int() | float() as value):
                yield lambda node=node, value=value: setattr(node, "value", value + 1)
            case ast.IfExp():
                yield lambda node=node: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test))
            case ast.Call(func=ast.Name(id="max" | "min")):  # whichever comes first
                pass
            case ast.Call(args=[first, second, *_]) if not any(isinstance(a, ast.Starred) for a in (first, second)):
                yield lambda args=node.args: args.__setitem__(slice(2), args[1::-1])
            case ast.Slice(lower=None, upper=ast.expr()):
                yield lambda node=node: setattr(node, "upper", None)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Walk an expression; `zip(strict=True)` is the code's own assertion, as `assert` is."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.keyword) and child.arg == "strict"):
            yield from _walk(child)


def _is_text(node: ast.BinOp) -> bool:
    return any(isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
               for side in (node.left, node.right))  # fmt: skip


def _of_types(statement: ast.stmt) -> bool:
    """Whether a statement is there for the type checker."""
    match statement:
        case ast.AnnAssign(annotation=ast.Name(id="TypeAlias")) | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
    return False


def _forget(statement: ast.stmt) -> None:
    """Make the description of a removed statement say so."""
    statement.__class__ = ast.Pass  # type: ignore[assignment]
    statement._fields = ()
