"""Looking at a network: a model and pictures in, one HTML page out. `look` is the front door.

>>> look("runs/first", ["digit.png", "mnist"]).save("first.html")                 # doctest: +SKIP
PosixPath('first.html')
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import data
from ..errors import ConvscopeError, UsageError, printable
from ..prediction import Model, load

if TYPE_CHECKING:
    from ..data import Dataset
    from ..page.webpage import Page
    from ..pictures.input_spec import InputSpec
    from .subject.given import Given
    from .subject.material import Material
    from .subject.samples import Samples
    from .subject.subject import Subject

    Thing = Any  # a path, a name, bytes, a Dataset, a Pillow image, an array, a tensor

SLIDES = Path(__file__).parent.parent / "page" / "slides"
"""A finished run that ships with the package: what is looked at where no model is named."""

SAMPLES, MEGABYTES = 20, 5.0
LANGUAGES = ("auto", "en", "ko")
LOST = "no channel cards and no errors"


def look(
    model: Any = None,
    pictures: Thing | Sequence[Thing] | None = None,
    *,
    classes: Sequence[str] | None = None,
    mean: Sequence[float] | float | None = None,
    std: Sequence[float] | float | None = None,
    shape: Sequence[int] | None = None,
    samples: int = SAMPLES,
    title: str = "",
    language: str = "auto",
    megabytes: float = MEGABYTES,
    data_root: str | os.PathLike[str] | None = None,
) -> Page:
    """Return a page on which every number of a network is seen: save it, open it, or let a notebook show it.

    `model` is a model.onnx or a run directory (then the page has the history of the training, and finds the data
    again), a Model or the Result of a training; "slides" or nothing: a network that ships with convscope. `pictures`
    are what to show it: a picture or data (see `see.given.sort`), or a list of them; data gives the channel cards and
    the errors. Of pictures at most `samples` are taken. `language` is "en", "ko" or "auto", and `megabytes` is how
    large the page may be before something is left out of it.

    `model` may be any torch.nn.Module too: a network of the formula is made of it where its layers are the formula's;
    of any other the page shows what Python captured, open where a layer is known and a labelled box where not. Its
    `pictures` are arrays or tensors (N, C, H, W) as it reads them; bytes, files and data are brought to 0…1 first, then
    to (x − `mean`) / `std`; `shape` (C, H, W) says what it reads where no array does. `classes` names its scores.

    Raises InputError, UsageError or EnvironmentFault for what cannot be used. A picture that cannot be read is passed
    over as long as another can be: `Page.unread`.
    """
    if type(samples) is not int or not 1 <= samples <= 1000:
        raise UsageError("samples must be a whole number from 1 to 1,000", got=samples)
    if not isinstance(megabytes, (int, float)) or not 0.1 <= megabytes <= 1000:
        raise UsageError("megabytes must be a number from 0.1 to 1,000", got=megabytes)
    if language not in LANGUAGES:
        raise UsageError("no such language", got=language, expected=", ".join(LANGUAGES))
    notes: list[str] = []
    if _is_module(model):
        subject, given = _module(model, pictures, (classes, mean, std, shape), samples, title, data_root, notes)
        run, name = None, title or subject.title
    else:
        for option, value in (("classes", classes), ("mean", mean), ("std", std), ("shape", shape)):
            if value is not None:
                raise UsageError(f"a model file knows its own {option}", hint=f"leave {option} out")
        file, run = _model(model)
        name = _name(file, run)
        given = _sorted(pictures, file.spec, file.classes, samples, data_root, notes)
        if given.dataset is None:
            given = replace(given, dataset=_own_data(file, run, notes))
        from .subject.subject import of_model

        subject = of_model(file, title or name)
    return _page(subject, given, run, name, samples, language, megabytes, notes)


def _page(
    subject: Subject,
    given: Given,
    run: Path | None,
    name: str,
    most: int,
    language: str,
    megabytes: float,
    notes: list[str],
) -> Page:
    """Return the page of a subject with what was given."""
    from ..page import inline, webpage
    from .payload import gather

    material = _material(subject, given.dataset, notes)
    shown = _samples(subject, given.samples, material, most)
    limit = inline.room(megabytes)
    made = gather.gather(subject, shown, material, run, title=subject.title, language=language, limit=limit)
    payload = made.to_json()
    html = inline.page_html(payload)
    words = inline.dictionary("en")
    notes += [f"left out: {words[inline.left_out_key(key)]}" for key in made.left_out if key != "data"]
    if len(html) > megabytes * 1e6:
        notes.append(f"the page has {len(html) / 1e6:.1f} MB: weights and pictures are never left out")
    return webpage.Page(html, webpage.file_name(name), payload, tuple(notes), given.unread)


def _is_module(model: Any) -> bool:
    """Whether `model` is a torch module; torch is not imported to find out."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def _module(
    module: Any, pictures: Any, options: tuple[Any, ...], most: int, title: str, data_root: Any, notes: list[str]
) -> tuple[Subject, Given]:
    """Return a torch module as a subject, and what was given to show it."""
    from ..build import Net
    from .imported import reads
    from .subject import given, samples
    from .subject.subject import of_module

    classes, mean, std, shape = options
    if isinstance(module, Net):
        if (mean, std, shape) != (None, None, None):
            raise UsageError("a convscope network knows its own mean, std and shape", hint="leave them out")
        spec, things = module.spec, list(given.each(pictures))
    else:
        spec, things, told = reads.spec_for(pictures, shape, mean, std)
        notes += told
    named = tuple(classes or next((t.classes for t in things if hasattr(t, "classes")), ()))
    found = _sorted(things, spec, named, most, data_root, notes)
    tried = found.samples.pictures if found.samples else found.dataset.train.images[:1] if found.dataset else None
    if tried is None:
        tried = samples.blank(spec.shape, spec.mean).pictures
    subject = of_module(module, spec, tried, named or None, title)
    if found.dataset is None:
        notes.append(f"{LOST}: no data was given")
    return subject, found


