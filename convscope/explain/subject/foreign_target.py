"""A foreign ONNX file to look at: opened, its preprocessing found, its pictures read."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np

from ...data.dataset import Dataset
from ...errors import phrase
from ...foreign.preprocessing import Asked, reading_spec, within
from ...foreign.reading import Foreign, open_foreign
from ...foreign.telling import ForeignFile
from ..options import LookOptions
from .inputs import each_input, sort_inputs
from .module_input import infer_input
from .subject import Floats, Pixels, Recorded, subject_of_steps
from .target import Target, said_of, trial


def target_of_foreign(read: ForeignFile, pictures: Any, options: LookOptions) -> Target:
    """Open a foreign file: what it reads is what it says itself, what lies beside it, or what the options say.

    Raises ConvscopeError for a file that is refused, and where nothing tells what it reads.
    """
    things = list(each_input(pictures))
    sizes = [t.shape for t in things if isinstance(t, (np.ndarray, Dataset))]
    known = options.shape or next((shape for shape in sizes if len(shape) == 3), None)
    file = open_foreign(read, known, options.output, options.bgr)
    if any(isinstance(t, np.ndarray) and t.dtype.kind == "f" for t in things):  # as the graph reads them already
        spec, things, notes = infer_input(pictures, options)
    else:
        spec, notes = reading_spec(file, Asked(options.mean, options.std, options.range, options.bgr))
    own = within(spec, file)
    feed = _Feed(file, spec)
    classes = tuple(options.classes or next((t.classes for t in things if hasattr(t, "classes")), file.facts.classes))
    inputs = sort_inputs(things, own, classes, options)
    by = f"ONNX Runtime {version('onnxruntime')}"
    title = options.title or read.path.stem
    tried = trial(inputs, own)
    if classes and not options.classes and len(classes) != feed.run(tried[:1]).reshape(1, -1).shape[1]:
        classes = ()  # of what lies beside it by chance
    subject = subject_of_steps(feed.record, feed.run, own, tried, classes or None, title, by, own_names=True)
    if file.graph.opened.cast:
        notes = (*notes, phrase("foreign.cast"))
    if file.quantised:
        notes = (*notes, phrase("foreign.rounded") if file.rounds else phrase("foreign.quantised"))
    if len(file.outputs) > 1 and options.output is None:
        notes = (
            *notes,
            phrase("foreign.outputs", n=f"{len(file.outputs)}", name=file.output, names=_few(file.outputs)),
        )
    if inputs.samples is None and inputs.dataset is None:
        notes = (*notes, phrase("note.blank"))
    return Target(subject, inputs, None, read.path.stem, (*notes, *said_of(inputs)))


class _Feed:
    """Pictures as the page keeps them, brought to what the graph reads."""

    def __init__(self, file: Foreign, spec: Any) -> None:
        self.file = file
        self.mean, self.std = (np.array(v, np.float32).reshape(-1, 1, 1) for v in (spec.mean, spec.std))

    def run(self, pictures: Pixels) -> Floats:
        """Return what the graph gives, (n, …)."""
        return self.file.scores((pictures - self.mean) / self.std)

    def record(self, pictures: Pixels) -> Recorded:
        """Return the graph's steps, and what the first of them reads."""
        return self.file.steps((pictures - self.mean) / self.std)


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
