"""Layer-wise relevance propagation: a score, shared out from layer to layer until it lies on the pixels.

The page computes the same by the same rules (docs/payload.md, "Where it looked").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from ..errors import UsageError
from ..formula import kinds as k
from ..formula.network import PICTURE, Node
from ..nn import Net, build, load_weights
from ..notebook.heat_map import MAPS, HeatMap, heat_map
from ..notebook.table import line_html
from .batching import to_model_input
from .chosen_class import chosen_scores, class_of_each, classes_or_predicted
from .imported.opened import opened

Array = np.ndarray[Any, np.dtype[np.float64]]
Shared = tuple[list[Tensor], Tensor, Tensor]  # for each source (N, …), what biases keep (N,), what ε keeps (N,)

Rule = Literal["products", "evened", "moved", "passed", "signals"]

RULES: dict[type[k.Layer], Rule] = {
    **dict.fromkeys((k.Conv, k.FC, k.BatchNorm, k.Scale, k.AvgPool, k.AdaptiveAvgPool, k.GlobalAvgPool), "products"),
    **dict.fromkeys((k.Add, k.Pad, k.Upsample, k.ConvTranspose, k.Tokens, k.Position), "products"),
    **dict.fromkeys((k.GroupNorm, k.LayerNorm), "evened"),
    **dict.fromkeys((k.MaxPool, k.Concat, k.Flatten, k.ChannelShuffle, k.ChannelSlice, k.Crop, k.Dropout), "moved"),
    **dict.fromkeys([kind for kind in k.KINDS if kind.activation] + [k.LRN, k.Softmax, k.LogSoftmax], "passed"),
    k.Mul: "signals",
}
FAVOURED = (k.Conv, k.ConvTranspose, k.FC)  # whose products γ counts for more where they agree with their sum
BOUNDED = (k.Sigmoid, k.HardSigmoid, k.Tanh)
MOST = 1000  # of ε and γ


@dataclass(frozen=True, eq=False)
class Step:
    """What becomes of the relevance of N pictures at one layer, each (N,): `arrives` = `bias` + `epsilon` + what it
    hands on. `carried` is all that is still on its way down when the layer is done."""

    node: str
    arrives: Array
    bias: Array
    epsilon: Array
    carried: Array


@dataclass(frozen=True, eq=False)
class Relevance:
    """The scores (N,) of N pictures, and where they come from: `picture` (N, C, H, W), `nodes` each shaped as the
    node's output, float64. `steps` go from the last layer down, and score = picture.sum() + Σ bias + Σ epsilon.
    """

    score: Array
    picture: Array
    nodes: dict[str, Array]
    steps: tuple[Step, ...]

    @property
    def heat(self) -> HeatMap:
        """The picture's relevance summed over its channels, (N, H, W)."""
        return heat_map(self.picture.sum(1))

    def _repr_html_(self) -> str:
        """Return for a notebook: the scores, and where in the pictures they come from."""
        scores = ", ".join(f"{score:.4g}" for score in self.score[:MAPS])
        return line_html(f"score {scores}{', …' if len(self.score) > MAPS else ''}") + self.heat._repr_html_()