def _sorted(things: Any, spec: InputSpec, classes: Sequence[str], most: int, data_root: Any, notes: list[str]) -> Given:
    from .subject import given

    found = given.sort(things, spec, classes, most, data_root)
    if found.more:
        notes.append(f"{found.more:,} more pictures were given than are shown; --samples takes up to 1,000")
    return found


def _model(model: Any) -> tuple[Model, Path | None]:
    """Return the model file that `model` means, and the run directory it is in."""
    if model is None or (isinstance(model, str) and model == "slides" and not os.path.lexists(model)):
        return load(SLIDES), SLIDES
    if not isinstance(model, Model):
        model = load(getattr(model, "model", model))  # a Result knows where its model is
    folder = model.file.path.parent
    inside = model.file.path.name == "model.onnx" and (folder / "run.json").is_file()
    return model, folder if inside else None


def _name(file: Model, run: Path | None) -> str:
    """Return what the model is called: its run, or its file."""
    return (run or file.file.path.with_suffix("")).resolve().name


def _own_data(file: Model, run: Path | None, notes: list[str]) -> Dataset | None:
    """Return the data that the model was trained on, found again; None, with a note that says why, where it is not
    there.
    """
    from ..runs import directory
    from ..training import settings

    told = (file.facts.get("training") or {}).get("data") or {}
    try:
        if run is not None:
            source = directory.read_settings(run)["data"]
        else:
            source = {"name": told.get("set"), "size": None, "data_root": None}
            if source["name"] not in data.NAMES:
                notes.append(f"{LOST}: no data was given, and the model file does not hold any")
                return None
        if source["name"] is None:
            notes.append(f"{LOST}: the run was trained on arrays in memory; give them as data")
            return None
        dataset = settings.load(source)
    except (ConvscopeError, KeyError, TypeError) as error:
        reason = error.line() if isinstance(error, ConvscopeError) else f"run.json does not say which data ({error})"
        notes.append(f"{LOST}: the data that it was trained on is not to be had ({reason})")
        return None
    if dataset.fingerprint != told.get("fingerprint"):
        notes.append(
            f"{LOST}: {printable(dataset.name)} is no longer the data that it was trained on; give it as data to use "
            f"it all the same"
        )
        return None
    return dataset


def _material(subject: Subject, dataset: Dataset | None, notes: list[str]) -> Material | None:
    from .subject import material

    if dataset is None:
        return None
    made = material.of_dataset(dataset, subject.classes, subject.fact("training", "data"))
    if made.labels is None:
        notes.append(f"no errors: {printable(dataset.name)} has classes that the model does not know")
    return made


def _samples(subject: Subject, given: Samples | None, material: Material | None, most: int) -> Samples:
    """Return the pictures given, then those of the data while there is room; without either a blank one."""
    from .subject import samples

    if material is not None and (room := most - len(given or ())) > 0:
        own = samples.choose(material.pictures, material.labels, subject.classes, room)
        return own if given is None else samples.joined(given, own)
    if given is not None:
        return given
    return samples.blank(subject.spec.shape, subject.spec.mean)
