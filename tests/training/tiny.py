"""A training of a tenth of a second with everything in it: Muon, averages, shifts, dropout, a checkpoint a step; and
what must be the same however often it was interrupted.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from convscope import data, modelfile
from convscope.errors import Interrupted
from convscope.runs.checkpoints import read_checkpoint
from convscope.runs.log import read_log
from convscope.runs.run_json import read_run_json
from convscope.runs.tensor_files import pack
from convscope.training.recipes import Augmentation, Recipe
from convscope.training.session import Result, train

RECIPE = Recipe(
    name="tiny",
    plan="",
    general_plan="",
    epochs=2.5,
    batch_size=16,
    lr=0.05,
    optimiser="muon",
    filter_lr=0.05,
    momentum=0.9,
    nesterov=True,
    weight_decay=1e-3,
    warmup=0.2,
    final=0.0,
    augmentation=Augmentation(shift=1),
    flips="yes",
    average=0.8,
    log_every=3,
)
PLAN = "crop(7) + conv(4, 3, bias=False) + bn + relu + dropout(0.2) + fc"


def pictures() -> data.Dataset:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (80, 1, 8, 8), dtype=np.uint8)
    return data.arrays(images[:70], rng.integers(0, 3, 70), ["a", "b", "c"], test=(images[70:], rng.integers(0, 3, 10)))


def stripes(n: int = 200, size: tuple[int, int] = (12, 10), channels: int = 1) -> data.Dataset:
    """Pictures that a network learns at once: stripes along rows, along columns, or both."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, n)
    rows, columns = np.indices(size)
    patterns = np.stack([rows % 2, columns % 2, (rows + columns) % 2]) * 180
    images = patterns[labels][:, None] + rng.integers(0, 70, (n, channels, *size))
    images, half = images.astype(np.uint8), n // 2
    return data.arrays(
        images[:half], labels[:half], ["rows", "columns", "both"], test=(images[half:], labels[half:]), name="stripes"
    )


def trained(out: Path, dataset: data.Dataset | None = None, **more: Any) -> Result:
    """Train on `pictures`, or on a data set, whatever else is given."""
    given = {"arch": PLAN, "recipe": RECIPE, "val": 6, "threads": 1} | more
    return train(dataset or pictures(), out=out, **given)


def stopped(path: Path, at: int = 7) -> Path:
    """A run that was stopped after so many steps, with a checkpoint after every step."""
    count = iter(range(1, 100))
    with suppress(Interrupted):
        trained(path, stop=lambda: next(count) >= at, keep_seconds=0.0)
    return path


def go(path: Path, given: data.Dataset | Path) -> None:
    """Begin the run at `path`, or continue it; a checkpoint after every step. Pictures of a folder are found again."""
    common: dict[str, Any] = {"keep_seconds": 0.0, "threads": 1}
    if path.exists():
        train(None if isinstance(given, Path) else given, resume=path, **common)
    else:
        train(given, out=path, arch=PLAN, recipe=RECIPE, val=6, **common)


def write_pictures(folder: Path) -> Path:
    """Write the same kind of pictures as files; one of them is empty, and takes no part."""
    rng = np.random.default_rng(0)
    for number in range(80):
        place = folder / ("train" if number < 70 else "test") / "abc"[number % 3]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).save(place / f"{number}.png")
    (folder / "train" / "a" / "empty.png").touch()
    return folder


def outcome(path: Path) -> dict[str, Any]:
    """Return everything a finished run holds but times."""
    newest = sorted((path / "checkpoints").glob("*.safetensors"))[-1]
    checkpoint = read_checkpoint(newest)
    model = modelfile.read(path / "model.onnx")
    return {
        "run.json": untimed(read_run_json(path)),
        "checkpoint": pack(checkpoint.tensors, untimed(checkpoint.facts.to_json()), ""),
        "log": [untimed(line.to_json()) for line in read_log(path)],
        "snapshots": {p.name: p.read_bytes() for p in sorted((path / "snapshots").iterdir())},
        "weights": {n: w.tobytes() for n, w in model.weights.items()},
        "facts": untimed(model.facts),
        "left behind": sorted(p.name for p in path.rglob(".*")),
    }


def untimed(value: Any) -> Any:
    """Return JSON without what took how long: its fields called "time", and the seconds that a phrase says."""
    if isinstance(value, dict):
        return {k: untimed(v) for k, v in value.items() if k not in ("time", "seconds")}
    return [untimed(v) for v in value] if isinstance(value, list) else value


def same_weights(run: Path, other: Path) -> None:
    """Assert that two runs made the same network but for rounding."""
    ours, theirs = (modelfile.read(path / "model.onnx").weights for path in (run, other))
    for name, weight in ours.items():
        np.testing.assert_allclose(theirs[name], weight, rtol=1e-4, atol=1e-6)
