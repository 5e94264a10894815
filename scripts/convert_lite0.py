"""Convert EfficientNet-Lite0 with its published weights to the model file that ships with the package.

convscope/pretrained/README.md has the commands.

The weights are read with `torch.load(weights_only=True)`, which runs no code of the file's. Those of the convolutions
and of the last layer are rounded to half precision; normalisation keeps its own, which are few. The class names are
torchvision's, whose two Cardigans (a dog, a garment) differ in their first letter alone. The same two files give the
same bytes; another checkpoint than the known one is refused.

The script also writes tests/pretrained/reference.json: what the original gives for pictures that a few lines make. It
is computed by torch's own functions from the checkpoint's tensors by their names there, in float64, with TensorFlow's
"same" padding worked out from each input's size. Nothing of the package takes part in that, so that the test that reads
it, without the checkpoint, compares two writings of one network.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from convscope import modelfile, pretrained
from convscope.data.credits import LITE0
from convscope.formula import resolve, trace
from convscope.pictures.input_spec import InputSpec
from convscope.pictures.resizing import CROP_RULE
from tests.pretrained.pictures import made_picture

CHECKPOINT = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
REFERENCE = Path(__file__).parents[1] / "tests" / "pretrained" / "reference.json"
SIZE, MEAN, STD = 224, 127.0, 128.0
EPS = 1e-3
# The paper's table 1, as EfficientNet-Lite keeps it: kernel, stride, widening, channels, blocks.
STAGES = ((3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3))
STAGES += ((5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1))
KEPT = (0, 1, 100, 207, 291, 409, 504, 611, 717, 820, 985, 999)  # the scores that the reference records
SEEDS = (0, 1, 2)

Tensors = Mapping[str, torch.Tensor]


def main() -> None:
    """Write the model file and the reference. Raises SystemExit for another checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, help="efficientnet-lite0-57934424.pth")
    parser.add_argument("names", type=Path, help="torchvision/models/_meta.py")
    args = parser.parse_args()
    digest = hashlib.sha256(args.checkpoint.read_bytes()).hexdigest()
    if digest != CHECKPOINT:
        raise SystemExit(f"convert_lite0: {args.checkpoint} is another file: sha256 {digest}, expected {CHECKPOINT}")
    tensors: Tensors = torch.load(args.checkpoint, map_location="cpu", weights_only=True)
    write_model(tensors, class_names(args.names))
    rounded = {name: tensor.half() if tensor.ndim == 4 or "_fc" in name else tensor for name, tensor in tensors.items()}
    reference: dict[str, object] = {"scores": KEPT}
    for what, given in (("original", tensors), ("rounded", rounded)):
        found = [logits(given, made_picture(seed, SIZE)) for seed in SEEDS]
        reference[what] = [[round(float(each[k]), 6) for k in KEPT] for each in found]
        reference[f"{what}_first"] = [int(each.argmax()) for each in found]
    REFERENCE.write_text(json.dumps(reference, indent=1) + "\n", encoding="utf-8")


def class_names(path: Path) -> list[str]:
    """Return ImageNet's class names from torchvision's source text, which is read and not run."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "_IMAGENET_CATEGORIES":
            names = ast.literal_eval(statement.value)
            return [str(name) for name in names]
    raise SystemExit(f"convert_lite0: no _IMAGENET_CATEGORIES in {path}")


def write_model(tensors: Tensors, classes: list[str]) -> None:
    """Write the model file: the checkpoint's tensors and the plan's nodes follow one another in the same order."""
    network = trace(resolve("lite0"), (3, SIZE, SIZE), len(classes))
    names = [name for name in tensors if not name.endswith("num_batches_tracked")]
    ours = [f"{node.name}.{name}" for node in network.nodes for name, _ in node.weights + node.buffers]
    weights = {own: tensors[name].numpy() for own, name in zip(ours, names, strict=True)}
    half = [own for own in ours if own.startswith(("conv", "fc"))]
    for own in half:
        weights[own] = weights[own].astype(np.float16).astype(np.float32)
    facts = {
        "pretrained": {
            "name": "lite0",
            "network": LITE0.data,
            "authors": LITE0.authors,
            "source": LITE0.source,
            "licence": LITE0.licence,
            "data": "ImageNet (ILSVRC 2012)",
            "checkpoint": CHECKPOINT,
        }
    }
    spec = InputSpec((3, SIZE, SIZE), (MEAN,) * 3, (STD,) * 3, CROP_RULE)
    modelfile.write(pretrained.path("lite0"), network, spec, weights, classes, facts, half=half)


def logits(tensors: Tensors, picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> torch.Tensor:
    """Return the scores, float64 (1000,), of a picture uint8 (3, H, W), as the checkpoint's own network gives them."""
    get = {name: tensor.double() for name, tensor in tensors.items()}

    def conv(x: torch.Tensor, name: str, stride: int = 1, groups: int = 1) -> torch.Tensor:
        weight = get[f"{name}.weight"]
        sides = []
        for size, kernel in zip(x.shape[:1:-1], weight.shape[:1:-1], strict=True):  # F.pad begins with the last
            lacking = max(0, (-(-size // stride) - 1) * stride + kernel - size)
            sides += [lacking // 2, lacking - lacking // 2]
        return functional.conv2d(functional.pad(x, sides), weight, stride=stride, groups=groups)

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        mean, var, weight, bias = (get[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias"))
        return functional.batch_norm(x, mean, var, weight, bias, eps=EPS)

    x = (torch.from_numpy(picture).double()[None] - MEAN) / STD
    x = functional.relu6(norm(conv(x, "_conv_stem", 2), "_bn0"))
    number = 0
    for _, stride, widening, channels, blocks in STAGES:
        for block in range(blocks):
            before, name = x, f"_blocks.{number}."
            if widening > 1:
                x = functional.relu6(norm(conv(x, name + "_expand_conv"), name + "_bn0"))
            step = stride if block == 0 else 1
            x = conv(x, name + "_depthwise_conv", step, groups=x.shape[1])
            x = functional.relu6(norm(x, name + "_bn1"))
            x = norm(conv(x, name + "_project_conv"), name + "_bn2")
            if step == 1 and before.shape[1] == channels:
                x = x + before
            number += 1
    x = functional.relu6(norm(conv(x, "_conv_head"), "_bn1"))
    return functional.linear(x.mean((2, 3)), get["_fc.weight"], get["_fc.bias"])[0]


if __name__ == "__main__":
    main()
