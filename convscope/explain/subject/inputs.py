"""What a network is shown, of any kind: labelled data, and pictures as the model reads them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ... import data
from ...data.dataset import Dataset
from ...data.disk_tree import folder_source
from ...data.folder_layout import survey
from ...data.idx_files import has_idx
from ...data.resize_dataset import fitted
from ...data.sources import FILES
from ...errors import InputError, Phrase, UsageError, phrase
from ...pictures.decoding_pool import decode_in_order
from ...pictures.formats import SUFFIXES
from ...pictures.input_spec import InputSpec
from ...pictures.legibility import legibility_notes
from ...pictures.preprocessing import Preprocessed, check_one_reading, preprocess
from ...pictures.search import is_pattern, pictures_in
from ..options import LookOptions
from .samples import Samples


@dataclass(frozen=True, eq=False)
class Inputs:
    """`dataset`: the labelled data, if any was given. `samples`: the pictures, None without any. `unread`: why some are
    missing. `more`: how many pictures were given beyond those taken. `notes`: what the network can't read well."""

    dataset: Dataset | None
    samples: Samples | None
    unread: tuple[InputError, ...] = ()
    more: int = 0
    notes: tuple[Phrase, ...] = ()


def sort_inputs(given: Any, spec: InputSpec, classes: Sequence[str], options: LookOptions) -> Inputs:
    """Sort what was given, one thing or a list of things, into data and pictures. Of pictures at most `options.samples`
    are read.

    A thing is a Dataset; a name such as "mnist", an IDX folder or a folder with one sub-folder for each of the model's
    classes, an archive, table or arrays in a file: data too; any other folder, a file's path or bytes, a pattern, a
    Pillow image, an array (H, W), (C, H, W) or (H, W, C): pictures; an array (N, C, H, W): N of them. Data is brought
    to the model's size and channels.

    Raises UsageError for more than one data set, InputError if pictures were given and none can be read, or if one
    array could be one picture or three.
    """
    if isinstance(given, np.ndarray):
        check_one_reading(spec, given)
    sets: list[Any] = []
    pictures: list[Any] = []
    for thing in each_input(given):
        word = isinstance(thing, (str, os.PathLike))
        labelled = isinstance(thing, Dataset) or (word and names_data(os.fspath(thing), classes))
        (sets if labelled else pictures).append(thing)
    if len(sets) > 1:
        raise UsageError("look.data", got=" and ".join(getattr(s, "name", None) or str(s) for s in sets))
    named = [picture for thing in pictures for picture in _named(thing)]
    dataset = _loaded(sets[0], spec, options) if sets else None
    return _read(named, spec, options.samples, dataset) if named else Inputs(dataset, None)


def _read(pictures: list[tuple[str, Any]], spec: InputSpec, most: int, dataset: Dataset | None) -> Inputs:
    read: list[Preprocessed] = []
    names: list[str] = []
    unread: list[InputError] = []
    more = 0
    sources = [picture for _, picture in pictures]
    for i, result in enumerate(decode_in_order(lambda picture: preprocess(spec, picture), sources)):
        if len(read) == most:
            more = len(pictures) - i
            break
        if isinstance(result, InputError):
            unread.append(result)
        else:
            read.append(result)
            names.append(pictures[i][0] or f"#{i}")
    if not read:
        raise unread[0]
    stack = np.stack([picture.pixels for picture in read])
    notes = [(*own.notes, *more_of) for own, more_of in zip(read, legibility_notes(spec, stack), strict=True)]
    samples = Samples(stack, (None,) * len(read), tuple(names))
    return Inputs(dataset, samples, tuple(unread), more, _grouped(names, notes))


def _grouped(names: list[str], notes: list[tuple[Phrase, ...]]) -> tuple[Phrase, ...]:
    """Return each different note once, with the first picture that it is on and how many there are."""
    found: dict[str, list[tuple[str, Phrase]]] = {}
    for name, own in zip(names, notes, strict=True):
        for note in own:
            found.setdefault(str(note), []).append((name, note))
    said = []
    for on in found.values():
        path, note = on[0][0], on[0][1]
        one = phrase("note.picture", path=path, note=note)
        said.append(phrase("note.pictures", n=f"{len(on):,}", path=path, note=note) if len(on) > 1 else one)
    return tuple(said)


def each_input(given: Any) -> Iterable[Any]:
    """Return the things in what was given: itself, unless it is a list of them or a stack of pictures."""
    if given is None:
        return ()
    if hasattr(given, "detach") and hasattr(given, "numpy"):  # a torch tensor
        given = given.detach().cpu().numpy()
    if isinstance(given, np.ndarray):
        return list(given) if given.ndim == 4 else (given,)
    one = isinstance(given, (str, bytes, os.PathLike, Dataset)) or hasattr(given, "getexif")
    return (given,) if one else [thing for part in given for thing in each_input(part)]


def names_data(word: str, classes: Sequence[str]) -> bool:
    """Whether a word means labelled data: a known name, an IDX folder, an archive, table or arrays in a file, or a
    folder whose sub-folders bear the classes' names.
    """
    if names_sized_data(word):
        return True
    path = Path(os.path.expanduser(word))
    if not path.is_dir():
        return path.suffix.lower() in FILES and path.is_file()
    try:
        return bool(set(survey(folder_source(path)).classes) & set(classes))
    except InputError:
        return False


def names_sized_data(word: str) -> bool:
    """Whether a word means data whose pictures are all of one size: a known name, or an IDX folder."""
    path = Path(os.path.expanduser(word))
    return word.lower().replace("_", "-") in data.NAMES or (path.is_dir() and has_idx(path))


def _named(thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield (name, picture) for each picture that one thing means; pixels have no name of their own."""
    if not isinstance(thing, (str, os.PathLike)):
        yield "", thing
        return
    word = os.fspath(thing)
    paths = list(pictures_in([word]))
    if not paths:
        what = "look.pattern" if is_pattern(word) else "look.folder"
        raise InputError(
            what, where=word, expected=phrase("look.file.expected", suffixes=", ".join(sorted(SUFFIXES)[:6]))
        )
    for path in paths:
        if paths == [word] and not os.path.lexists(path) and not os.path.dirname(word) and not Path(word).suffix:
            raise InputError(
                "look.thing",
                where=word,
                expected=phrase("look.thing.expected", names=", ".join(data.NAMES)),
            )
        yield Path(path).name, path


def _loaded(source: Any, spec: InputSpec, options: LookOptions) -> Dataset:
    """Return the data that was given or named, of the model's size and channels."""
    channels, height, width = spec.shape
    if not isinstance(source, Dataset):
        return data.load(
            source,
            size=(height, width),
            channels=channels,
            data_root=options.data_root,
            white=spec.white,
            rule=spec.rule,
            cache=options.cache,
            progress=options.progress,
        )
    return source if source.shape == spec.shape else fitted(source, (height, width), channels, spec.rule)
