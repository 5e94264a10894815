"""Where a notebook shows what changes while a cell runs: one output, replaced again and again, its last state kept."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

Show = Callable[[object], None]


def live_output() -> Show | None:
    """Return what shows a value below the running cell, each in place of the one before, or None outside of notebooks.

    Jupyter, VS Code and Colab by IPython's displays, whose last state is stored in the notebook; marimo by a cell's
    output. Neither is imported unless the notebook has done so already.
    """
    marimo: Any = sys.modules.get("marimo")
    if marimo is not None and marimo.running_in_notebook():
        return lambda value: marimo.output.replace(value)
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if getattr(shell, "kernel", None) is None:  # no shell, or one in a terminal, which shows text alone
        return None
    return _IPythonOutput()


class _IPythonOutput:
    def __init__(self) -> None:
        self._handle: Any = None

    def __call__(self, value: object) -> None:
        if self._handle is None:
            self._handle = import_module("IPython.display").display(value, display_id=True)
        else:
            self._handle.update(value)
