"""What is looked at and what with: a model file or a torch module, opened, and the inputs it is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import nn

from ...data.run_data import RunData
from ...errors import Phrase, UsageError, phrase
from ...modelfile import ModelFile
from ...nn import Net
from ...pictures.input_spec import InputSpec
from ...prediction import Model
from ..imported.chosen import in_single
from ..options import OF_OTHERS, LookOptions
from . import samples
from .inputs import Inputs, each_input, sort_inputs
from .module_input import infer_input
from .noise import noise
from .rounding import proof_of
from .subject import Subject, subject_of_model, subject_of_module
from .training_data import find_training_data


@dataclass(frozen=True, eq=False)
class Target:
    """`run`: the run directory that the model lies in, None where it lies in none. `name`: what its page's file is
    called. `notes`: a sentence each on what the page will lack. `trained_with`: the run's own data, if it is looked at.
    """

    subject: Subject
    inputs: Inputs
    run: Path | None
    name: str
    notes: tuple[Phrase, ...]
    trained_with: RunData | None = None


def target_of_file(model: ModelFile | Model, pictures: Any, options: LookOptions) -> Target:
    """Look at a model file that was read, or a Model. Its own data is found again unless other was given.

    Raises ConvscopeError for what cannot be opened, and for options that a model file knows by itself.
    """
    for option in options.given(*OF_OTHERS):
        raise UsageError("look.option", option=option, hint=phrase("look.option.try", option=option))
    file = model if isinstance(model, Model) else Model(model)
    run, name = run_of(file), name_of(file)
    inputs = sort_inputs(pictures, file.spec, file.classes, options)
    notes, trained_with = said_of(inputs), None
    if inputs.dataset is None:
        dataset, trained_with, note = find_training_data(file, run, options)
        inputs, notes = replace(inputs, dataset=dataset), (*notes, *note)
    subject = subject_of_model(file, options.title or name)
    if file.file.quantised:
        assert subject.net is not None  # a model file's always is
        subject = replace(subject, proof=proof_of(file, subject.net, trial(inputs, file.spec)))
        notes = (phrase("foreign.rounded"), *notes)
    return Target(subject, inputs, run, name, notes, trained_with)


def run_of(file: Model) -> Path | None:
    """Return the run directory that a model file lies in, None where it lies in none."""
    folder = file.file.path.parent
    return folder if file.file.path.name == "model.onnx" and (folder / "run.json").is_file() else None


def name_of(file: Model) -> str:
    """Return what a model file is called: as its run directory, or as the file."""
    return (run_of(file) or file.file.path.with_suffix("")).resolve().name


def target_of_module(module: nn.Module, pictures: Any, options: LookOptions) -> Target:
    """Open a torch module: what it reads is inferred from the pictures, or said by the options.

    Raises ConvscopeError where that cannot be inferred, or the module cannot read them.
    """
    notes: tuple[Phrase, ...] = ()
    if isinstance(module, Net):
        if options.given("mean", "std", "shape"):
            raise UsageError("look.network", hint=phrase("look.network.try"))
        spec, things = module.spec, list(each_input(pictures))
    else:
        spec, things, notes = infer_input(pictures, options)
        given, module = module, in_single(module)
        notes = notes if module is given else (*notes, phrase("foreign.cast"))
    classes = tuple(options.classes or next((t.classes for t in things if hasattr(t, "classes")), ()))
    inputs = sort_inputs(things, spec, classes, options)
    subject = subject_of_module(module, spec, trial(inputs, spec), classes or None, options.title, options.output)
    lost = () if inputs.dataset is not None else (phrase("note.data.module"),)
    return Target(subject, inputs, None, options.title or subject.title, (*notes, *said_of(inputs), *lost))


def trial(inputs: Inputs, spec: InputSpec) -> samples.Pixels:
    """Return the pictures that a module is tried on: noise where it is shown none."""
    if inputs.samples is not None:
        return inputs.samples.pictures
    return noise(spec.shape) if inputs.dataset is None else inputs.dataset.train.images[:1]


def said_of(inputs: Inputs) -> tuple[Phrase, ...]:
    """Return what to know of the pictures that were given."""
    surplus = (phrase("note.surplus", n=f"{inputs.more:,}"),) if inputs.more else ()
    return (*surplus, *inputs.notes)
