"""Attention: what stands between a softmax over products of a network's own values and the values around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .graph import Graph
from .known import Known

PRODUCTS = {"matmul", "bmm", "einsum", "scaleddotproductattention"}
WHOLE = {"scaleddotproductattention", "attention"}  # which are all of it
REARRANGES = {  # and what holds no weights of its own between a layer and the products
    *("reshape", "view", "flatten", "unflatten", "transpose", "permute", "swapaxes", "t", "squeeze", "unsqueeze"),
    *("split", "chunk", "unbind", "gather", "slice", "select", "getitem", "contiguous", "clone", "expand", "cast"),
    *("float", "to", "identity", "dropout", "mul", "div", "truediv", "sqrt", "softmax", "where", *PRODUCTS),
}
AFTER = {"matmul", "gemm", "linear", "add", "addmm"}  # with weights: until places and channels stand as before


class Part(NamedTuple):
    """One operator: its kind in lower case without underscores, the parts that it reads, −1 the picture; how many
    others it reads that are no parts: weights. `tokens`: it makes numbers for each place, as a layer before and after.
    """

    kind: str
    reads: tuple[int, ...]
    weights: int
    tokens: bool


class Attention(NamedTuple):
    """From what `sources` made to what `end` makes; `within` are the parts between, without `end`."""

    end: int
    sources: tuple[int, ...]
    within: frozenset[int]
    softmax: int


def attentions(parts: Sequence[Part]) -> list[Attention]:
    """Return what attention there is, each once."""
    readers: dict[int, list[int]] = {}
    for i, part in enumerate(parts):
        for read in set(part.reads):
            readers.setdefault(read, []).append(i)
    found: list[Attention] = []
    taken = set[int]()
    for i, part in enumerate(parts):
        product = i if part.kind in WHOLE else _weighed(parts, readers, i)
        if product is None or i in taken:
            continue
        within, sources = _before(parts, product)
        end = _end(parts, readers, product, within)
        inner = within - {end}
        outside = {reader for at in inner for reader in readers.get(at, ()) if reader not in within}
        if end is not None and not outside and not within & taken:
            found.append(Attention(end, sources, frozenset(inner), i))
            taken |= within
    return found


def _weighed(parts: Sequence[Part], readers: Mapping[int, list[int]], at: int) -> int | None:
    """Return the product that the shares of a softmax are used in, where they are shares of products."""
    if parts[at].kind != "softmax":
        return None
    before, after = at, at
    while parts[before].kind not in PRODUCTS:
        inner = [read for read in parts[before].reads if read >= 0 and parts[read].kind in REARRANGES | {"add"}]
        if not inner:
            return None
        before = inner[0]
    while after == at or parts[after].kind not in PRODUCTS:
        following = readers.get(after, [])
        if len(following) != 1 or parts[following[0]].kind not in REARRANGES:
            return None
        after = following[0]
    own = len(parts[before].reads) > 1 and not parts[before].weights and not parts[after].weights
    return after if own else None


def _before(parts: Sequence[Part], product: int) -> tuple[set[int], tuple[int, ...]]:
    """Return the parts that rearrange values for a product, itself too, and the layers that made these."""
    within, sources, left = set[int](), list[int](), [product]
    while left:
        at = left.pop()
        if at in within:
            continue
        within.add(at)
        for read in parts[at].reads:
            inner = read >= 0 and parts[read].kind in REARRANGES | {"add"} and not _layer(parts[read])
            if inner:
                left.append(read)
            elif read not in sources:
                sources.append(read)
    return within, tuple(sorted(sources))


def _layer(part: Part) -> bool:
    """Whether it is a layer with weights, which is seen by itself."""
    return part.kind in AFTER and (part.weights > 0 or part.kind == "add") and part.tokens


def _end(parts: Sequence[Part], readers: Mapping[int, list[int]], product: int, within: set[int]) -> int | None:
    """Return the part after which places and channels stand as a layer has them; `within` gains the parts before."""
    at = product
    while not (parts[at].tokens and at != product) and not (parts[at].kind in WHOLE and parts[at].tokens):
        following = readers.get(at, [])
        if len(following) != 1:
            return None
        at = following[0]
        part = parts[at]
        if part.kind not in REARRANGES and not (part.kind in AFTER and len(part.reads) == 1):
            return None
        within.add(at)
    return at


def attentions_of(graph: Graph) -> dict[str, Known | None]:
    """Return, by the value that each makes, the attentions of a graph laid as maps; None for the values within."""
    places = {op.output: i for i, op in enumerate(graph.ops)}
    weights = {name for name, roots in graph.roots.items() if roots and graph.constants[name].size > 1}
    parts = [
        Part(
            op.kind.lower(),
            tuple(places.get(name, -1) for name in op.inputs if name and name not in graph.constants),
            sum(name in weights for name in op.inputs),
            len(graph.axes.get(op.output, "")) == 3,
        )
        for op in graph.ops
    ]
    found: dict[str, Known | None] = {}
    for one in attentions(parts):
        ops = [graph.ops[at] for at in sorted({*one.within, one.end})]
        learned = tuple(name for op in ops for name in op.inputs if name in weights)
        sources = tuple(graph.picture if at < 0 else graph.ops[at].output for at in one.sources)
        found |= dict.fromkeys(graph.ops[at].output for at in one.within)
        found[graph.ops[one.end].output] = Known(None, sources, {}, learned, label=f"attention{_heads(graph, one)}")
    return found


def _heads(graph: Graph, one: Attention) -> str:
    """Return how many heads there are, as a label says it, where shares are (pictures, heads, places, places)."""
    shape = graph.ops[one.softmax].shape
    return f"(heads={shape[1]})" if len(shape) == 4 else ""
