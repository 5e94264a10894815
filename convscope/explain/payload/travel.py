"""How a network travels in a page of so many characters: its weights as they are, rounded to 16 or to 8 bits, or not at
all, the heaviest layers first; and how much that changes the scores.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...foreign.endings import probabilities
from ...nn import Net, with_weights
from ..batching import batches
from ..subject.samples import Samples
from ..subject.subject import Subject
from .encoding import Array, ScaledBytes, decode, dumps, encoded_size, to_bytes
from .nodes import NOWHERE, Tensors
from .records import LeftOut, PageNode, Rounding

PICTURES = 1 / 4  # of all characters: as many are kept for samples before weights are rounded or left out for them
ENTRY = 100  # characters of JSON about a tensor, and about a sample

# From weights by name, what boxes make, and how many samples: what all layers make of each sample, in order.
Computing = Callable[[Mapping[str, Array], Mapping[str, Array], int], Iterator[list[np.ndarray[Any, Any]]]]


@dataclass(frozen=True, eq=False)
class Travelling:
    """A network as a payload has it: nodes, weights, samples with their scores (n, K), and what opaque nodes made of
    each sample; how it was rounded, and what was left out.
    """

    nodes: tuple[PageNode, ...]
    tensors: Tensors
    samples: Samples
    logits: Array
    maps: Mapping[str, Array] = field(default_factory=dict)
    rounding: Rounding | None = None
    left_out: tuple[LeftOut, ...] = ()

    def first(self, n: int) -> Travelling:
        """Return the same with the first `n` samples only."""
        if n >= len(self.samples):
            return self
        maps = {name: made[:n] for name, made in self.maps.items()}
        left: tuple[LeftOut, ...] = (*self.left_out, "samples")
        return replace(self, samples=self.samples.first(n), logits=self.logits[:n], maps=maps, left_out=left)


def fit(
    whole: Travelling,
    subject: Subject,
    outputs: Callable[[Collection[str]], Mapping[str, Array]],
    compute: Computing,
    limit: int,
) -> Travelling:
    """Return `whole` in the finest form that fits into `limit` characters, or what is left where nothing more can go.

    `outputs` gives what layers made of all samples, (n, …) by name. Matrices and kernels are rounded, biases and what
    belongs to a channel stay as they are. Where 8 bits are too many as well, samples go until they take a quarter, then
    the weights of the heaviest layers, the scores' own last: such a layer becomes a box that shows what it made of the
    samples. Then the largest maps go.
    """
    known = sum(len(dumps(node)) for node in whole.nodes) + sum(map(len, subject.classes))
    room = limit - known - ENTRY * (len(whole.tensors) + len(whole.samples))
    sample = encoded_size(whole.samples.pictures[:1]) + sizes({name: made[:1] for name, made in whole.maps.items()})
    wanted = min(len(whole.samples) * sample, int(PICTURES * limit))
    for bits in (32, 16, 8):
        fitted = replace(whole, tensors=rounded(whole.tensors, bits))
        if sizes(fitted.tensors) + wanted <= room:
            fitted = fitted.first(max(1, (room - sizes(fitted.tensors)) // sample))
            break
    else:
        fitted = fitted.first(max(1, int(PICTURES * limit) // sample))
        fitted = _without_heavy(fitted, outputs, room - len(fitted.samples) * sample)
    fitted = _without_maps(fitted, room)
    if bits < 32:
        names = [node.name for node in whole.nodes]
        fitted = replace(fitted, rounding=difference(subject, fitted, whole.tensors, bits, compute, names))
    return replace(fitted, left_out=tuple(dict.fromkeys(fitted.left_out)))


def rounded(weights: Tensors, bits: int) -> Tensors:
    """Return weights of two and more dimensions in half precision, or in 8 bits with a factor a filter; the others, and
    what half precision cannot hold, as they are.
    """
    return weights if bits == 32 else {name: _rounded(t, bits) for name, t in weights.items()}


def _rounded(t: Array | ScaledBytes, bits: int) -> Array | ScaledBytes:
    if isinstance(t, ScaledBytes) or t.ndim < 2 or not t.size or not np.isfinite(t).all():
        return t
    if bits == 8:
        return to_bytes(t)
    return t.astype(np.float16) if np.abs(t).max() <= np.finfo(np.float16).max else t


def sizes(tensors: Tensors) -> int:
    """Return how many characters the numbers of `tensors` take."""
    return sum(map(encoded_size, tensors.values()))


def layer_of(name: str) -> str:
    """Return which node a tensor belongs to.

    >>> layer_of("layer1.conv2.weight")
    'layer1.conv2'
    """
    return name.rpartition(".")[0]


def _without_heavy(
    whole: Travelling, outputs: Callable[[Collection[str]], Mapping[str, Array]], room: int
) -> Travelling:
    """Return `whole` with the heaviest layers as boxes, until weights and the maps of new boxes fit into `room`."""
    names = [node.name for node in whole.nodes]
    weigh = dict.fromkeys(names, 0)
    for name, t in whole.tensors.items():
        weigh[layer_of(name)] += encoded_size(t)
    n = len(whole.samples)
    gains = {node.name: weigh[node.name] - -(-16 * n * int(np.prod(node.output)) // 3) for node in whole.nodes}
    last = names[max((i for i, name in enumerate(names) if weigh[name]), default=0)]
    heavy = sorted((name for name in names if gains[name] > 0), key=lambda name: (name == last, -gains[name]))
    light = sorted((name for name in names if gains[name] <= 0 < weigh[name]), key=lambda name: -weigh[name])
    total, closed, shown = sum(weigh.values()), set[str](), set[str]()
    for name in (*heavy, *light):  # of the light ones what they made would take more: it is not shown
        if total <= room:
            break
        total -= gains[name] if name in heavy else weigh[name]
        closed.add(name)
        shown |= {name} & set(heavy)
    if not closed:
        return whole
    made = {name: output[:n] for name, output in outputs(shown).items()} if shown else {}
    gone: tuple[LeftOut, ...] = ("weights", "maps") if shown < closed else ("weights",)
    return replace(
        whole,
        nodes=tuple(_box(node) if node.name in closed else node for node in whole.nodes),
        tensors={name: t for name, t in whole.tensors.items() if layer_of(name) not in closed},
        maps={**whole.maps, **made},
        left_out=(*whole.left_out, *gone),
    )


def _box(node: PageNode) -> PageNode:
    return replace(node, kind="opaque", window=None, options={}, size_how="", field=NOWHERE)


def _without_maps(whole: Travelling, room: int) -> Travelling:
    """Return `whole` without the largest maps, until all fits into `room`."""
    maps = dict(whole.maps)
    others = sizes(whole.tensors) + encoded_size(whole.samples.pictures)
    for name in sorted(maps, key=lambda name: -encoded_size(maps[name])):
        if others + sizes(maps) <= room:
            break
        del maps[name]
    gone: tuple[LeftOut, ...] = ("maps",) if len(maps) < len(whole.maps) else ()
    return replace(whole, maps=maps, left_out=(*whole.left_out, *gone))


def difference(
    subject: Subject, fitted: Travelling, plain: Tensors, bits: int, compute: Computing, names: Sequence[str]
) -> Rounding:
    """Return how the scores of the samples change where weights are rounded, `plain` before. Where boxes make what they
    made before, or nothing makes scores: how the layers' numbers do; `names` are those of what `compute` gives.
    """
    n = len(fitted.samples)
    tensors = {name: _numbers(t) for name, t in fitted.tensors.items()}
    after = compute(tensors, fitted.maps, n)
    if subject.ending == "maps" or fitted.maps:
        before = compute({name: _numbers(t) for name, t in plain.items()}, fitted.maps, n)
        moved = (zip(names, one, other, strict=True) for one, other in zip(before, after, strict=True))
        share, where = max((_share(one, other), name) for layers in moved for name, one, other in layers)
        return Rounding(bits, n, share=share, where=where)
    scores = np.concatenate([outputs[-1].reshape(1, -1) for outputs in after])
    chances = [probabilities(x / subject.temperature, subject.ending) for x in (fitted.logits, scores)]
    return Rounding(
        bits,
        n,
        score=float(np.abs(scores - fitted.logits).max()),
        probability=float(np.abs(chances[1] - chances[0]).max()),
        changed=int((scores.argmax(1) != fitted.logits.argmax(1)).sum()),
    )


def _share(before: Array, after: Array) -> float:
    """Return the largest difference as a share of the largest number."""
    largest = float(np.abs(before).max(initial=0))
    return float(np.nan_to_num(np.abs(after - before)).max(initial=0)) / (largest if 0 < largest < np.inf else 1.0)


def net_outputs(
    net: Net, pictures: Array, tensors: Mapping[str, Array], maps: Mapping[str, Array], n: int
) -> Iterator[list[Array]]:
    """Yield for each of the first `n` pictures what the layers of a Net make with other weights, where those in `maps`
    make what stands there.
    """
    other = with_weights(net, tensors)
    for name, made in maps.items():
        other.get_submodule(name).register_forward_hook(partial(_given, iter(made)))
    for i in range(n):
        for _, batch in batches(other, pictures[i : i + 1]):
            with torch.no_grad():  # not around the yield: it would hold for whoever reads, too
                outputs = other.outputs(batch)
            yield [y.float().numpy() for y in outputs]


def _given(made: object, _module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
    """Return the next of what a layer made of the samples, in place of its output for one picture."""
    return torch.from_numpy(np.asarray(next(made))).to(output).reshape(output.shape)  # type: ignore[call-overload]


def _numbers(t: Array | ScaledBytes) -> Array:
    """Return what a page reads of a tensor."""
    return decode(t.to_json()) if isinstance(t, ScaledBytes) else t
