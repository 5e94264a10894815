"""The payload: everything a page shows, as one JSON object. docs/payload.md is its contract, version 1."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...build import Net
from ...errors import InputError
from .. import mistakes
from ..features import scores
from ..imported import opaque
from ..subject.material import Material
from ..subject.samples import Samples
from ..subject.subject import Subject
from . import history, nodes, size
from .channels import cards
from .encoding import encode

FORMAT, VERSION = "convscope-payload", 1
LIMIT = 4_300_000  # characters; with the page itself it then stays below 5 MB
LARGEST = 200_000_000  # bytes of weights: beyond it no browser opens the page

Json = dict[str, Any]


def gather(
    subject: Subject,
    samples: Samples,
    material: Material | None = None,
    run: Path | None = None,
    *,
    title: str = "",
    language: str = "auto",
    limit: int = LIMIT,
) -> Json:
    """Return the payload for `subject` with `samples` to look at.

    `material` gives the channel cards and the errors, `run` (a run directory) the history of the training. What does
    not fit into `limit` characters is left out and named in `left_out`. The module is left as it was. Raises InputError
    for samples of another shape than the model reads, and for weights of more than 200 MB.
    """
    spec = subject.spec
    if samples.pictures.shape[1:] != spec.shape:
        raise InputError("the pictures do not fit the model", got=samples.pictures.shape[1:], expected=f"{spec.shape}")
    weights = _tensors(subject)
    if (heavy := sum(t.nbytes for t in weights.values())) > LARGEST:
        raise InputError(
            "too large to show in one page", got=f"{heavy:,} bytes of weights", expected=f"at most {LARGEST:,}"
        )
    payload: Json = {
        "format": FORMAT,
        "version": VERSION,
        "title": title or subject.title,
        "formula": "" if subject.network is None else str(subject.network.plan),
        "classes": list(subject.classes),
        "language": language,
        "input": {**spec.to_json(), "dark_borders": spec.invert == "auto"},
        "nodes": [],
        "tensors": {name: encode(t) for name, t in weights.items()},
        "samples": _samples(subject, samples),
        "maps": None,
        "channels": None,
        "channels_of": None,
        "saliency": None,
        "errors": None,
        "run": None if run is None else history.read(run),
        "figures": _figures(subject),
        "left_out": [],
    }
    if subject.network is not None:
        payload["nodes"] = nodes.to_json(subject.network)
    else:
        _steps(payload, subject, samples, limit)
    if material is None or not len(material.pictures):
        payload["left_out"].append("data")
    else:
        if isinstance(subject.module, Net):
            payload["channels"], payload["channels_of"] = cards(subject.module, material)
        payload["errors"] = _errors(subject, material)
    return size.fit(payload, limit)


def _steps(payload: Json, subject: Subject, samples: Samples, limit: int) -> None:
    """Fill in what is known of a module that no formula describes; fewer samples where their maps would not fit."""
    room = limit * 2 // 3
    one, x = subject.steps(samples.pictures[:1])
    maps = opaque.look(one, subject.spec, x, sys.maxsize)[2] or {}
    fitting = max(1, room // max(1, sum(len(m["data"]) for m in maps.values())))
    if fitting < len(samples):
        samples = samples.first(fitting)
        payload["left_out"].append("samples")
    found, x = subject.steps(samples.pictures)
    payload["samples"] = _samples(subject, samples)
    payload["samples"]["logits"] = encode(found[-1].output.flatten(1).float().cpu().numpy())
    payload["nodes"], payload["tensors"], payload["maps"], left = opaque.look(found, subject.spec, x, room)
    payload["left_out"] += left


def _tensors(subject: Subject) -> dict[str, np.ndarray[Any, Any]]:
    """Return the weights under the names that the page's nodes read; none for a module that no formula describes."""
    return subject.module.weights() if isinstance(subject.module, Net) else {}


def _samples(subject: Subject, samples: Samples) -> Json:
    return {
        "pictures": encode(samples.pictures),
        "labels": list(samples.labels),
        "names": list(samples.names),
        "logits": encode(scores(subject.module, subject.scaled(samples.pictures))),
        "by": f"torch {torch.__version__.split('+')[0]}",
    }


def _errors(subject: Subject, material: Material) -> Json | None:
    if material.labels is None:
        return None
    split = material.pictures
    most = max(1, min(mistakes.MOST, mistakes.MOST_BYTES // max(1, int(np.prod(split.images.shape[1:])))))
    found = mistakes.find(subject.scores(split.images), material.labels, subject.classes, most)
    evaluation = found.evaluation
    return {
        "confusion": evaluation.confusion.tolist(),
        "n": evaluation.n,
        "split": material.split,
        "accuracy": evaluation.accuracy,
        "loss": evaluation.loss,
        "cells": {f"{true},{predicted}": places for (true, predicted), places in found.cells().items()},
        "mistakes": {
            "pictures": encode(split.images[found.index]),
            "labels": found.label.tolist(),
            "predicted": found.predicted.tolist(),
            "probability": [round(v, 6) for v in found.probability.tolist()],
            "loss": [round(v, 6) for v in found.loss.tolist()],
        },
    }


def _figures(subject: Subject) -> Json:
    """Return what is known of how the model was made, from its file's facts."""
    facts = subject.facts
    training = facts.get("training") or {}
    known = {name: training.get(name) for name in ("recipe", "epochs", "seed")}
    network = subject.network
    parameters = sum(p.numel() for p in subject.module.parameters()) if network is None else network.parameters
    return {
        "parameters": parameters,
        "macs": None if network is None else network.macs,
        "test": facts.get("test"),
        **known,
        "train_seconds": (training.get("time") or {}).get("seconds"),
        "versions": facts.get("versions") or {},
    }