def relevance(
    network: Any,
    pictures: np.ndarray[Any, Any],
    classes: Sequence[int] | int | None = None,
    epsilon: float = 1e-6,
    gamma: float = 0.0,
) -> Relevance:
    """Return how the score of a class, before any softmax, is shared out among the numbers that made it.

    Where z_j = Σ_i x_i w_ij + b_j, number i has R_i = Σ_j x_i w_ij / (z_j ± ε) · R_j of what the units j have, and the
    bias keeps b_j / (z_j ± ε) · R_j: rule LRP-ε of Bach et al. 2015, section 3, ± being the sign of z_j. With `gamma`
    the products x_i w_ij of convolutions and fully connected layers that have the sign of z_j count (1 + γ)-fold, in
    z_j too, biases left as they are: where all x are at least 0 and z_j is above 0, rule LRP-γ of Montavon et al. 2019,
    section 10.2.2; elsewhere its form for numbers of either sign (Andéol et al. 2021). An activation and a local
    response normalisation hand on what they have, a max pooling gives it to the largest number, BatchNorm is one
    product and one constant, group and layer normalisation take their deviation for a constant (Ali et al. 2022), and
    of a product its signals have all, its gates nothing.

    `network`: what `convscope.load` returns, with `pictures` (N, C, H, W) in 0…255, or any torch module or the path of
    any ONNX file that a formula can say, with floats as it reads them, or bytes (`imported.opened`). `classes`: one, or
    one for each picture; left out, the one of the highest score. Computed in float64 by a network of the same weights.
    Raises UsageError for ε or γ below 0, InputError for a class that is none and for another network.

    >>> found = relevance(model, pictures, 3)                                                   # doctest: +SKIP
    >>> found.score - found.picture.sum((1, 2, 3)) - sum(s.bias + s.epsilon for s in found.steps)    # doctest: +SKIP
    array([0.])
    """
    for name, value in (("epsilon", epsilon), ("gamma", gamma)):
        if not 0 <= value <= MOST:
            raise UsageError("value.number.from.to", name=name, low=0, high=f"{MOST:,}", got=value)
    found = opened(network, pictures)
    net = found.net
    classes = classes_or_predicted(net, pictures, classes)
    exact = load_weights(build(net.network, net.spec), net.weights()).eval().double().requires_grad_(False)
    exact.mean, exact.std = (torch.tensor(v, dtype=torch.float64).view(-1, 1, 1) for v in (net.spec.mean, net.spec.std))
    x = (to_model_input(exact, pictures).to(torch.float64) - exact.mean) / exact.std
    made = _outputs(exact, x)
    rows = made[-1].flatten(1)
    score = chosen_scores(rows, classes)
    top = torch.zeros_like(rows)
    top[range(len(rows)), class_of_each(classes, len(rows))] = score
    shared = _Walk(exact, x, made, epsilon, gamma).down(score, top.view_as(made[-1]))
    nodes = {found.called(name): values for name, values in shared.nodes.items()}
    steps = tuple(replace(step, node=found.called(step.node)) for step in shared.steps)
    return replace(shared, nodes=nodes, steps=steps)


def _outputs(net: Net, x: Tensor) -> list[Tensor]:
    """Return every node's output for scaled pictures."""
    made: list[Tensor] = []
    for node in net.network.nodes:
        made.append(net.get_submodule(node.name)(*(x if s == PICTURE else made[s] for s in node.sources)))
    return made


