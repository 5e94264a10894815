"""Everything that a page shows, gathered: subject, samples and data in, a `Payload` that fits out."""

from __future__ import annotations

from functools import partial
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
from ..features import feature_maps, scores
from ..imported import opaque
from ..subject.examples import Examples
from ..subject.samples import Samples
from ..subject.subject import Subject
from . import records
from .channels import KEEP, channel_cards, patches_kept
from .encoding import Array, encoded_size
from .history import read_history
from .nodes import page_nodes
from .records import LeftOut, Payload
from .size import reduce_to
from .travel import Travelling, fit

LIMIT = 4_300_000  # characters; with the page itself it then stays below 5 MB
SHARE = 4 / 5  # of all characters: the network and its samples, where there is more to show
MOST_BYTES = 1_000_000_000  # of what every step of a module made of its samples: memory, while they are gathered
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
    not fit into `limit` characters is rounded or left out: `rounding` and `left_out` say so. The module is left as it
    was. Raises InputError for samples of another shape than the model reads.
    """
    spec = subject.spec
    if samples.pictures.shape[1:] != spec.shape:
        raise InputError("pictures.model", got=samples.pictures.shape[1:], expected=f"{spec.shape}")
    alone = run is None and (examples is None or not len(examples.pictures))
    graph = _travelling(subject, samples, limit if alone else int(SHARE * limit))
    channels = channels_of = errors = None
    left_out = graph.left_out
    if examples is None or not len(examples.pictures):
        left_out = (*left_out, "data")
    else:
        errors = _errors(subject, examples) if len(subject.classes) <= SHOWN else None
        if isinstance(subject.module, Net):
            shown = [graph.samples.pictures, *graph.maps.values()] + (
                [] if errors is None else [errors.mistakes.pictures]
            )
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
        samples=_samples(graph.samples, graph.logits),
        figures=_figures(subject),
        maps=graph.maps or None,
        channels=channels,
        channels_of=channels_of,
        errors=errors,
        run=None if run is None else read_history(run),
        left_out=left_out,
        temperature=subject.temperature,
        rejection=records.Rejection.of(subject.rejection, subject.network),
        credit=_credit(examples, run),
        weights_credit=_weights_credit(subject),
        rounding=graph.rounding,
    )
    return reduce_to(whole, limit)


def _travelling(subject: Subject, samples: Samples, limit: int) -> Travelling:
    """Return the network as it fits into `limit` characters, with what opaque nodes made of the samples."""
    if subject.network is None or not isinstance(subject.module, Net):
        return _captured(subject, samples, limit)
    net = subject.module
    if (made := demand(net.network).numbers) > MOST_NUMBERS:
        most = phrase("value.most.numbers", n=f"{MOST_NUMBERS:,}")
        raise InputError("page.maps", got=f"{made:,}", expected=most)
    logits = scores(net, subject.scaled(samples.pictures))
    whole = Travelling(page_nodes(net.network), net.weights(), samples, logits)
    return fit(whole, subject, partial(feature_maps, net, samples.pictures), limit)


def weight_characters(subject: Subject) -> int:
    """Return how many characters the weights take as they are."""
    if isinstance(subject.module, Net):
        return sum(map(encoded_size, subject.module.weights().values()))
    return -(-16 * sum(p.numel() for p in subject.module.parameters()) // 3)


def _captured(subject: Subject, samples: Samples, limit: int) -> Travelling:
    """Return what is known of a module that no formula describes; of fewer samples where memory would not do."""
    one, _ = subject.steps(samples.pictures[:1])
    fitting = max(1, MOST_BYTES // max(1, sum(step.output.nbytes for step in one)))
    found, x = subject.steps(samples.pictures[:fitting])
    logits = found[-1].output.flatten(1).float().cpu().numpy()
    nodes, tensors, outputs = opaque.look(found, subject.spec, x)
    maps = {node.name: outputs[node.name] for node in nodes if node.kind == "opaque"}
    left: tuple[LeftOut, ...] = ("samples",) if fitting < len(samples) else ()
    whole = Travelling(nodes, tensors, samples.first(fitting), logits, maps, left_out=left)
    return fit(whole, subject, lambda names: {name: outputs[name] for name in names}, limit)


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


def _weights_credit(subject: Subject) -> records.Credit | None:
    """Return whom the weights are from, where they are others'."""
    weights = subject.module.weights() if isinstance(subject.module, Net) else {}
    found = credit_of_weights(subject.provenance.pretrained, weights)
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
