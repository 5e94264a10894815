"""Write docs/networks.md's second table: torchvision's networks beside torchinfo's and fvcore's counts.

    pip install --target DIR torchvision torchinfo fvcore iopath portalocker yacs tabulate
    PYTHONPATH=DIR python -m scripts.torchvision_networks [NAME …]

Weights are random, from a fixed seed: sizes, structure and numbers count, not what is recognised. The module is looked
at as it stands and, where `onnx` can export it, as an ONNX file; every figure is of this run.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch

import convscope
from benchmarks.tables import markdown
from convscope.errors import ConvscopeError

PAGE = Path(__file__).parents[1] / "docs" / "networks.md"
BEGIN, END = "<!-- table: python -m scripts.torchvision_networks -->", "<!-- end of torchvision's table -->"
HEAD = ["network", "nodes", "boxes", "parameters", "MACs", "torchinfo", "fvcore", "difference", "page, MB"]
NAMES = (
    *("alexnet", "vgg16", "resnet18", "squeezenet1_1", "densenet121", "googlenet", "shufflenet_v2_x1_0"),
    *("mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "vit_b_16"),
)


def network(name: str) -> torch.nn.Module:
    """Return a network of torchvision with random weights."""
    from torchvision import models

    torch.manual_seed(0)
    options = {"aux_logits": False, "init_weights": True} if name == "googlenet" else {}
    made: torch.nn.Module = getattr(models, name)(weights=None, **options).eval()
    return made


def macs_elsewhere(module: torch.nn.Module, x: torch.Tensor) -> tuple[str, str]:
    """Return the multiply-adds of one picture as torchinfo and fvcore count them; "–" where one is not installed."""
    found = []
    try:
        import torchinfo

        found.append(f"{torchinfo.summary(module, input_data=x, verbose=0).total_mult_adds:,}")
    except ImportError:
        found.append("–")
    try:
        from fvcore.nn import FlopCountAnalysis

        count = FlopCountAnalysis(module, x).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        by_operator: Any = count.by_operator()
        kept = ("conv", "linear", "matmul", "addmm", "bmm")
        found.append(f"{int(sum(n for kind, n in by_operator.items() if kind in kept)):,}")
    except ImportError:
        found.append("–")
    return found[0], found[1]


def row(name: str) -> list[str]:
    """Return one network's row."""
    module, x = network(name), torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    described: Any = convscope.describe(module, x)
    elsewhere = macs_elsewhere(module, x)
    unknown = sorted({one.text.partition("(")[0] for one in described.rows if one.macs is None})
    boxes = f"{described.boxes}: {', '.join(unknown)}" if unknown else "0"
    counts = [f"{described.parameters:,}", f"{described.macs:,}"]
    assert described.parameters == sum(p.numel() for p in module.parameters()), name
    page = convscope.look(module, x)
    proof = page.payload["proof"] or {"difference": None}
    difference = "–" if proof["difference"] is None else f"{proof['difference']:.1e}"
    size = f"{len(page.html.encode()) / 1e6:.1f}"
    return [name, str(len(page.payload["nodes"])), boxes, *counts, *elsewhere, difference, size]


def exported(name: str) -> list[str]:
    """Return nodes, boxes and difference of the same network as an ONNX file."""
    module, x = network(name), torch.rand(1, 3, 224, 224)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.onnx"
        try:
            torch.onnx.export(module, (x,), str(file), opset_version=17, dynamo=False)
            described: Any = convscope.describe(file)
            page = convscope.look(file)
        except (ConvscopeError, RuntimeError, ImportError) as error:
            return [str(error).split("\n")[0], "", ""]
        nodes = page.payload["nodes"]
        difference = (page.payload["proof"] or {"difference": 0.0})["difference"]
        return [str(len(nodes)), str(described.boxes), f"{difference:.1e}"]


def main(names: list[str]) -> None:
    """Measure all, or those named, which are printed and not written down."""
    warnings.simplefilter("ignore")
    rows = []
    for name in names or NAMES:
        rows.append([*row(name), " / ".join(exported(name))])
        print(*rows[-1], sep=" | ", flush=True)
    if names:
        return
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    table = markdown([*HEAD, "as ONNX: nodes / boxes / difference"], rows, words=1)
    PAGE.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
