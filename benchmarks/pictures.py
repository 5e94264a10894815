"""Folders of one's own pictures: `convscope train FOLDER`, as it is, beside classifiers that anybody would try first.

    python -m benchmarks.pictures FOLDER… [--seeds 0 1 2] [--folds 5] [--methods …]
    python -m benchmarks.pictures --page           docs/pictures.md, of the rows there are

A folder has train/ and test/ with class folders, or class folders alone: then a fifth of each class, drawn by the seed,
is the test; or with --folds one of so many parts after the other, where pictures that are copies of one another are in
one part. `stamps`, `digits` and `elpv` are made of packages (picture_folders.py), `fashion-mnist` is known by its name.
Every method is a process of its own on one thread; its CPU seconds are all that the system counts for it and its
children, imports, decoding and measuring included. No run chooses anything by its test pictures; docs/pictures.md says
which choices of the default were made with an eye on some. Rows go to benchmarks/results/pictures.json.

- convscope: the command without options; convscope-accurate: with --recipe accurate.
- HOG + linear SVM: histograms of oriented gradients at 48 pixels (convscope.baseline.features.hog), scikit-learn's
  LinearSVC, C by three-fold cross-validation.
- colours + forest: colour histograms, scikit-learn's RandomForestClassifier of 300 trees.
- fastai: an xresnet18 from scratch, in one cycle of as many CPU seconds as convscope took (peers/fastai_folder.py), in
  an environment of its own (environments.py).
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

from benchmarks import environments, pictures_report, results
from benchmarks.picture_folders import MADE
from benchmarks.results import Row

METHODS = ("convscope", "hog-svm", "colours-forest", "fastai")
MORE = ("convscope-accurate",)
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
NAME = "pictures"
WHAT = (
    "One row a folder, a method and a seed (or a part of --folds): accuracy, balanced accuracy and the calibration "
    "error on test pictures, shares of 1; CPU seconds of the whole process and its children."
)
PAGE = Path(__file__).parents[1] / "docs" / "pictures.md"


def main() -> None:
    """Measure every method on every folder and seed, print each row as it comes, and write it to the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--methods", nargs="+", choices=(*METHODS, *MORE), default=METHODS)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--one", nargs=3, metavar=("METHOD", "FOLDER", "SEED"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        method, folder, seed = args.one
        print(json.dumps(run_one(method, folder, int(seed))))
        return
    for name in args.folders:
        for seed in range(args.folds) if args.folds else args.seeds:
            with tempfile.TemporaryDirectory() as place:
                split = split_of(name, Path(place), seed, args.folds)
                for method in args.methods:
                    what = {"folder": Path(name).name, "method": method, "seed": seed}
                    seconds = seconds_of(what) if method == "fastai" else 0.0
                    row = {**what, **measured(method, split, seed, seconds)}
                    print(json.dumps(row), flush=True)
                    using = results.versions("torch", "numpy", "onnxruntime", "pillow", "scikit-learn")
                    results.write(NAME, WHAT, [row], key=("folder", "method", "seed"), using=using)
    PAGE.write_text(pictures_report.page(results.read(NAME)), encoding="utf-8")


def seconds_of(what: Row) -> float:
    """Return the CPU seconds that convscope took on the same folder and seed, of the results."""
    same = {**what, "method": "convscope"}
    return next(float(row["cpu_seconds"]) for row in results.read(NAME)["rows"] if same.items() <= row.items())


def split_of(name: str, place: Path, seed: int, folds: int) -> str:
    """Return the folder with train/ and test/ that is measured, made in `place` where it is not there as it is."""
    folder = Path(name)
    if not folder.exists() and name in MADE:
        folder = place / "made" / name
        MADE[name](folder)
    if not folder.exists():
        return name
    return str(fold(folder, place, seed, folds) if folds else with_test(folder, place, seed))


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


def measured(method: str, folder: str, seed: int, seconds: float) -> Row:
    """Run one method in a process of its own; return its figures and its CPU seconds."""
    command = [sys.executable, "-m", "benchmarks.pictures", "--one", method, folder, str(seed)]
    if method == "fastai":
        script = environments.PEERS / "fastai_folder.py"
        command = [str(environments.python("fastai")), str(script), folder, str(seed), str(seconds)]
    with tempfile.TemporaryDirectory() as cache:
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
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
    if "predicted" in figures:
        figures = figures_of(np.array(figures["predicted"]), np.array(figures["labels"]))
    return {**figures, "cpu_seconds": round(cpu, 2), "seconds": round(time.monotonic() - began, 2)}


def figures_of(predicted: np.ndarray[Any, Any], labels: np.ndarray[Any, Any]) -> Row:
    """Return accuracy and balanced accuracy of predicted classes (n,), names or numbers, and n."""
    from convscope.baseline.comparison import balanced_accuracy

    classes = np.unique(np.concatenate([labels, predicted]))
    true, guessed = np.searchsorted(classes, labels), np.searchsorted(classes, predicted)
    accuracy, balanced = float((true == guessed).mean()), balanced_accuracy(true, guessed)
    return {"n": len(labels), "accuracy": accuracy, "balanced_accuracy": balanced}


def run_one(method: str, folder: str, seed: int) -> Row:
    """Return accuracy and balanced accuracy of a method on the folder's test pictures."""
    if method.startswith("convscope"):
        from convscope import train

        recipe = method.partition("-")[2] or None
        with tempfile.TemporaryDirectory() as place:
            result = train(folder, out=Path(place) / "run", recipe=recipe, seed=seed, threads=1)
            settings = json.loads((result.run / "run.json").read_text())
        test = result.test
        assert test is not None
        chosen = "scratch" if settings["start"] is None else settings["start"]["name"]
        shares = {"accuracy": test.accuracy, "balanced_accuracy": test.balanced_accuracy, "ece": test.ece}
        return {"n": test.n, **shares, "from": chosen}
    from convscope import data

    predict = {"hog-svm": hog_svm, "colours-forest": colours_forest}[method]
    given = data.load(folder, size=64)
    assert given.test is not None
    return figures_of(predict(given, seed), np.asarray(given.test.labels))


def hog_svm(given: Any, seed: int) -> np.ndarray[Any, Any]:
    """Return the classes (n,) that a linear support vector machine predicts by gradients."""
    from sklearn.model_selection import GridSearchCV
    from sklearn.svm import LinearSVC

    from convscope.baseline.features import hog

    machine = GridSearchCV(LinearSVC(random_state=seed), {"C": [0.01, 0.1, 1.0]}, cv=3)
    machine.fit(hog(given.train.images), given.train.labels)
    predicted: np.ndarray[Any, Any] = machine.predict(hog(given.test.images))
    return predicted


def colours_forest(given: Any, seed: int) -> np.ndarray[Any, Any]:
    """Return the classes (n,) that a random forest predicts by colours."""
    from sklearn.ensemble import RandomForestClassifier

    from convscope.baseline.features import colour_histograms

    forest = RandomForestClassifier(300, random_state=seed).fit(
        colour_histograms(given.train.images), given.train.labels
    )
    predicted: np.ndarray[Any, Any] = forest.predict(colour_histograms(given.test.images))
    return predicted


if __name__ == "__main__":
    main()
