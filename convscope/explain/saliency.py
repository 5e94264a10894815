"""Where a network looked: Grad-CAM and occlusion. The page computes both by the same definitions (docs/payload.md)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from ..errors import InputError, UsageError, did_you_mean
from ..foreign.endings import NAMED, Ending, probabilities
from ..formula import BatchNorm, Concat, Conv, ConvTranspose, Layer, Network
from ..nn import Net
from ..notebook.heat_map import HeatMap, heat_map
from ..prediction import Model
from .batching import to_model_input
from .capture import capture
from .chosen_class import chosen_scores, class_of_each, known_class
from .features import scores
from .imported import opaque
from .imported.chosen import chosen, read_by
from .imported.network import Imported, imported, network_of

Pixels = np.ndarray[Any, Any]


def grad_cam(
    network: Any,
    pictures: Pixels,
    classes: Sequence[int] | int | None = None,
    layer: str | None = None,
) -> HeatMap:
    """Return Grad-CAM maps (N, h, w), float32 ≥ 0, of the size of `layer`'s maps (Selvaraju et al. 2017, equations 1
    and 2). They show themselves in a notebook.

    α_k = mean over rows i and columns j of ∂y^c/∂A^k_ij; the map is max(0, Σ_k α_k A^k), where A is what `layer` makes
    and y^c the score of class c before softmax. `network` and `pictures` as of `relevance`, but no formula has to say
    all of it: it is enough that every step behind `layer` is a layer of the formula, and of a torch module with a
    `layer` of its own not even that. `classes`: one class, or one for each picture; left out, the one of the highest
    score. `layer` is a layer's name; left out, it is the last convolution with the normalisation and activation after
    it (`grad_cam_layer`).

    Raises InputError where the layer makes no maps or takes no part in the score, and where a step behind it is no
    layer of the formula.
    """
    asked = network_of(network)
    module = asked.module() if isinstance(asked, Model) else asked
    if isinstance(module, Net):
        return _by_torch(module, pictures, classes, grad_cam_layer(module.network) if layer is None else layer)
    if isinstance(module, nn.Module) and layer is not None and layer in dict(module.named_modules()):
        return _by_torch(module, pictures, classes, layer)
    return _by_steps(imported(module, pictures), pictures, classes, layer)


def _by_torch(module: nn.Module, pictures: Pixels, classes: Sequence[int] | int | None, layer: str) -> HeatMap:
    """Return Grad-CAM of a module's own layer: torch goes back through whatever follows it."""
    x = (
        read_by(module, to_model_input(module, pictures)).detach().requires_grad_()
    )  # a graph, though no weight needs it
    with torch.enable_grad(), capture(module, [layer]) as calls:
        scores = _before_ending(module, x).flatten(1)
        if not calls or calls[-1].output.dim() != 4:
            raise InputError("gradcam.maps", got=layer)
        asked = scores.argmax(1).tolist() if classes is None else classes
        return _weighed(calls[-1].output, chosen_scores(scores, asked), layer)


class _Ends(TorchFunctionMode):
    """Keeps what the last softmax, log-softmax or sigmoid read, and what it made of it."""

    read = made = torch.zeros(0)

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = function(*args, **(kwargs or {}))
        if getattr(function, "__name__", "") in NAMED and isinstance(made, Tensor) and args:
            self.read, self.made = args[0], made
        return made


def _before_ending(module: nn.Module, x: Tensor) -> Tensor:
    """Return what a module gives, before the softmax, log-softmax or sigmoid that it ends in."""
    with _Ends() as ends:
        made = chosen(module(x), None)
    return ends.read if torch.equal(ends.made.flatten(), made.flatten()) else made


def _by_steps(network: Imported, pictures: Pixels, classes: Sequence[int] | int | None, layer: str | None) -> HeatMap:
    """Return Grad-CAM of the steps that a network is brought to, from what its own runtime made of the pictures."""
    wanted = None if classes is None else class_of_each(classes, len(pictures))
    network.require_scores()
    heat: list[Pixels] = []
    at = 0
    for found, x in network.parts(pictures):
        shown = opaque.look(found, network.spec, x)
        names = [node.name for node in shown.nodes]
        if layer is not None and layer not in names:
            raise InputError("explain.layer", got=layer, expected=did_you_mean(layer, names))
        known = [(shown.layers.get(node.name), node.sources, node.flat) for node in shown.nodes]
        place = _last_maps(known, network.name) if layer is None else names.index(layer)
        maps = torch.from_numpy(shown.outputs[names[place]]).requires_grad_()
        if maps.dim() != 4:
            raise InputError("gradcam.maps", got=names[place])
        with torch.enable_grad():
            made = shown.after(place, maps).flatten(1)
            asked = made.argmax(1).tolist() if wanted is None else wanted[at : at + len(x)]
            heat.append(_weighed(maps, chosen_scores(made, asked), names[place]))
        at += len(x)
    return heat_map(np.concatenate(heat))


def _weighed(maps: Tensor, scores: Tensor, layer: str) -> HeatMap:
    """Return max(0, Σ_k α_k A^k) of maps A (N, C, h, w), α being the means of the gradients of `scores`."""
    gradient = torch.autograd.grad(scores.sum(), maps, allow_unused=True)[0] if scores.requires_grad else None
    if gradient is None:
        raise InputError("gradcam.score", got=layer)
    weights = gradient.mean((2, 3), keepdim=True)  # α, (N, C, 1, 1)
    return heat_map((weights * maps).sum(1).clamp(min=0).float())


