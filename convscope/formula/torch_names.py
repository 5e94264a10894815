"""Words of torch that people write in a formula, and what a formula says in their place."""

from __future__ import annotations

from ..errors import Said, phrase
from .kinds import LAYERS

_KINDS = {  # torch's classes, in lower case, that are not simply a kind's name without its underscore
    "conv2d": "conv",
    "linear": "fc",
    "maxpool2d": "maxpool",
    "avgpool2d": "avgpool",
    "adaptiveavgpool2d": "gap",
    "batchnorm1d": "bn",
    "batchnorm2d": "bn",
    "dropout2d": "dropout",
    **{name.replace("_", ""): name for name in LAYERS},
}


def hint(name: str) -> Said:
    """Return what to write instead of `name`, as it stands in a formula; "" where it is none of torch's words.

    >>> str(hint("nn.Conv2d"))
    'say conv(channels, kernel), such as conv(16, 3) or conv(16, 3, stride=2, pad=1)'
    """
    last = name.rpartition(".")[2].lower().replace("_", "")
    if last in ("softmax", "logsoftmax"):
        return phrase("layer.softmax.try")
    kind = LAYERS.get(_KINDS.get(last, ""))
    if kind is None:
        return ""
    from .kinds.usage import usage  # only mistakes pay for it

    called = usage(kind)[0]
    if kind.example:
        return phrase("layer.torch.example.try", layer=called, example=kind.example)
    return phrase("layer.torch.try", layer=called)
