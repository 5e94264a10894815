"""A small payload, of the shape that convscope.explain makes, for tests of the page."""

from __future__ import annotations

from typing import Any

from convscope.explain.payload import gather
from convscope.explain.subject.samples import blank
from convscope.explain.subject.subject import subject_of_net
from convscope.nn import build, load_weights
from tests.samples import TINY, sample


def small_payload(plan: str = TINY, /, **changes: Any) -> dict[str, Any]:
    """Return the payload of a network with random weights and one blank picture, with `changes` to its keys."""
    network, spec, weights, classes = sample(plan)
    net = load_weights(build(network, spec), weights).eval()
    return {**gather.gather(subject_of_net(net, classes), blank(spec.shape, spec.mean)).to_json(), **changes}