def grad_cam_layer(network: Network) -> str:
    """Return the node that Grad-CAM takes by default: the last convolution, or the last of the BatchNorm,
    activation and concat of maps right after it.

    Raises InputError for a network without convolution.
    """
    nodes = [(node.layer, node.sources, node.flat) for node in network.nodes]
    return network.nodes[_last_maps(nodes, str(network.plan))].name


def _last_maps(nodes: Sequence[tuple[Layer | None, tuple[int, ...], bool]], name: str) -> int:
    """Return the place of that node, among layers with what they read and whether they make rows of numbers."""
    at = max((i for i, (layer, _, _) in enumerate(nodes) if isinstance(layer, (Conv, ConvTranspose))), default=None)
    if at is None:
        raise InputError("gradcam.convolution", where=name)
    while at + 1 < len(nodes):
        layer, sources, flat = nodes[at + 1]
        follows = sources == (at,) and layer is not None and (layer.activation or isinstance(layer, BatchNorm))
        if not follows and not (isinstance(layer, Concat) and not flat and at in sources):
            break
        at += 1
    return at


def occlusion(
    network: Any,
    pictures: Pixels,
    classes: Sequence[int] | int | None = None,
    size: int | tuple[int, int] = 6,
    stride: int | tuple[int, int] = 2,
    fill: float | tuple[float, ...] | None = None,
    temperature: float | None = None,
) -> HeatMap:
    """Return by how much the probability of a class falls where a square hides the picture: (N, H, W), float32, −1…1.
    They show themselves in a notebook.

    Zeiler & Fergus 2014, section 4.2. Squares of `size` stand at rows 0, stride, 2·stride … up to the first that
    reaches the last row, likewise columns, cut off at the border. A pixel's number is the mean of p − p' over the
    squares that cover it, p' being the probability with the square in place; above 0: what is there speaks for the
    class. `network` and `pictures` as of `relevance`, of any network that gives scores; `classes` as of `grad_cam`.

    Probabilities are softmax(scores / `temperature`); left out, it is that of the model file, 1 for others, which know
    none. A softmax, log-softmax or sigmoid at the end of a torch module or an ONNX file is what it is: behind a sigmoid
    each class has its own probability. Inside a square stands `fill`, one number a channel in the pictures' own units;
    left out, what the network reads as 0: the mean of a model file, of a preprocessing that is known and of bytes, or a
    scaling within the graph; of other floats 0.
    """
    asked = network_of(network)
    module = asked.module() if isinstance(asked, Model) else asked
    if temperature is None:
        temperature = asked.calibration.temperature if isinstance(asked, Model) and asked.calibration else 1.0
    (h, w), (down, across) = _pair(size, "size"), _pair(stride, "stride")
    _, channels, height, width = pictures.shape
    if down > h or across > w:
        raise UsageError("occlusion.stride", got=f"stride {stride}, size {size}")
    score, empty, ending = _asked_for_scores(module, pictures)

    def probability(some: Pixels) -> Pixels:
        return probabilities(score(some) / temperature, ending)

    colour = np.array(empty if fill is None else fill, np.float32).reshape(-1, 1, 1)  # (1 or C, 1, 1)
    if colour.shape[0] not in (1, channels):
        raise UsageError("occlusion.fill", got=fill)
    tops = [i * down for i in range(1 + max(0, math.ceil((height - h) / down)))]
    lefts = [i * across for i in range(1 + max(0, math.ceil((width - w) / across)))]
    whole = probability(pictures)
    wanted = class_of_each(whole.argmax(1).tolist() if classes is None else classes, len(pictures))
    heat = np.zeros((len(pictures), height, width), np.float32)
    for n, picture in enumerate(pictures.astype(np.float32)):
        c = known_class(wanted[n], whole.shape[1])
        total, cover = np.zeros((height, width)), np.zeros((height, width))
        for top in tops:  # a row of squares at a time
            row = np.repeat(picture[None], len(lefts), 0)
            for i, left in enumerate(lefts):
                row[i, :, top : top + h, left : left + w] = colour
            for left, p in zip(lefts, probability(row)[:, c].tolist(), strict=True):
                total[top : top + h, left : left + w] += float(whole[n, c]) - p
                cover[top : top + h, left : left + w] += 1
        heat[n] = total / cover
    return heat_map(heat)


def _asked_for_scores(module: Any, pictures: Pixels) -> tuple[Callable[[Pixels], Pixels], Sequence[float], Ending]:
    """Return what gives a network's scores, float64 (N, K), for pictures as these are or for floats in their units;
    what it reads as 0, a number a channel; and what the scores become.
    """
    if isinstance(module, Net):
        return lambda some: scores(module, some).astype(np.float64), module.spec.mean, "softmax"
    network = imported(module, pictures)
    return lambda some: network.scores(some).astype(np.float64), network.spec.mean, network.ending


def _pair(value: int | tuple[int, int], name: str) -> tuple[int, int]:
    both = value if isinstance(value, tuple) else (value, value)
    if len(both) != 2 or not all(type(v) is int and v >= 1 for v in both):
        raise UsageError("value.whole.two", name=name, least=1, got=value)
    return both
