"""The payload: everything a page shows, as one JSON object. docs/payload.md is its contract, version 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from . import binary, nodes
from .samples import Samples
from .subject import Subject

FORMAT, VERSION = "convscope-payload", 1

Json = dict[str, Any]


def gather(subject: Subject, samples: Samples, *, language: str = "auto", title: str = "") -> Json:
    """Return the payload for `subject` with `samples` to look at."""
    network, spec = subject.network, subject.spec
    assert network is not None
    return {
        "format": FORMAT,
        "version": VERSION,
        "title": title or subject.title,
        "formula": str(network.plan),
        "classes": list(subject.classes),
        "language": language,
        "input": {**spec.to_json(), "dark_borders": spec.invert == "auto"},
        "nodes": nodes.to_json(network),
        "tensors": {name: binary.encode(t) for name, t in _tensors(subject).items()},
        "samples": _samples(subject, samples),
        "maps": None,
        "channels": None,
        "saliency": None,
        "errors": None,
        "run": None,
        "figures": {"parameters": network.parameters, "macs": network.macs},
        "left_out": [],
    }


def _tensors(subject: Subject) -> dict[str, np.ndarray[Any, Any]]:
    state = subject.module.state_dict()
    return {name: t.detach().to("cpu", torch.float32).numpy() for name, t in state.items()}


def _samples(subject: Subject, samples: Samples) -> Json:
    module = subject.module
    training = module.training
    module.eval()
    try:
        with torch.inference_mode():
            logits = subject.scores(torch.from_numpy(samples.pictures)).float().numpy()
    finally:
        module.train(training)
    return {
        "pictures": binary.encode(samples.pictures),
        "labels": list(samples.labels),
        "names": list(samples.names),
        "logits": binary.encode(logits),
        "by": f"torch {torch.__version__.split('+')[0]}",
    }
