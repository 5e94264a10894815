"""What `convscope --help` prints, written down once, so that no parser has to be made for it."""

from __future__ import annotations

VERBS = {
    "describe": "the shapes, parameters, MACs and receptive fields of a formula",
    "train": "train a network and write its model file",
    "evaluate": "accuracy, loss and confusion matrix on labelled pictures",
    "predict": "which class is in each picture",
    "look": "every number of a network in one HTML file",
    "lab": "the lecture's chapters and a workbench, in the browser",
    "info": "what a model file says of itself, verified",
}

_TEXT = """\
usage: convscope [-h] [--version] VERB ...

A see-through CNN workbench: describe a network in one line, train it in
seconds, look inside it, ship it as one file.

verbs (convscope VERB --help tells more):
{verbs}

options:
  -h, --help  show this help message and exit
  --version   print the version and leave
"""


def overview() -> str:
    """Return the help of the whole command, a line a verb."""
    return _TEXT.format(verbs="\n".join(f"  {name:<10}{about}" for name, about in VERBS.items()))
