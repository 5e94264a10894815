"""fastai from scratch on a folder of train/CLASS and test/CLASS, for so many CPU seconds, imports included.

    python fastai_folder.py FOLDER SEED SECONDS

Source: "Deep Learning for Coders with fastai and PyTorch", chapters 5 and 7: pictures resized, aug_transforms, an
xresnet that has learned nothing yet, Adam in one cycle at 3e-3. Its size is 64 pixels and its depth 18 here, so that
seconds of one core are some epochs; the cycle is planned in CPU seconds. Prints one JSON object: the classes that
it predicts of the test pictures, and theirs.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from fastai.vision.all import (
    Callback,
    CancelFitException,
    CrossEntropyLossFlat,
    ImageDataLoaders,
    Learner,
    Resize,
    aug_transforms,
    combined_cos,
    get_image_files,
    set_seed,
    torch,
    xresnet18,
)

SIZE, BATCH, RATE = 64, 32, 3e-3
FITTED = 0.97  # of the seconds, the rest is for predicting


class Cycle(Callback):  # type: ignore[misc]
    """One cycle of the learning rate over CPU seconds, at whose end the fit ends."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.rate = seconds, combined_cos(0.25, RATE / 25, RATE, RATE / 1e5)

    def before_batch(self) -> None:
        now = time.process_time() / (FITTED * self.seconds)
        if now >= 1:
            raise CancelFitException
        self.learn.opt.set_hyper("lr", self.rate(now))


def main(folder: Path, seed: int, seconds: float) -> None:
    torch.set_num_threads(1)
    set_seed(seed, reproducible=True)
    files = get_image_files(folder / "train")
    batch = min(BATCH, len(files))
    loaders = ImageDataLoaders.from_path_func(
        folder,
        files,
        lambda path: path.parent.name,
        valid_pct=0.0,
        item_tfms=Resize(SIZE),
        batch_tfms=aug_transforms(),
        bs=batch,
        num_workers=0,
    )
    net = xresnet18(n_out=len(loaders.vocab))
    learner = Learner(loaders, net, loss_func=CrossEntropyLossFlat(), cbs=Cycle(seconds))
    with learner.no_bar(), learner.no_logging():
        learner.fit(1_000_000)
    tested = sorted(path for path in (folder / "test").rglob("*") if path.is_file())
    with learner.no_bar(), learner.no_logging():
        learner.remove_cb(Cycle)
        scores, _ = learner.get_preds(dl=loaders.test_dl(tested, num_workers=0))
    predicted = [loaders.vocab[k] for k in scores.argmax(1)]
    print(json.dumps({"predicted": predicted, "labels": [path.parent.name for path in tested]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