@dataclass(frozen=True, eq=False)
class _Walk:
    """The network's way back, for scaled pictures `x` and all that was made of them."""

    net: Net
    x: Tensor
    made: list[Tensor]
    epsilon: float
    gamma: float

    def down(self, score: Tensor, top: Tensor) -> Relevance:
        nodes = self.net.network.nodes
        found = {len(nodes) - 1: top}
        steps, carried = [], score
        for i in range(len(nodes) - 1, -1, -1):
            if i not in found:
                continue
            sources, bias, kept = self._share(i, found[i])
            for source, given in zip(nodes[i].sources, sources, strict=True):
                found[source] = found[source] + given if source in found else given
            carried = carried - bias - kept
            numbers = (found[i].flatten(1).sum(1), bias, kept, carried)
            steps.append(Step(nodes[i].name, *(v.numpy() for v in numbers)))
        return Relevance(
            score.numpy(),
            found.get(PICTURE, torch.zeros_like(self.x)).numpy(),
            {node.name: found[i].numpy() for i, node in enumerate(nodes) if i in found},
            tuple(steps),
        )

    def _share(self, i: int, relevance: Tensor) -> Shared:
        """Return what node i hands to each source, and what its bias and ε keep (N,)."""
        node = self.net.network.nodes[i]
        module = self.net.get_submodule(node.name)
        inputs = [self.x if s == PICTURE else self.made[s] for s in node.sources]
        nothing = torch.zeros(len(relevance), dtype=torch.float64)
        match RULES[type(node.layer)]:
            case "passed":
                return [relevance], nothing, nothing
            case "moved":
                return _pulled(module, inputs, relevance), nothing, nothing
            case "signals":
                return self._to_signals(node, inputs, relevance), nothing, nothing
            case "products":
                linear = partial(functional_call, module, {})
            case "evened":
                linear = partial(_evened, node, module, inputs[0])
        whole = linear(tuple(inputs))
        bias = linear(tuple(map(torch.zeros_like, inputs)))  # what it makes of nothing
        favours = self.gamma > 0 and isinstance(node.layer, FAVOURED)
        sign, half = torch.where(whole < 0, -1.0, 1.0), self.gamma / 2
        if favours:  # of all products those with the sign of the sum are half of (sizes · sign + sum)
            sized = _sized(module)
            whole = whole + half * (sized(inputs[0].abs()) * sign + whole - bias)
        divided = whole + torch.where(whole < 0, -self.epsilon, self.epsilon)
        shares = torch.where(divided == 0, 0.0, relevance / divided)
        given = [x * g for x, g in zip(inputs, _pulled(lambda *xs: linear(xs), inputs, shares), strict=True)]
        if favours:
            (x,) = inputs
            (agreeing,) = _pulled(sized, [x], shares * sign)
            given = [(1 + half) * given[0] + half * x.abs() * agreeing]
        return given, (bias * shares).flatten(1).sum(1), (relevance - whole * shares).flatten(1).sum(1)

    def _to_signals(self, node: Node, inputs: list[Tensor], relevance: Tensor) -> list[Tensor]:
        """Share a product's relevance among its signals, in equal parts: the gates, which have fewer numbers than the
        product or come from an activation with an upper end, have none."""
        nodes = self.net.network.nodes
        gates = [
            x[0].numel() < relevance[0].numel() or (s != PICTURE and isinstance(nodes[s].layer, BOUNDED))
            for s, x in zip(node.sources, inputs, strict=True)
        ]
        signals = gates if all(gates) else [not gate for gate in gates]
        part = relevance / sum(signals)
        return [
            part.sum_to_size(x.shape) if signal else torch.zeros_like(x)
            for x, signal in zip(inputs, signals, strict=True)
        ]


def _sized(module: nn.Module) -> Callable[[Tensor], Tensor]:
    """Return what a linear layer makes with the sizes of its weights, without a bias."""
    changed = {name: t.abs() if name == "weight" else torch.zeros_like(t) for name, t in module.named_parameters()}
    return partial(functional_call, module, changed)


def _pulled(function: Callable[..., Tensor], inputs: list[Tensor], shares: Tensor) -> list[Tensor]:
    """Return Σ_j ∂y_j/∂x_i · shares_j for every input."""
    with torch.enable_grad():
        leaves = [x.detach().requires_grad_() for x in inputs]
        return list(torch.autograd.grad(function(*leaves), leaves, shares))


def _evened(node: Node, module: nn.Module, x: Tensor, given: tuple[Tensor]) -> Tensor:
    """Return a group or layer normalisation of `given` with the deviations of `x` as constants."""
    groups = getattr(node.layer, "groups", None)

    def sets(v: Tensor) -> Tensor:  # numbers that have a mean in common along the second axis
        return (
            v.flatten(1).view(len(v), groups, -1).movedim(1, 2)
            if groups
            else v.flatten(2)
            if v.dim() > 2
            else v[..., None]
        )

    deviation = (sets(x).var(1, unbiased=False, keepdim=True) + module.eps).sqrt()  # type: ignore[operator]
    even = (sets(given[0]) - sets(given[0]).mean(1, keepdim=True)) / deviation
    even = (even.movedim(2, 1) if groups else even).reshape(given[0].shape)
    each = (1, -1) + (1,) * (x.dim() - 2)
    return even * module.get_parameter("weight").view(each) + module.get_parameter("bias").view(each)
