"""Attention written out in calls, as one step: the layers before it and after it stay what they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ...foreign.attention import Part, attentions
from ...foreign.step import PICTURE, Step


def gathered(steps: Sequence[Step]) -> list[Step]:
    """Return the steps with every attention as one box, which has the parameters of all that it stands for."""
    found = {one.end: one for one in attentions([_part(step) for step in steps])}
    within = {at for one in found.values() for at in one.within}
    places, made = {PICTURE: PICTURE}, list[Step]()
    for i, step in enumerate(steps):
        if i in within:
            continue
        one = found.get(i)
        if one is not None:
            shares = steps[one.softmax].output.shape
            heads = f"(heads={shares[1]})" if len(shares) == 4 else ""
            parameters = sum(steps[at].parameters for at in {*one.within, i})
            step = Step(step.name, f"attention{heads}", one.sources, step.output, None, {}, parameters)
        places[i] = len(made)
        made.append(replace(step, sources=tuple(places[source] for source in step.sources)))
    return made


def _part(step: Step) -> Part:
    kind = re.split(r"[(\[]", step.label.lower().replace("_", ""))[0]
    tokens = step.output.ndim == 4 and step.output.shape[3] == 1
    return Part(kind, step.sources, len(step.tensors), tokens)
