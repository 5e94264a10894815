"""What comes before the first step: the data, how it is split and scaled, and the settings that run.json will hold."""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import data
from ..errors import InputError, phrase
from ..formula import BatchNorm, Network, Plan, resolve, trace
from ..formula.zoo import ZOO
from ..machine.cpus import available_cpus
from ..machine.signals import interruptible
from ..pictures.input_spec import InputSpec, check_ends
from ..pictures.inversion import light_on_dark
from ..pictures.resizing import RESIZE_RULE
from .flips import flip_invariant
from .recipes import Augmentation, Recipe

if TYPE_CHECKING:
    from ..data import Dataset, Split

Line = dict[str, Any]
CENTRED_SHAPE = (1, 28, 28)  # what the recipes' plans for centred pictures are made for, with their crop to 24
VALIDATION = 10_000  # pictures held out of data without test pictures, a sixth of it at most


def source(given: str | os.PathLike[str] | Dataset | None, size: int | None, data_root: object) -> Line:
    """Return where the data comes from, as run.json keeps it: `name` is None for arrays in memory."""
    name = None if is_dataset(given) else _findable("mnist" if given is None else given)
    return {"name": name, "size": size, "data_root": None if data_root is None else _findable(data_root)}


def load(source: Line, given: object = None) -> Dataset:
    """Return the data that `source` says, or what was `given`.

    PyTorch comes in beside it, and who needs it first waits for it; on a single processor that would only be slower
    (docs/log.md).
    """
    if available_cpus() > 1:
        threading.Thread(target=_torch, name="import torch").start()
    return _load(source, given)


def _torch() -> None:
    with contextlib.suppress(ImportError, OSError):  # who needs it meets the same, and says so
        import torch  # noqa: F401


def is_dataset(given: object) -> bool:
    """Whether `given` is data in memory rather than a name or path."""
    return isinstance(given, data.Dataset)


def settle(
    source: Line,
    dataset: Dataset,
    plan: Plan | str | None,
    recipe: Recipe,
    seed: int,
    val: int | None,
    device: str,
    threads: int | None,
    processes: int = 1,
) -> Line:
    """Return the settings of a new run, everything worked out. Raises what does not fit together."""
    centred = dataset.facts.centred and dataset.shape == CENTRED_SHAPE
    if plan is None:
        plan = recipe.plan if centred else recipe.general_plan
    name = plan if isinstance(plan, str) and plan in ZOO else None
    plan = plan if isinstance(plan, Plan) else resolve(plan)
    network = trace(plan, dataset.shape, len(dataset.classes))
    if val is None:
        val = 0 if dataset.test is not None else min(VALIDATION, len(dataset.train) // 6)
    pictures, _ = parts(dataset, val)
    spec = input_spec(pictures.images, recipe.scaling)
    check_ends(network, spec)
    _check_batches(network, recipe, len(pictures), processes)
    recipe = replace(recipe, augmentation=augmentation(recipe, pictures, len(dataset.classes), centred))
    recipe = recipe if centred else replace(recipe, hard=0.0)  # measured to harm elsewhere
    from ..machine.device import cpu_settings, environment, resolve_device  # the first thing that needs PyTorch
    from ..machine.precision import resolve_precision

    where, here = resolve_device(device), environment(threads)
    with cpu_settings(here.threads):
        recipe = replace(recipe, precision=resolve_precision(recipe.precision, where))
    steps = recipe.steps(len(pictures))
    return {
        "formula": str(plan),
        "plan": name,
        "recipe": recipe.to_json(),
        "seed": seed,
        "epochs": steps / recipe.batches(len(pictures)),
        "steps": steps,
        "rounds": [steps],
        "target": None,
        "budget": None,
        "data": {
            **source,
            "set": dataset.name,
            "fingerprint": dataset.fingerprint,
            "shape": list(dataset.shape),
            "train": len(pictures),
            "validation": val,
            "test": len(dataset.test) if dataset.test is not None else 0,
        },
        "classes": list(dataset.classes),
        "input": spec.to_json(),
        "device": where.type,
        **asdict(here),
        "processes": processes,
    }


def augmentation(recipe: Recipe, pictures: Split, classes: int, centred: bool) -> Augmentation:
    """Return the augmentation for these training pictures: `recipe.augmentation` is for `centred` ones of 28×28.

    A general shift is that of pictures of 28 pixels, and in proportion for others.
    """
    how = recipe.augmentation
    if not centred and recipe.general_augmentation is not None:
        how = recipe.general_augmentation
        how = replace(how, shift=round(how.shift * min(pictures.images.shape[2:]) / 28))
    if recipe.flips == "auto" and not how.flip and flip_invariant(pictures.images, pictures.labels, classes):
        how = replace(how, flip=True)
    return how


def parts(dataset: Dataset, val: int) -> tuple[Split, Split | None]:
    """Return the pictures to train on and those held out, if any."""
    return dataset.hold_out(val) if val else (dataset.train, None)


def input_spec(images: np.ndarray[Any, Any], scaling: str) -> InputSpec:
    """Return what a network for uint8 pictures (N, C, H, W) is given: scaled by "unit", or by the "data"'s mean and
    deviation.

    Mean and deviation are exact per channel, in 0…255, rounded to two digits; a deviation below 1 counts as 1.
    """
    shape, count = images.shape[1:], images.shape[0] * images.shape[2] * images.shape[3]
    invert = "auto" if light_on_dark(images) else "no"
    if scaling == "unit":
        return InputSpec(shape, resize=RESIZE_RULE, invert=invert)
    total = square = np.zeros(shape[0], dtype=np.uint64)
    size = max(1, (256 << 10) // int(np.prod(shape)))  # as many as the processor's cache holds
    for part in (images[i : i + size] for i in range(0, len(images), size)):
        total = total + part.sum((0, 2, 3), dtype=np.uint64)
        square = square + np.multiply(part, part, dtype=np.uint16).sum((0, 2, 3), dtype=np.uint64)
    mean = total / count
    deviation = np.sqrt(np.maximum(square / count - mean**2, 1.0))
    means, deviations = (tuple(round(float(v), 2) for v in values) for values in (mean, deviation))
    return InputSpec(shape, means, deviations, resize=RESIZE_RULE, invert=invert)


def _load(source: Line, given: object) -> Dataset:
    if isinstance(given, data.Dataset):
        dataset = given
    else:
        with interruptible():
            dataset = data.load(source["name"], size=source["size"], data_root=source["data_root"])
    dataset.fingerprint  # noqa: B018 - worked out once, here, beside the import
    return dataset


def _findable(name: Any) -> str:
    """Return a path so that it is found again from another folder; a data set's name as it is."""
    text = os.fspath(name)
    known = text.lower().replace("_", "-") in data.NAMES
    return str(Path(text).absolute()) if not known and os.path.exists(text) else text


def _check_batches(network: Network, recipe: Recipe, pictures: int, processes: int) -> None:
    if pictures == 0:
        raise InputError("training.pictures")
    least = min(recipe.batch_size, pictures)
    if recipe.partial_batches and pictures % recipe.batch_size:
        least = pictures % recipe.batch_size
    each = least // processes
    if each == 0:
        expected = phrase("batch.share.expected", n=processes)
        raise InputError("batch.share", got=least, expected=expected, hint=phrase("batch.share.try"))
    if each == 1 and any(isinstance(node.layer, BatchNorm) for node in network.nodes):
        what = "batch.norm" if processes == 1 else "batch.norm.process"
        raise InputError(what, got=1, hint=phrase("batch.norm.try"))
