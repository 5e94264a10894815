"""A second network on the same page, compared with the first on the same pictures: its room, and its record.

Both are computed in the page, from weights in 32, 16 or 8 bits: a comparison with boxes in it would show nothing.
"""

from __future__ import annotations

import math
from functools import partial

from ...errors import InputError, phrase
from ..features import scores
from ..subject.samples import Samples
from ..subject.subject import Subject
from .encoding import dumps, encoded_size
from .nodes import Tensors, page_nodes, renamed_nodes, renamed_tensors
from .records import Against, Figures, Input, TestFigures
from .travel import ENTRY, Travelling, difference, net_outputs, rounded, sizes

GENEROUS = 1.7  # times the weights in 8 bits: a page of this size has room for them, for pictures and for data


def share_of(second: Subject, first: Subject, samples: Samples, limit: int) -> int:
    """Return how many of `limit` characters the second network may take, by the sizes of both with the first's samples:
    where both fit as they are, neither is rounded.
    """
    sizes_of = [_characters(subject) for subject in (second, first)]
    whole = sum(sizes_of) + encoded_size(samples.pictures) + ENTRY * len(samples)
    return int(limit * sizes_of[0] / whole)


def beside(second: Subject, first: Subject, graph: Travelling, share: int, limit: int) -> Against:
    """Return the second network in the finest form that fits into `share` characters, with its scores of the samples
    that travel with `graph`, the first.

    Raises InputError where not even 8 bits fit, for either of the two: `limit` is what both have.
    """
    assert second.net is not None
    network, weights = second.net.network, second.net.weights()
    pictures = graph.samples.pictures
    nodes = page_nodes(network)
    known = _characters(second) - sizes(weights)
    for bits in (32, 16, 8):
        tensors = rounded(weights, bits)
        if sizes(tensors) + known <= share:
            break
    else:
        raise _too_large(first, second, limit)
    if "weights" in graph.left_out:
        raise _too_large(first, second, limit)
    fitted = Travelling(nodes, tensors, graph.samples, scores(second.net, pictures))
    rounding = None
    if bits < 32:
        names = [node.name for node in nodes]
        rounding = difference(second, fitted, weights, bits, partial(net_outputs, second.net, pictures), names)
    spec = second.spec
    return Against(
        title=second.title,
        formula=str(network.plan),
        input=Input(spec.shape, spec.mean, spec.std, spec.invert, spec.centred, spec.rule),
        nodes=renamed_nodes(nodes, second.names),
        tensors=renamed_tensors(tensors, second.names),
        logits=fitted.logits,
        figures=figures_of(second),
        temperature=second.temperature,
        ending=second.ending,
        rounding=rounding,
    )


def weights_of(subject: Subject) -> Tensors:
    """Return the weights of a network of the formula."""
    return {} if subject.net is None else subject.net.weights()


def _characters(subject: Subject) -> int:
    """Return how many characters a network takes as it is: its weights, and what is said of its layers."""
    weights = weights_of(subject)
    nodes = () if subject.network is None else page_nodes(subject.network)
    said = sum(len(dumps(node)) for node in nodes) + sum(map(len, subject.classes))
    return sizes(weights) + ENTRY * len(weights) + said


def _too_large(first: Subject, second: Subject, limit: int) -> InputError:
    least = sum(sizes(rounded(weights_of(subject), 8)) for subject in (first, second))
    enough = math.ceil(GENEROUS * least / 1e6) + 1
    expected = phrase("against.large.expected", megabytes=enough)
    return InputError("against.large", got=f"{limit / 1e6:.1f}", expected=expected)


def figures_of(subject: Subject) -> Figures:
    """Return what the network costs, and what its file's facts say of how it was made."""
    network = subject.network
    test = subject.provenance.test
    return Figures(
        parameters=subject.parameters if network is None else network.parameters,
        macs=None if network is None else network.macs,
        test=None if test is None else TestFigures(test.accuracy, test.loss),
        train_seconds=subject.provenance.seconds,
    )
