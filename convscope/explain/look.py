"""Looking at a network: a model and pictures in, one HTML page out. `look` is the entry point.

>>> look("runs/first", ["digit.png", "mnist"]).save("first.html")                 # doctest: +SKIP
PosixPath('first.html')
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, Phrase, UsageError, phrase
from ..foreign.telling import ForeignFile, model_or_foreign
from ..modelfile import ModelFile
from ..modelfile.other_formats import is_script, saved_by_torch
from .options import MEGABYTES, SAMPLES, LookOptions

if TYPE_CHECKING:
    from ..data.reading import Progress
    from ..page.webpage import Page
    from .payload.records import Rounding
    from .subject.samples import Samples
    from .subject.subject import Subject
    from .subject.target import Target

    Thing = Any  # a path, a name, bytes, a Dataset, a Pillow image, an array, a tensor

SLIDES = Path(__file__).parent.parent / "page" / "slides"
"""A finished run that ships with the package: what is looked at where no model is named."""


def look(
    model: Any = None,
    pictures: Thing | Sequence[Thing] | None = None,
    *,
    against: Any = None,
    classes: Sequence[str] | None = None,
    mean: Sequence[float] | float | None = None,
    std: Sequence[float] | float | None = None,
    range: str | None = None,
    bgr: bool = False,
    shape: Sequence[int] | None = None,
    output: str | int | None = None,
    formula: str | None = None,
    samples: int = SAMPLES,
    title: str = "",
    language: str = "auto",
    megabytes: float | None = None,
    data_root: str | os.PathLike[str] | None = None,
    cache: bool = True,
    progress: Progress | None = None,
) -> Page:
    """Return a page on which every number of a network is seen: save it, open it, or let a notebook show it.

    `model` is a model.onnx or a run directory (then the page has the history of the training, and finds the data
    again), a Model or the Result of a training; "slides" or nothing: a network that ships with convscope.
    `pictures` are what to show it: a picture (a file, bytes, a Pillow image, an array), a folder or a pattern of
    them, or data, or a list of these; data gives the channel cards and the errors. Of pictures at most `samples`
    are taken. `language` is "en", "ko" or "auto", and `megabytes` is how large the page may be before something is
    left out of it: 5 where it is not given, or up to 20 where the weights need it. Files of data are taken from the
    `cache` of decoded pictures; `progress` is told how many are read.

    `model` may be any torch.nn.Module too: a network of the formula is made of it where its layers are the formula's;
    of any other the page shows what Python captured, open where a layer is known and a labelled box where not. Its
    `pictures` are arrays or tensors (N, C, H, W) as it reads them; bytes, files and data are brought to 0…1 first, then
    to (x − `mean`) / `std`; `shape` (C, H, W) says what it reads where neither an array nor data of one size does.
    `classes` names its scores.

    `model` may be an ONNX file that convscope did not write, too. What it reads is what it says itself, what a file
    beside it says, or the options: `range` ("0-1", "0-255" or "-1-1") is what pictures are brought to first, then
    `mean` and `std` act, in the order of channels that it reads, with `bgr` blue, green, red. `output` names or counts
    which of several outputs is looked at.

    `model` may be weights alone, a state_dict or a file that torch.save wrote of one, with the `formula` that they
    belong to and the `shape` that it reads (1×28×28 where it is left out): tensors are matched by their names, or one
    after another, and what does not fit is said. The rest is as of a torch module.

    `against` is a second network, given as `model` is, that reads pictures of the same shape and knows the same
    classes, in the same order: the page runs both on every picture and shows where they differ. A formula must
    describe both.

    Raises InputError, UsageError or EnvironmentFault for what cannot be used. A picture that cannot be read is passed
    over as long as another can be: `Page.unread`.
    """
    options = LookOptions(
        *(classes, mean, std, range, bgr, shape, output, formula),
        *(samples, title, language, megabytes, data_root, cache, progress),
    )
    target = _target(model, pictures, options)
    return _page(target, options, None if against is None else _second(against, pictures, options, target.subject))


def _target(model: Any, pictures: Any, options: LookOptions) -> Target:
    """Open whatever `look` takes as a model, with the pictures that it is shown."""
    named = _named_model(model)
    if _are_weights(named):
        return _target_of_weights(named, pictures, options)
    for option in options.given("formula"):
        raise UsageError("look.formula", got=getattr(options, option), hint=phrase("look.formula.try"))
    # What is refused is refused before PyTorch is imported, which takes seconds.
    opened = model_or_foreign(named) if isinstance(named, (str, os.PathLike)) else named
    from .subject.target import target_of_file, target_of_module

    if _is_module(model):
        return target_of_module(model, pictures, options)
    if isinstance(opened, ForeignFile):
        from .subject.foreign_target import target_of_foreign

        return target_of_foreign(opened, pictures, options)
    return target_of_file(opened, pictures, options)


def _second(against: Any, pictures: Any, options: LookOptions, first: Subject) -> Subject:
    """Open the network that `first` is compared with. Raises InputError where the two cannot be compared."""
    from ..prediction import Model
    from .subject.comparison import require_comparable
    from .subject.subject import subject_of_model
    from .subject.target import name_of

    named = _named_model(against)
    weights = _are_weights(named)
    opened = model_or_foreign(named) if isinstance(named, (str, os.PathLike)) and not weights else named
    if isinstance(opened, (Model, ModelFile)):
        file = opened if isinstance(opened, Model) else Model(opened)
        second = subject_of_model(file, name_of(file))  # its own data is not looked for: the first's is shown to both
    else:
        second = _target(
            against, pictures, replace(options, title="", formula=options.formula if weights else None)
        ).subject
    require_comparable(first, second)
    return second


def look_empty(language: str = "auto") -> Page:
    """Return the page without a network: an ONNX file that is dropped on it, or chosen, is read by the page itself.

    `language` is "en", "ko" or "auto", the reader's own. Raises UsageError for another.
    """
    from ..page import opening, webpage

    return webpage.Page(opening.empty_html(language), webpage.file_name("own-network"), {})


def _target_of_weights(state: Any, pictures: Any, options: LookOptions) -> Target:
    """Open weights with the formula that they belong to; refused before PyTorch is imported where there is none."""
    if options.formula is None and not (not isinstance(state, Mapping) and is_script(state)):
        where = "" if isinstance(state, Mapping) else str(state)
        raise InputError("weights.formula", where=where, hint=phrase("weights.formula.try"))
    from .subject.weights_target import target_of_weights

    return target_of_weights(state, options.formula or "", pictures, options)


def _are_weights(named: Any) -> bool:
    """Return whether `named` is a state_dict, or a file that torch.save wrote."""
    return isinstance(named, Mapping) or (isinstance(named, (str, os.PathLike)) and saved_by_torch(named))


def _is_module(model: Any) -> bool:
    """Whether `model` is a torch module; torch is not imported to find out."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def _named_model(model: Any) -> Any:
    """Return what `prediction.load` takes: the shipped run for "slides" or nothing, the model file of a Result."""
    if model is None or (isinstance(model, str) and model == "slides" and not os.path.lexists(model)):
        return SLIDES
    return getattr(model, "model", model)


