"""Words of torch that people write in a formula, and what a formula says in their place."""

from __future__ import annotations

from ..errors import Said, phrase
from .kinds import LAYERS

_KINDS = {  # torch's classes, in lower case, that are not simply a kind's name without its underscore
    "conv2d": "conv",
    "linear": "fc",
    "maxpool2d": "maxpool",
    "avgpool2d": "avgpool",
    "adaptiveavgpool2d": "adaptive_avgpool",
    "batchnorm1d": "bn",
    "batchnorm2d": "bn",
    "dropout2d": "dropout",
    **{name.replace("_", ""): name for name in LAYERS},
}


_ENDS = ("softmax", "logsoftmax")


def hints() -> dict[str, Said]:
    """Return what to write instead of each of torch's words, in lower case without underscores: for the page."""
    return {word: hint(word) for word in (*_KINDS, *_ENDS)}


def hint(name: str) -> Said:
    """Return what to write instead of `name`, without the modules before it; "" where it is none of torch's words.

    >>> str(hint("Conv2d"))
    'say conv(channels, kernel), such as conv(16, 3) or conv(16, 3, stride=2, pad=1)'
    """
    word = name.lower().replace("_", "")
    if word in _ENDS:
        return phrase("layer.softmax.try")
    kind = LAYERS.get(_KINDS.get(word, ""))
    if kind is None:
        return ""
    from .kinds.usage import usage  # only mistakes pay for it

    called = usage(kind)[0]
    if kind.example:
        return phrase("layer.torch.example.try", layer=called, example=kind.example)
    return phrase("layer.torch.try", layer=called)
