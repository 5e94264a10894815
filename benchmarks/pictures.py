"""Folders of one's own pictures: `convscope train FOLDER`, as it is, beside classifiers that anybody would try first.

    python -m benchmarks.pictures FOLDER… [--seeds 0 1 2] [--folds 5] [--methods …]

A folder has train/ and test/ with class folders, or class folders alone: then a fifth of each class, drawn by the seed,
is the test; or with --folds one of so many parts after the other, where pictures that are copies of one another are in
one part. Every method is a process of its own on one thread; its CPU seconds are all that the system counts for it
and its children, imports, decoding and measuring included. No run chooses anything by its test pictures;
docs/pictures.md says which choices of the default were made with an eye on some.

- convscope: the command without options.
- HOG + linear SVM: histograms of oriented gradients at 48 pixels (convscope.baseline.features.hog), scikit-learn's
  LinearSVC, C by three-fold cross-validation.
- colours + forest: colour histograms, scikit-learn's RandomForestClassifier of 300 trees.
- ResNet-18: from scratch in plain torch, 64 pixels, AdamW in one cycle with flips and crops, for as many CPU seconds as
  convscope took; of several classes of unlike sizes it knows nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results import Row

METHODS = ("convscope", "hog-svm", "colours-forest", "resnet18")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def main() -> None:
    """Measure every method on every folder and seed, and print each row as it comes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--one", nargs=4, metavar=("METHOD", "FOLDER", "SEED", "SECONDS"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        method, folder, seed, seconds = args.one
        print(json.dumps(run_one(method, Path(folder), int(seed), float(seconds))))
        return
    for folder in args.folders:
        for seed in range(args.folds) if args.folds else args.seeds:
            with tempfile.TemporaryDirectory() as place:
                split = (
                    fold(folder, Path(place), seed, args.folds) if args.folds else with_test(folder, Path(place), seed)
                )
                seconds = 60.0
                for method in args.methods:
                    row = measured(method, split, seed, seconds)
                    seconds = row["cpu_seconds"] if method == "convscope" else seconds
                    print(json.dumps({"folder": folder.name, "method": method, "seed": seed, **row}), flush=True)


def with_test(folder: Path, place: Path, seed: int) -> Path:
    """Return the folder if it has test pictures, else a copy in which a fifth of each class is the test."""
    if (folder / "test").is_dir():
        return folder
    drawn = random.Random(seed)
    for label in sorted(path for path in folder.iterdir() if path.is_dir()):
        pictures = sorted(label.iterdir())
        drawn.shuffle(pictures)
        for number, picture in enumerate(pictures):
            part = place / folder.name / ("test" if number % 5 == 0 else "train") / label.name
            part.mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, part / picture.name)
    return place / folder.name


def fold(folder: Path, place: Path, number: int, folds: int) -> Path:
    """Return a copy of a folder in which one of so many parts of its pictures is the test, the others for training."""
    from sklearn.model_selection import StratifiedGroupKFold

    from convscope import data
    from convscope.checking import find_copies

    given = data.load(folder, size=64)
    assert given.train.files is not None
    groups = find_copies(given).training_groups()
    parts = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    _, test = list(parts.split(given.train.labels, given.train.labels, groups))[number]
    tested = set(test.tolist())
    for row, file in enumerate(given.train.files):
        picture = folder / file.path
        into = place / folder.name / ("test" if row in tested else "train") / given.classes[given.train.labels[row]]
        into.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, into / picture.name)
    return place / folder.name


