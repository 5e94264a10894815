"""A network described: the table people read and the JSON programs read, from the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .geometry import times
from .kinds import Concat, Mul
from .network import PICTURE, Network, Node
from .tracing import trace
from .zoo import resolve, usual

if TYPE_CHECKING:
    from .geometry import Shape
    from .plan import Plan

NUMBERS = {3, 4, 5, 6, 7}  # columns of the table that are numbers
HOW = "how the sizes and the parameters come about: O = floor((I − K + 2P)/S) + 1"


@dataclass(frozen=True, slots=True)
class Description:
    """What a formula becomes on pictures of one shape. `str()` is the table; `to_json()` its numbers."""

    network: Network

    def to_json(self) -> dict[str, Any]:
        """Return formula, input [C, H, W], classes, layers, and the totals of parameters and MACs."""
        network = self.network
        return {
            "formula": str(network.plan),
            "input": list(network.input),
            "classes": network.classes,
            "layers": [_layer(network, node) for node in network.nodes],
            "parameters": network.parameters,
            "macs": network.macs,
        }

    def __str__(self) -> str:
        network, rows, sums = self.network, self._rows(), self._sums()
        lines = [str(network.plan), _reads(network), ""]
        lines += table(rows, right=NUMBERS, rules={1, len(rows) - 1})
        if sums:
            lines += ["", HOW]
            lines += table(sums, right=set(), rules=set())
        return "\n".join([*lines, *_remarks(network)])

    def _repr_html_(self) -> str:
        """Return the same for a notebook: how the sizes come about is folded."""
        from ..notebook.table import code_html, line_html, table_html

        network, sums = self.network, self._sums()
        parts = [code_html(str(network.plan)), line_html(_reads(network))]
        parts.append(table_html(self._rows(), right=NUMBERS, foot=True))
        if sums:
            how = table_html(sums, right=set(), head=False)
            parts.append(f"<details><summary>{HOW}</summary>{how}</details>")
        return "".join([*parts, *(line_html(line) for line in _remarks(network) if line)])

    def _rows(self) -> list[tuple[str, ...]]:
        """Return the table's cells: head, layers, total."""
        network = self.network
        head = ("", "layer", "output", "parameters", "MACs", "sees", "jump", "start")
        rows = [_cells(network, i) for i in range(len(network.nodes))]
        return [head, *rows, ("", "total", "", f"{network.parameters:,}", f"{network.macs:,}", "", "", "")]

    def _sums(self) -> list[tuple[str, ...]]:
        """Return for each layer that changes size or has parameters how these come about."""
        nodes = [node for node in self.network.nodes if _telling(node)]
        return [(node.name, node.size_how, node.parameters_how, _dropped(node)) for node in nodes]


def describe(formula: str | Plan, input: Shape | None = None, classes: int | None = None) -> Description:
    """Describe a formula, a named plan or a Plan on pictures of shape `input` (C, H, W): MNIST's, 1×28×28 in 10
    classes, if left out, or those that a named plan was made for.

    Raises FormulaError or PlanError where it cannot be built.

        >>> describe("slides").network.parameters
        274570
    """
    plan = resolve(formula) if isinstance(formula, str) else formula
    usual_input, usual_classes = usual(formula if isinstance(formula, str) else "")
    return Description(trace(plan, input or usual_input, usual_classes if classes is None else classes))


def _reads(network: Network) -> str:
    return f"input {times(network.input)}, {network.classes} classes"


def _layer(network: Network, node: Node) -> dict[str, Any]:
    field = node.field
    return {
        "name": node.name,
        "layer": str(node.layer),
        "reads": [_name(network, source) for source in node.sources],
        "output": list(node.output),
        "parameters": node.parameters,
        "macs": node.macs,
        "receptive_field": {"size": list(field.size), "jump": list(field.jump), "start": list(field.start)},
        "size_how": node.size_how,
        "parameters_how": node.parameters_how,
        "dropped": list(node.dropped),
    }


def _name(network: Network, index: int) -> str:
    return "picture" if index == PICTURE else network.nodes[index].name


def _cells(network: Network, index: int) -> tuple[str, ...]:
    node = network.nodes[index]
    field = node.field
    cells = (times(field.size), _one_or_two(field.jump), _one_or_two(field.start))
    text = f"{node.layer}"
    if isinstance(node.layer, Concat):
        text += f" of {', '.join(_name(network, source) for source in node.sources)}"
    elif len(node.sources) > 1:
        text += f" (the end of a {'gate' if isinstance(node.layer, Mul) else 'skip'})"
    elif node.sources != (index - 1,):  # a branch begins
        text += f" of {_name(network, node.sources[0])}"
    return (node.name, text, times(node.output), f"{node.parameters:,}", f"{node.macs:,}", *cells)


def _telling(node: Node) -> bool:
    return bool(node.parameters_how) or node.size_how != "as before"


def _dropped(node: Node) -> str:
    rows, columns = node.dropped
    if not rows and not columns:
        return ""
    return f"leaves out {rows} row{'s' * (rows != 1)} and {columns} column{'s' * (columns != 1)}"


def _remarks(network: Network) -> list[str]:
    channels, height, width = network.nodes[-1].output
    if (channels, height, width) == (network.classes, 1, 1):
        return []
    ends = f"{channels} numbers" if network.nodes[-1].flat else times((channels, height, width))
    return ["", f"it ends with {ends}, not with a score for each of {network.classes} classes: add + fc to train it"]


def _one_or_two(pair: tuple[int, int]) -> str:
    a, b = (str(n).replace("-", "−") for n in pair)
    return a if a == b else f"{a}, {b}"


def table(rows: Sequence[tuple[str, ...]], right: set[int], rules: set[int]) -> list[str]:
    """Return the rows as aligned lines, numbers (`right`) to the right, with a rule in front of the rows in `rules`."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for number, row in enumerate(rows):
        if number in rules:
            lines.append("─" * (sum(widths) + 2 * (len(widths) - 1)))
        cells = (
            cell.rjust(w) if i in right else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join(cells).rstrip())
    return lines