def _no_numbers(subject: Subject, shown: Samples) -> Iterator[Phrase]:
    """Yield a note where what the network makes of pictures is NaN or infinite, and where that begins if steps tell."""
    import numpy as np

    made = subject.scores(shown.pictures)
    bad = [i for i, one in enumerate(made) if not np.isfinite(one).all()]
    if not bad:
        return
    words = {"n": f"{len(bad):,}", "all": f"{len(made):,}"}
    steps = [] if subject.record is None else subject.record(shown.pictures[bad[:1]])[0]
    first = next((step.name for step in steps if not np.isfinite(step.output).all()), "")
    yield phrase("note.numberless.at", **words, where=first) if first else phrase("note.numberless", **words)


def _page(target: Target, options: LookOptions, against: Subject | None) -> Page:
    """Return the page: what there is to see, gathered, made to fit, and joined with the page's script and style."""
    from ..page import inline, webpage
    from .payload.gather import gather, weight_characters
    from .subject.examples import choose_examples
    from .subject.samples import gallery

    subject, inputs = target.subject, target.inputs
    examples = None if inputs.dataset is None else choose_examples(inputs.dataset, subject, target.trained_with)
    shown = gallery(subject, inputs.samples, examples, options.samples)
    weights = weight_characters(subject, shown) + (0 if against is None else weight_characters(against, shown))
    megabytes = options.page_megabytes(weights)
    limit = inline.payload_characters(megabytes)
    said = {"title": subject.title, "language": options.language}
    payload = gather(subject, shown, examples, target.run, **said, limit=limit, against=against)
    fields = payload.to_json()
    html = inline.page_html(fields)
    notes: list[Phrase] = [*target.notes]
    if payload.proof is not None:
        said = {"by": payload.proof.by, "share": f"{payload.proof.difference:.1e}", "where": payload.proof.where}
        notes.append(phrase("note.proof", **said))
    if subject.unsound:
        where = ", ".join(list(subject.unsound)[:5])
        notes.append(phrase("note.unsound", n=f"{sum(subject.unsound.values()):,}", layers=where))
    notes += _no_numbers(subject, shown)
    if payload.ending == "maps":
        notes.append(phrase("note.maps"))
    if examples is not None and examples.labels is None:
        notes.append(phrase("note.classes", name=examples.name))
    if examples is not None and examples.inverted:
        notes.append(phrase("note.inverted", n=f"{examples.inverted:,}", all=f"{len(examples.pictures):,}"))
    words = inline.dictionary("en")
    left_out = [words[inline.left_out_key(key)] for key in payload.left_out if key != "data"]
    roundings = [payload.rounding, None if payload.against is None else payload.against.rounding]
    notes += [_rounding_note(rounding) for rounding in filter(None, roundings)]
    notes += [phrase("note.left_out", part=part) for part in left_out]
    if options.megabytes is None and megabytes > MEGABYTES:
        numbers = {"weights": f"{weights / 1e6:.1f}", "megabytes": f"{megabytes:g}", "usual": f"{MEGABYTES:g}"}
        notes.append(phrase("note.megabytes", **numbers))
    if len(html) > megabytes * 1e6:
        notes.append(phrase("note.large", megabytes=f"{len(html) / 1e6:.1f}"))
    return webpage.Page(html, webpage.file_name(target.name), fields, tuple(map(str, notes)), inputs.unread)


def _rounding_note(rounding: Rounding) -> Phrase:
    counts = {"bits": rounding.bits, "n": rounding.n}
    if rounding.where:
        return phrase("note.rounding.layers", **counts, share=f"{rounding.share:.2%}", where=rounding.where)
    moved = {"score": f"{rounding.score:.3g}", "probability": f"{rounding.probability:.2%}"}
    return phrase("note.rounding", **counts, **moved, changed=rounding.changed)
