"""Model files made to deceive, with a digest that fits: refused by one line, or what any other reader finds in them."""

from __future__ import annotations

import contextlib
import json
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from PIL import Image

from convscope.errors import ConvscopeError, InputError
from convscope.formula.demand import demand
from convscope.modelfile import ModelFile, serialise
from convscope.modelfile.digest import HEAD, seal
from convscope.modelfile.quantised import Rounding
from convscope.modelfile.reading import check
from convscope.pictures.input_spec import InputSpec
from convscope.prediction import Model
from tests.calibration.made import calibrated
from tests.faults.batches import in_children
from tests.faults.campaign import Campaign, Tally
from tests.faults.hostile_formulas import hostile_formula
from tests.faults.hostile_json import TEXTS, hostile_text, hostile_value, mutated
from tests.faults.oracle import CODES, command_line, ill_printed, ill_said
from tests.faults.protobuf_tree import mutate, parsed, written
from tests.faults.rounded import computed_otherwise
from tests.modelfile.test_quantised import ranges_of
from tests.reference import random_pictures, reference
from tests.rejection.made import rejecting
from tests.samples import TINY, sample

FORMULAS = (
    (TINY, (1, 6, 5), 2),
    ("crop(5) + conv(4, 3, groups=2, pad='same') + gelu + maxpool(2) + fc(3) + prelu + fc", (2, 7, 6), 3),
    ("(conv(3, 3, pad=1) + silu)*2 + skip(conv(3, 1) + relu6 + dropout(0.2)) + avgpool(2) + gap + fc", (3, 8, 8), 4),
    ("conv(2, (1, 3), stride=(1, 2), bias=False) + hardswish + flatten + bn + fc", (1, 4, 9), 2),
)
FACTS: dict[str, Any] = {
    "training": {
        "data": {"set": "mnist", "fingerprint": "ab" * 32, "validation": 100, "held_out": "gEA="},
        "time": {"seconds": 1.5, "images_per_second": 1e4},
        "recipe": {"name": "standard", "lr": 0.1, "batch_size": 32},
    },
    "test": {"accuracy": 0.5, "loss": 1.25},
    "versions": {"convscope": "0.2.0", "torch": "2.13.0"},
}
LARGEST_RUN = 1 << 22  # bytes of a network that is computed twice here


@cache
def own_models() -> tuple[bytes, ...]:
    """Return small sound model files, of float32 and of 8 bits."""
    made = []
    for number, (formula, shape, classes) in enumerate(FORMULAS):
        network, spec, weights, names = sample(formula, shape, classes)
        fitted = rejecting(network) if number > 1 else None
        calibration = calibrated() if number % 2 else None
        ranges = ranges_of(network, spec, weights, random_pictures(network, 1, 20))
        for rounding in (None, Rounding(ranges, ("int8", "uint8")[number % 2])):
            made.append(
                serialise(network, spec, weights, names, FACTS, calibration, rejection=fitted, rounding=rounding)
            )
    return tuple(made)


def forged_tree(random: Random) -> bytes:
    """Return a model file with fields changed anywhere in its tree, sealed."""
    root = parsed(random.choice(own_models())[: -64 - len(HEAD)])
    mutate(root, random, random.choice((1, 1, 1, 2, 4)))
    return seal(written(root))


def forged_record(random: Random) -> bytes:
    """Return a model file one of whose records of text or JSON is changed, sealed."""
    root = parsed(random.choice(own_models())[: -64 - len(HEAD)])
    records = [field.value for field in root if field.kind == "Entry"]
    record = random.choice(records)
    assert isinstance(record, list)
    assert isinstance(record[1].value, bytes)
    text = record[1].value.decode()
    if text[0] in "[{":
        text = hostile_text(json.loads(text), random)
    else:
        text = (
            hostile_formula(random)
            if len(text) > 2
            else random.choice(("0", "1", "2", "3", "4", "9" * 30, "²", "-1", ""))
        )
    record[1].value = text.encode("utf-8", "surrogatepass")
    return seal(written(root))


