"""Everything that a page shows, gathered: subject, samples and data in, a `Payload` that fits out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from ...data.credits import credit_of_weights
from ...data.run_data import credit_of_run
from ...errors import InputError, phrase
from ...evaluation import mistakes
from ...evaluation.figures import SHOWN
from ...formula.demand import demand
from ...nn import Net
from ..features import scores
from ..imported import opaque
from ..subject.examples import Examples
from ..subject.samples import Samples
from ..subject.subject import Subject
from . import records
from .channels import KEEP, channel_cards, patches_kept
from .encoding import Array, encoded_size
from .history import read_history
from .nodes import page_nodes
from .records import LeftOut, PageNode, Payload
from .size import reduce_to

LIMIT = 4_300_000  # characters; with the page itself it then stays below 5 MB
LARGEST = 200_000_000  # bytes of weights: beyond it no browser opens the page
MOST_NUMBERS = 100_000_000  # in all maps of one picture: the page computes and keeps them, 400 MB in float32


def gather(
    subject: Subject,
    samples: Samples,
    examples: Examples | None = None,
    run: Path | None = None,
    *,
    title: str = "",
    language: str = "auto",
    limit: int = LIMIT,
) -> Payload:
    """Return the payload for `subject` with `samples` to look at.

    `examples` gives the channel cards and the errors, `run` (a run directory) the history of the training. What does
    not fit into `limit` characters is left out and named in `left_out`. The module is left as it was. Raises InputError
    for samples of another shape than the model reads, and for weights of more than 200 MB.
    """
    spec = subject.spec
    if samples.pictures.shape[1:] != spec.shape:
        raise InputError("pictures.model", got=samples.pictures.shape[1:], expected=f"{spec.shape}")
    graph = _graph(subject, samples, limit)
    channels = channels_of = errors = None
    left_out = graph.left_out
    if examples is None or not len(examples.pictures):
        left_out = (*left_out, "data")
    else:
        errors = _errors(subject, examples) if len(subject.classes) <= SHOWN else None
        if isinstance(subject.module, Net):
            shown = [graph.samples.pictures] + ([] if errors is None else [errors.mistakes.pictures])
            others = sum(map(encoded_size, (*graph.tensors.values(), *shown)))
            room = int(0.9 * (limit - others))
            channels, channels_of = channel_cards(subject.module, examples, room=room)
            fewer = min(patches_kept(subject.module.network, KEEP, room).values(), default=KEEP) < KEEP
            left_out = (*left_out, "fewer-patches") if fewer else left_out
        left_out = (*left_out, "errors") if len(subject.classes) > SHOWN else left_out
    whole = Payload(
        title=title or subject.title,
        formula="" if subject.network is None else str(subject.network.plan),
        classes=subject.classes,
        language=language,
        input=records.Input(spec.shape, spec.mean, spec.std, spec.invert, spec.centred, spec.rule),
        nodes=graph.nodes,
        tensors=graph.tensors,
        samples=graph.samples,
        figures=_figures(subject),
        maps=graph.maps,
        channels=channels,
        channels_of=channels_of,
        errors=errors,
        run=None if run is None else read_history(run),
        left_out=left_out,
        temperature=subject.temperature,
        rejection=records.Rejection.of(subject.rejection, subject.network),
        credit=_credit(examples, run),
        weights_credit=_weights_credit(subject, graph.tensors),
    )
    return reduce_to(whole, limit)


@dataclass(frozen=True, eq=False)
class _Graph:
    """The parts of a payload that say what the network is and what it makes of the samples."""

    nodes: tuple[PageNode, ...]
    tensors: Mapping[str, Array]
    samples: records.Samples
    maps: Mapping[str, Array] | None = None
    left_out: tuple[LeftOut, ...] = ()


def _graph(subject: Subject, samples: Samples, limit: int) -> _Graph:
    if subject.network is None or not isinstance(subject.module, Net):
        return _captured(subject, samples, limit)
    weights = subject.module.weights()
    if (heavy := sum(t.nbytes for t in weights.values())) > LARGEST:
        raise InputError(
            "page.large", got=phrase("page.large.got", n=f"{heavy:,}"), expected=phrase("value.most", n=f"{LARGEST:,}")
        )
    if (made := demand(subject.network).numbers) > MOST_NUMBERS:
        most = phrase("value.most.numbers", n=f"{MOST_NUMBERS:,}")
        raise InputError("page.maps", got=f"{made:,}", expected=most)
    logits = scores(subject.module, subject.scaled(samples.pictures))
    return _Graph(page_nodes(subject.network), weights, _samples(samples, logits))


def weight_characters(subject: Subject) -> int:
    """Return how many characters the weights take, which are never left out; 0 for a module that no formula
    describes, whose weights may be.
    """
    if subject.network is None or not isinstance(subject.module, Net):
        return 0
    return sum(map(encoded_size, subject.module.weights().values()))


def _captured(subject: Subject, samples: Samples, limit: int) -> _Graph:
    """Return what is known of a module that no formula describes; of fewer samples where their maps would not fit."""
    room = limit * 2 // 3
    left_out: tuple[LeftOut, ...] = ()
    one, x = subject.steps(samples.pictures[:1])
    maps = opaque.look(one, subject.spec, x, sys.maxsize)[2] or {}
    fitting = max(1, room // max(1, sum(encoded_size(m) for m in maps.values())))
    if fitting < len(samples):
        samples, left_out = samples.first(fitting), ("samples",)
    found, x = subject.steps(samples.pictures)
    logits = found[-1].output.flatten(1).float().cpu().numpy()
    boxes, tensors, made, left = opaque.look(found, subject.spec, x, room)
    return _Graph(boxes, tensors, _samples(samples, logits), made, (*left_out, *left))


def _samples(samples: Samples, logits: Array) -> records.Samples:
    torch_version = version("torch").split("+")[0]
    return records.Samples(samples.pictures, samples.labels, samples.names, logits, by=f"torch {torch_version}")


def _errors(subject: Subject, examples: Examples) -> records.Errors | None:
    if examples.labels is None:
        return None
    images = examples.pictures.images
    most = max(1, min(mistakes.MOST, mistakes.MOST_BYTES // max(1, int(np.prod(images.shape[1:])))))
    found = mistakes.find_mistakes(subject.scores(images) / subject.temperature, examples.labels, subject.classes, most)
    return records.Errors(
        confusion=tuple(map(tuple, found.evaluation.confusion.tolist())),
        n=found.evaluation.n,
        split=examples.split,
        mistakes=records.Mistakes(
            pictures=images[found.index],
            labels=tuple(found.label.tolist()),
            predicted=tuple(found.predicted.tolist()),
            probability=tuple(round(v, 6) for v in found.probability.tolist()),
            loss=tuple(round(v, 6) for v in found.loss.tolist()),
        ),
    )


def _credit(examples: Examples | None, run: Path | None) -> records.Credit | None:
    """Return whom the examples are from, or the training picture in the run's history."""
    found = None if examples is None else examples.credit
    if found is None and run is not None:
        found = credit_of_run(run)
    return None if found is None else records.Credit(*found)


def _weights_credit(subject: Subject, tensors: Mapping[str, Array]) -> records.Credit | None:
    """Return whom the weights are from, where they are others'."""
    found = credit_of_weights(subject.provenance.pretrained, tensors)
    return None if found is None else records.Credit(*found)


def _figures(subject: Subject) -> records.Figures:
    """Return what the network costs, and what its file's facts say of how it was made."""
    network = subject.network
    test = subject.provenance.test
    return records.Figures(
        parameters=sum(p.numel() for p in subject.module.parameters()) if network is None else network.parameters,
        macs=None if network is None else network.macs,
        test=None if test is None else records.TestFigures(test.accuracy, test.loss),
        train_seconds=subject.provenance.seconds,
    )
