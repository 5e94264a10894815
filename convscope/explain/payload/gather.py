"""Everything that a page shows, gathered: subject, samples and data in, a `Payload` that fits out."""

from __future__ import annotations

from dataclasses import replace
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
from ..features import feature_maps, scores
from ..imported import opaque
from ..subject.examples import Examples
from ..subject.noise import noise
from ..subject.samples import Samples
from ..subject.subject import Proof, Subject
from . import records
from .against import beside, figures_of, share_of
from .channels import KEEP, channel_cards, patches_kept
from .encoding import Array, encoded_size
from .history import read_history
from .nodes import page_nodes, renamed
from .records import LeftOut, Payload
from .size import reduce_to
from .travel import Travelling, fit, net_outputs

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
    against: Subject | None = None,
) -> Payload:
    """Return the payload for `subject` with `samples` to look at; `against` is the network that it is compared with.

    `examples` gives the channel cards and the errors, `run` (a run directory) the history of the training. What does
    not fit into `limit` characters is rounded or left out: `rounding` and `left_out` say so. The module is left as it
    was. Raises InputError for samples of another shape than the model reads.
    """
    spec = subject.spec
    if samples.pictures.shape[1:] != spec.shape:
        raise InputError("pictures.model", got=samples.pictures.shape[1:], expected=f"{spec.shape}")
    alone = run is None and (examples is None or not len(examples.pictures))
    room = limit if alone else int(SHARE * limit)
    share = 0 if against is None else share_of(against, subject, samples, room)
    graph, proof = _travelling(subject, samples, room - share)
    second = None if against is None else beside(against, subject, graph, share, limit)
    channels = channels_of = errors = None
    left_out = graph.left_out
    if examples is None or not len(examples.pictures):
        left_out = (*left_out, "data")
    else:
        soft = subject.ending not in ("sigmoid", "maps")  # the loss and the confusion are of one class a picture
        errors = _errors(subject, examples) if len(subject.classes) <= SHOWN and soft else None
        if subject.net is not None:
            shown = [graph.samples.pictures, *graph.maps.values()] + (
                [] if errors is None else [errors.mistakes.pictures]
            )
            others = share + sum(map(encoded_size, (*graph.tensors.values(), *shown)))
            room = int(0.9 * (limit - others))
            channels, channels_of = channel_cards(subject.net, examples, room=room)
            fewer = min(patches_kept(subject.net.network, KEEP, room).values(), default=KEEP) < KEEP
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
        samples=_samples(graph.samples, graph.logits, subject.by),
        figures=_figures(subject, graph),
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
        ending=subject.ending,
        proof=None if proof is None else records.Proof(proof.difference, proof.where, proof.by, proof.rounded),
        names=subject.called,
        against=second,
    )
    return reduce_to(renamed(whole, subject.names), limit)


def _figures(subject: Subject, graph: Travelling) -> records.Figures:
    """Return what the network costs; of one without a formula the multiplications too, where every layer is known."""
    figures = figures_of(subject)
    if figures.macs is not None or any(node.kind == "opaque" and not node.macs for node in graph.nodes):
        return figures
    return replace(figures, macs=sum(node.macs for node in graph.nodes))


def _travelling(subject: Subject, samples: Samples, limit: int) -> tuple[Travelling, Proof | None]:
    """Return the network as it fits into `limit` characters, with what opaque nodes made of the samples, and how far
    our layers are from those of the network's own runtime.
    """
    net = subject.net
    if net is None:
        return _captured(subject, samples, limit)
    if (made := demand(net.network).numbers) > MOST_NUMBERS:
        most = phrase("value.most.numbers", n=f"{MOST_NUMBERS:,}")
        raise InputError("page.maps", got=f"{made:,}", expected=most)
    logits = scores(net, samples.pictures)
    whole = Travelling(page_nodes(net.network), net.weights(), samples, logits)
    compute = partial(net_outputs, net, samples.pictures)
    return fit(whole, subject, partial(feature_maps, net, samples.pictures), compute, limit), subject.proof


def weight_characters(subject: Subject, samples: Samples) -> int:
    """Return how many characters the weights take as they are."""
    if subject.net is not None:
        return sum(map(encoded_size, subject.net.weights().values()))
    found, _ = subject.steps(samples.pictures[:1])
    return sum(encoded_size(tensor) for step in found for tensor in step.tensors.values())


def _captured(subject: Subject, samples: Samples, limit: int) -> tuple[Travelling, Proof | None]:
    """Return what is known of a network that no formula describes; of fewer samples where memory would not do.

    Its layers are judged by what they make of noise as well, which is not shown.
    """
    one, _ = subject.steps(samples.pictures[:1])
    fitting = max(2, MOST_BYTES // max(1, sum(step.output.nbytes for step in one))) - 1
    pictures = np.concatenate([samples.pictures[:fitting], noise(subject.spec.shape)])
    found, x = subject.steps(pictures)
    last = found[-1].output[: len(pictures) - 1]
    logits = np.zeros((len(last), 0)) if subject.ending == "maps" else last.reshape(len(last), -1)
    shown = opaque.look(found, subject.spec, x).first(len(last))
    maps = {node.name: shown.outputs[node.name] for node in shown.nodes if node.kind == "opaque"}
    left: tuple[LeftOut, ...] = ("samples",) if fitting < len(samples) else ()
    kept = samples.first(fitting)
    whole = Travelling(shown.nodes, shown.tensors, kept, logits.astype(np.float32), maps, left_out=left)
    proof = Proof(shown.difference, shown.where, subject.by, shown.rounded) if shown.where else None
    outputs = lambda names: {name: shown.outputs[name] for name in names}  # noqa: E731
    return fit(whole, subject, outputs, shown.compute, limit), proof


def _samples(samples: Samples, logits: Array, by: str) -> records.Samples:
    by = by or f"torch {version('torch').split('+')[0]}"
    return records.Samples(samples.pictures, samples.labels, samples.names, logits, by=by)


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
    weights = {} if subject.net is None else subject.net.weights()
    found = credit_of_weights(subject.provenance.pretrained, weights)
    return None if found is None else records.Credit(*found)