def forged_whole(random: Random) -> bytes:
    """Return what a hostile writer makes that keeps to the form: facts, names and numbers are whatever JSON holds."""
    formula, shape, classes = random.choice(FORMULAS)
    network, spec, weights, names = sample(formula, shape, classes)
    numbers = (0.0, 1e-7, 1e-5, 0.5, 255.0, -1e6, 1e6, 1e-30)
    fields = {name: getattr(spec, name) for name in ("shape", "mean", "std", "resize", "invert", "white", "centred")}
    changed = random.choice(("mean", "std", "resize", "invert", "white", "centred"))
    fields[changed] = (
        (random.choice(numbers),) * shape[0] if changed in ("mean", "std")
        else random.choice(TEXTS) if changed == "resize" else hostile_value(random)
    )  # fmt: skip
    weights = {name: w * np.float32(random.choice((1, 1, 0, 1e6, -1, 1e-40))) for name, w in weights.items()}
    labels = [random.choice(TEXTS) + str(k) if random.random() < 0.5 else name for k, name in enumerate(names)]
    facts = mutated(FACTS, random, random.choice((1, 2, 4)))
    facts = facts if isinstance(facts, dict) else {"training": facts}
    calibration = calibrated() if random.random() < 0.3 else None
    return serialise(network, InputSpec(**fields), weights, labels, facts, calibration)


def _forged(random: Random) -> bytes:
    while True:
        with contextlib.suppress(ConvscopeError, OverflowError):  # which the writer refuses
            return random.choice((forged_tree, forged_tree, forged_record, forged_whole))(random)


def hostile_models(times: int, random: Random, tally: Tally) -> None:
    """Read forged files; what is accepted is computed by ONNX Runtime and torch, shown, and used to predict."""
    for data in own_models():
        _attack_with(data, tally)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        Image.new("L", (9, 9), 90).save(Path(folder) / "a.png")

        def attack(data: bytes, random: Random, tally: Tally) -> None:
            _attack_with(data, tally, path, random.random() < 0.05)

        in_children(_forged, attack, times, random, tally)


def _attack_with(data: bytes, tally: Tally, path: Path | None = None, shown: bool = False) -> None:
    try:
        metadata = check(data, "model.onnx")
    except InputError as error:
        wrong = ill_said(error) or (_wrongly_shown(data, path, 3) if path and shown else "")
        tally.judge(wrong, "refused", data)
    except Exception as error:
        tally.fault(repr(error)[:500], data)
    else:
        wrong = _differs(ModelFile(Path("model.onnx"), metadata, data))
        if path and not wrong:
            wrong = _wrongly_shown(data, path, 0)
        tally.judge(wrong, "accepted, and alike for ONNX Runtime and torch", data)


def _differs(file: ModelFile) -> str:
    """Return how torch's network of the file differs from what ONNX and its runtime make of the same bytes."""
    try:
        onnx.checker.check_model(file.data, full_check=True)
    except Exception as error:
        return f"accepted, and onnx.checker says {str(error)[:300]}"
    if demand(file.network).bytes_at_once > LARGEST_RUN:
        return ""
    pictures = random_pictures(file.network, 1, 2)
    if file.quantised:
        Model(file).predictor.run(pictures)
        return computed_otherwise(file, pictures)
    with np.errstate(all="ignore"):
        wanted = reference(file.network, file.spec, dict(file.weights), pictures)[-1].reshape(2, -1)
        logits = Model(file).predictor.run(pictures)[0]
    scale = max(1e-30, float(np.abs(wanted).max()))
    fine = ~np.isfinite(wanted) | (np.abs(logits - wanted) <= 1e-3 * scale)
    return "" if fine.all() or not np.isfinite(scale) else f"torch {wanted.tolist()}, ONNX Runtime {logits.tolist()}"


def _wrongly_shown(data: bytes, path: Path, code: int) -> str:
    """Return what is wrong with how the command line ends for the file, or with what it prints."""
    path.write_bytes(data)
    picture = str(path.parent / "a.png")
    for words in (
        ["info", str(path)], ["info", str(path), "--json"], ["predict", str(path), picture],
        ["predict", str(path), picture, "--csv"], ["predict", str(path), picture, "--json"],
    ):  # fmt: skip
        ended, out, err = command_line(words)
        most = None if "--json" in words else 100_000
        wrong = ill_printed(out, most) or ill_printed(err)
        if (
            wrong
            or ended not in CODES
            or ended == 1
            or (code and ended != code)
            or (words[0] == "info" and ended != code)
        ):
            return f"{words[0]} {words[-1]}: {wrong or f'exit code {ended}: {err[:300]}'}"
    return ""


CAMPAIGNS = (
    Campaign(
        "hostile-models", "files",
        "Model files forged by structure, with a digest that fits: refused by one line in 2 s and 512 MB, or a network "
        "that torch and ONNX Runtime compute alike, in 8 bits value by value; what they say of themselves reaches no "
        "terminal unescaped",
        hostile_models, quick=400, long=100_000,
    ),
)  # fmt: skip
