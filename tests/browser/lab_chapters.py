"""The lab's page as tests need it: the shipped network, some digits, and the shipped training as the recorded one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import convscope.page
from convscope.data import load as load_data
from convscope.explain.payload import nodes
from convscope.explain.payload.encoding import as_json
from convscope.explain.subject import samples
from convscope.lab.event_streams import new_snapshots, snapshot
from convscope.prediction import load

SLIDES = Path(convscope.page.__file__).parent / "slides"
Json = dict[str, Any]


def payload(language: str = "en") -> Json:
    """Return what the chapters read, as convscope/lab/payload.py and a static build hand it over."""
    model = load(SLIDES / "model.onnx")
    data = load_data("mnist")
    assert data.test is not None
    chosen = samples.choose_samples(data.test, data.test.labels, data.classes, 20)
    return {
        "format": "convscope-lab",
        "language": language,
        "slides": {
            "classes": list(model.classes),
            "input": model.spec.to_json(),
            "nodes": as_json(nodes.page_nodes(model.network)),
            "tensors": as_json(model.file.weights),
        },
        "digits": as_json({"pictures": chosen.pictures, "labels": chosen.labels}),
        "recorded": recorded(),
    }


def recorded() -> Json:
    """Return the shipped training in the form of a static build's."""
    lines = [json.loads(line) for line in (SLIDES / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    last, result = (next(line for line in reversed(lines) if line["kind"] == kind) for kind in ("step", "result"))
    run = {
        "id": "recorded",
        "state": "finished",
        "message": None,
        "formula": "slides",
        "plan": "slides",
        "recipe": "fast",
        "data": None,
        "classes": [str(n) for n in range(10)],
        "seed": 0,
        "epochs": 6.0,
        "batch": 128,
        "step": last["step"],
        "steps": last["step"],
        "loss": last["loss"],
        "accuracy": last["accuracy"],
        "validation": None,
        "test": result["test"],
        "seconds": result["time"]["seconds"],
        "curve": [],
        "measured": [],
        "look": "mnist.html",
    }
    found = (snapshot(file) for file in new_snapshots(SLIDES, set()))
    shown = [one.to_json() for one in found if one is not None]
    return {"run": run, "lines": lines, "snapshots": shown, "look": "mnist.html"}
