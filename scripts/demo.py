"""Train the slides model that ships with the package anew: `make demo`, or `python scripts/demo.py FOLDER`.

The lecture's own network, by the fast recipe but without label smoothing: the page shows softmax and cross-entropy as
the lecture writes them, and these are then the very loss that the network learned by. What the page needs of the run is
kept.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from convscope import train
from convscope.training.recipes import RECIPES

KEPT = ("run.json", "log.jsonl", "snapshots", "model.onnx")


def main() -> None:
    """Train, then put what is kept in the place of what is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("convscope/page/slides"))
    folder = parser.parse_args().folder
    recipe = replace(RECIPES["fast"], name="fast, label_smoothing=0", label_smoothing=0.0)
    with tempfile.TemporaryDirectory() as temporary:
        run = Path(temporary) / "slides"
        result = train("mnist", arch="slides", recipe=recipe, epochs=6, val=5000, threads=1, seed=0, out=run)
        assert result.test is not None
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in KEPT:
            shutil.move(run / name, folder / name)
    print(
        f"test accuracy {100 * result.test.accuracy:.2f} %, loss {result.test.loss:.4f}, {result.train_seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
