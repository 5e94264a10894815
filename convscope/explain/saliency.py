"""Where a network looked: Grad-CAM and occlusion. The page computes both by the same definitions (docs/payload.md)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import InputError, UsageError, phrase
from ..formula import BatchNorm, Concat, Conv, ConvTranspose, Network
from ..nn import Net
from ..notebook.heat_map import HeatMap, heat_map
from ..prediction import Model
from .batching import to_model_input
from .capture import capture, untouched
from .chosen_class import chosen_scores, class_of_each, classes_or_predicted, module_of


def grad_cam(
    network: nn.Module | Model,
    pictures: np.ndarray[Any, Any],
    classes: Sequence[int] | int | None = None,
    layer: str | None = None,
) -> HeatMap:
    """Return Grad-CAM maps (N, h, w), float32 ≥ 0, of the size of `layer`'s maps (Selvaraju et al. 2017, equations 1
    and 2). They show themselves in a notebook.

    α_k = mean over rows i and columns j of ∂y^c/∂A^k_ij; the map is max(0, Σ_k α_k A^k), where A is what `layer` makes
    and y^c the score of class c before softmax. `network`: what `convscope.load` returns, or a torch module.
    `classes`: one class, or one for each picture; left out, the one of the highest score. `layer` is a layer's name;
    left out, it is the last convolution with the normalisation and activation after it (`grad_cam_layer`), which only
    a module of torch's has to be asked by name.

    Raises InputError where the layer makes no maps or takes no part in the score.
    """
    module = module_of(network)
    classes = classes_or_predicted(module, pictures, classes)
    if layer is None:
        if not isinstance(module, Net):
            raise UsageError("gradcam.name", expected=phrase("gradcam.name.expected"))
        layer = grad_cam_layer(module.network)
    x = to_model_input(module, pictures)
    with torch.enable_grad(), capture(module, [layer]) as calls:
        # Floats that need gradients, so that there is a graph even where no weight requires one.
        scores = module(x.detach().to(torch.float32).requires_grad_()).flatten(1)
        chosen = chosen_scores(scores, classes)
        if not calls or calls[-1].output.dim() != 4:
            raise InputError("gradcam.maps", got=layer)
        output_maps = calls[-1].output  # (N, C, h, w)
        (gradient,) = torch.autograd.grad(chosen.sum(), output_maps, allow_unused=True)
        if gradient is None:
            raise InputError("gradcam.score", got=layer)
        weights = gradient.mean((2, 3), keepdim=True)  # α, (N, C, 1, 1)
        return heat_map((weights * output_maps).sum(1).clamp(min=0).float())


def grad_cam_layer(network: Network) -> str:
    """Return the node that Grad-CAM takes by default: the last convolution, or the last of the BatchNorm,
    activation and concat of maps right after it.

    Raises InputError for a network without convolution.
    """
    filters = (Conv, ConvTranspose)
    at = max((i for i, node in enumerate(network.nodes) if isinstance(node.layer, filters)), default=None)
    if at is None:
        raise InputError("gradcam.convolution", got=str(network.plan))
    while at + 1 < len(network.nodes):
        after = network.nodes[at + 1]
        follows = after.sources == (at,) and (after.layer.activation or isinstance(after.layer, BatchNorm))
        if not follows and not (isinstance(after.layer, Concat) and not after.flat and at in after.sources):
            break
        at += 1
    return network.nodes[at].name


def occlusion(
    network: nn.Module | Model,
    pictures: np.ndarray[Any, Any],
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
    class. `network` and `classes` as of `grad_cam`. Probabilities are softmax(scores / `temperature`); left out, it is
    that of the model file, 1 for a module, which knows none. Inside a square stands `fill`, one number a channel in the
    pictures' own units; left out, a Net's mean (what it reads as 0), else 0.
    """
    module = module_of(network)
    if temperature is None:
        temperature = network.calibration.temperature if isinstance(network, Model) and network.calibration else 1.0
    (h, w), (down, across) = _pair(size, "size"), _pair(stride, "stride")
    _, channels, height, width = pictures.shape
    if down > h or across > w:
        raise UsageError("occlusion.stride", got=f"stride {stride}, size {size}")
    if fill is None:
        fill = module.spec.mean if isinstance(module, Net) else 0.0
    colour = torch.tensor(fill, dtype=torch.float32).reshape(-1, 1, 1)  # (1 or C, 1, 1)
    if colour.shape[0] not in (1, channels):
        raise UsageError("occlusion.fill", got=fill)
    tops = [i * down for i in range(1 + max(0, math.ceil((height - h) / down)))]
    lefts = [i * across for i in range(1 + max(0, math.ceil((width - w) / across)))]
    wanted = class_of_each(classes_or_predicted(module, pictures, classes), len(pictures))
    heat = np.zeros((len(pictures), height, width), np.float32)
    with untouched(module), torch.no_grad():
        for n, picture in enumerate(pictures):
            x = torch.from_numpy(np.ascontiguousarray(picture))
            unit = 255.0 if x.dtype == torch.uint8 and not isinstance(module, Net) else 1.0
            x, c = x.to(torch.float32) / unit, wanted[n]
            whole = _probability(module, x[None], c, temperature)[0]
            total, cover = (
                torch.zeros(height, width, dtype=torch.float64),
                torch.zeros(height, width, dtype=torch.float64),
            )
            for top in tops:  # a row of squares at a time
                row = x.repeat(len(lefts), 1, 1, 1)
                for i, left in enumerate(lefts):
                    row[i, :, top : top + h, left : left + w] = colour / unit
                for left, p in zip(lefts, _probability(module, row, c, temperature).tolist(), strict=True):
                    total[top : top + h, left : left + w] += float(whole) - p
                    cover[top : top + h, left : left + w] += 1
            heat[n] = (total / cover).numpy()
    return heat_map(heat)


def _probability(module: nn.Module, x: Tensor, c: int, temperature: float) -> Tensor:
    scores = module(to_model_input(module, x)).flatten(1)
    if not 0 <= c < scores.shape[1]:
        raise InputError("class.unknown", got=c, expected=phrase("value.from.to", low=0, high=scores.shape[1] - 1))
    return torch.softmax(scores.double() / temperature, 1)[:, c].cpu()


def _pair(value: int | tuple[int, int], name: str) -> tuple[int, int]:
    both = value if isinstance(value, tuple) else (value, value)
    if len(both) != 2 or not all(type(v) is int and v >= 1 for v in both):
        raise UsageError("value.whole.two", name=name, least=1, got=value)
    return both