def measured(method: str, folder: Path, seed: int, seconds: float) -> Row:
    """Run one method in a process of its own; return its figures and its CPU seconds."""
    with tempfile.TemporaryDirectory() as cache:
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        command = [sys.executable, "-m", "benchmarks.pictures", "--one", method, str(folder), str(seed), str(seconds)]
        done = subprocess.run(
            command,
            env={**os.environ, **ONE_THREAD, "CONVSCOPE_CACHE": cache},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    figures: Row = json.loads(done.stdout.splitlines()[-1])
    return {**figures, "cpu_seconds": round(cpu, 2), "seconds": round(time.monotonic() - began, 2)}


def run_one(method: str, folder: Path, seed: int, seconds: float) -> Row:
    """Return accuracy and balanced accuracy of a method on the folder's test pictures."""
    if method == "convscope":
        from convscope import train

        with tempfile.TemporaryDirectory() as place:
            result = train(folder, out=Path(place) / "run", seed=seed, threads=1)
            settings = json.loads((result.run / "run.json").read_text())
        assert result.test is not None
        chosen = "scratch" if settings["start"] is None else settings["start"]["name"]
        balanced = result.test.balanced_accuracy
        return {"accuracy": result.test.accuracy, "balanced_accuracy": balanced, "from": chosen}
    from convscope import data
    from convscope.baseline.comparison import balanced_accuracy

    predict = {"hog-svm": hog_svm, "colours-forest": colours_forest, "resnet18": resnet18}[method]
    given = data.load(folder, size=64)
    assert given.test is not None
    predicted = predict(given, seed, seconds)
    accuracy = float((predicted == given.test.labels).mean())
    return {"accuracy": accuracy, "balanced_accuracy": balanced_accuracy(given.test.labels, predicted)}


def hog_svm(given: Any, seed: int, seconds: float) -> np.ndarray[Any, Any]:
    """Return the classes (n,) that a linear support vector machine predicts by gradients."""
    from sklearn.model_selection import GridSearchCV
    from sklearn.svm import LinearSVC

    from convscope.baseline.features import hog

    machine = GridSearchCV(LinearSVC(random_state=seed), {"C": [0.01, 0.1, 1.0]}, cv=3)
    machine.fit(hog(given.train.images), given.train.labels)
    predicted: np.ndarray[Any, Any] = machine.predict(hog(given.test.images))
    return predicted


def colours_forest(given: Any, seed: int, seconds: float) -> np.ndarray[Any, Any]:
    """Return the classes (n,) that a random forest predicts by colours."""
    from sklearn.ensemble import RandomForestClassifier

    from convscope.baseline.features import colour_histograms

    forest = RandomForestClassifier(300, random_state=seed).fit(
        colour_histograms(given.train.images), given.train.labels
    )
    predicted: np.ndarray[Any, Any] = forest.predict(colour_histograms(given.test.images))
    return predicted


def resnet18(given: Any, seed: int, seconds: float) -> np.ndarray[Any, Any]:
    """Return the classes (n,) that a ResNet-18 predicts after so many CPU seconds of training."""
    import torch
    from torch import nn
    from torch.nn import functional

    torch.manual_seed(seed)

    class Block(nn.Module):
        def __init__(self, before: int, after: int, stride: int) -> None:
            super().__init__()
            self.one, self.two = nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.Conv2d(after, after, 3, 1, 1)
            self.first, self.second = nn.BatchNorm2d(after), nn.BatchNorm2d(after)
            same = stride == 1 and before == after
            self.past: nn.Module = nn.Identity() if same else nn.Conv2d(before, after, 1, stride)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.second(self.two(self.first(self.one(x)).relu()))
            result: torch.Tensor = (y + self.past(x)).relu()
            return result

    channels, sizes = given.train.images.shape[1], (64, 128, 256, 512)
    layers: list[nn.Module] = [nn.Conv2d(channels, 64, 7, 2, 3), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    for before, after in zip((64, *sizes), sizes, strict=False):
        layers += [Block(before, after, 1 if after == 64 else 2), Block(after, after, 1)]
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, len(given.classes)))
    net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    x, y = (torch.from_numpy(np.array(part)) for part in (given.train.images, given.train.labels))
    mean, deviation = x.float().mean((0, 2, 3), keepdim=True), x.float().std((0, 2, 3), keepdim=True)
    optimiser, batch, spent = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=0.05), 32, time.process_time
    while (now := spent() / seconds) < 1:
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * min(now / 0.25, (1 - now) / 0.75)
        rows = torch.randint(len(x), (batch,))
        shown = functional.pad((x[rows] - mean) / deviation, (6, 6, 6, 6))
        top, left = torch.randint(13, (2,)).tolist()
        shown = shown[:, :, top : top + x.shape[2], left : left + x.shape[3]]
        shown = shown.flip(3) if torch.rand(()) < 0.5 else shown
        optimiser.zero_grad()
        functional.cross_entropy(net(shown), y[rows]).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    net.eval()
    with torch.inference_mode():
        tested = torch.from_numpy(np.array(given.test.images)).split(64)
        scores = torch.cat([net((part - mean) / deviation) for part in tested])
    predicted: np.ndarray[Any, Any] = scores.argmax(1).numpy()
    return predicted


if __name__ == "__main__":
    main()
