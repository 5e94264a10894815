"""Pictures and labels as arrays in an .npz file: Keras' x_train, y_train …, MedMNIST's train_images …, or x and y."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, Phrase, phrase, system_reason
from ..pictures.bit_depth import array_to_8_bits, deep_to_8_bits
from .class_order import in_text_order
from .dataset import Dataset, Split, arrays
from .growth import check_growth, check_memory
from .labelled import listed
from .listing import SPLITS
from .zip_directory import read_directory

CHUNK = 1 << 20  # bytes read at a time
# What members are called: pictures and labels, with the split before or after, if any.
PICTURES = ("x", "images", "data", "imgs", "pictures")
LABELS = ("y", "labels", "label", "target", "targets")
PARTS = {"train": ("train",), "validation": ("val", "valid", "validation"), "test": ("test",)}
NAMES = ("classes", "class_names", "label_names")

Array = NDArray[Any]


def npz(path: str | Path, *, name: str | None = None) -> Dataset:
    """Load an .npz file of pictures (N, H, W), (N, H, W, C) or (N, C, H, W), C 1 or 3, and labels (N,) or (N, 1).

    Labels are whole numbers, or names, or a column of zeros and ones for each class (N, K). Class names are in
    `classes` if that is there, else the names in text order, else "0" … to the highest training label. Pictures become
    uint8 as single arrays do: floats are 0…1 if none is larger. Only these members are read, no pickle ever.

    Raises InputError where they are not there, do not fit each other or the memory, or are damaged.
    """
    path = Path(path)
    where = str(path)
    try:
        read_directory(path, where)
        with zipfile.ZipFile(path) as archive:
            return _read(archive, where, name or path.stem)
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where=where) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise InputError("npz.damaged", reason=str(error).partition("\n")[0], where=where) from None


def _read(archive: zipfile.ZipFile, where: str, name: str) -> Dataset:
    keys = {key.removesuffix(".npy").lower(): key for key in archive.namelist()}
    pairs = {split: pair for split in SPLITS if (pair := _pair(keys, split))}
    if "train" not in pairs:
        expected = phrase("npz.members.expected")
        raise InputError(
            "npz.members", where=where, got=listed(sorted(keys)) or phrase("value.none"), expected=expected
        )
    named = next((keys[key] for key in NAMES if key in keys), None)
    wanted = [key for pair in pairs.values() for key in pair] + ([named] if named else [])
    infos = [archive.getinfo(key) for key in wanted]
    total = sum(info.file_size for info in infos)
    check_growth(sum(info.compress_size for info in infos), total, where)
    check_memory(total, where)
    labels = {split: _array(archive, pair[1], where) for split, pair in pairs.items()}
    classes = tuple(map(str, _array(archive, named, where).reshape(-1).tolist())) if named else None
    if classes is None and labels["train"].dtype.kind == "U":
        classes = in_text_order(set(labels["train"].reshape(-1).tolist()))
    notes: list[Phrase] = []
    read = {
        split: (
            _pictures(_array(archive, pictures, where), f"{where}, {pictures}", notes),
            _numbers(labels[split], classes, f"{where}, {numbers}"),
        )
        for split, (pictures, numbers) in pairs.items()
    }
    dataset = replace(arrays(*read["train"], classes, test=read.get("test"), name=name), notes=tuple(notes))
    return replace(dataset, validation=_validation(dataset, *read["validation"])) if "validation" in read else dataset


def _validation(dataset: Dataset, pictures: Array, labels: Array) -> Split:
    split = arrays(pictures, labels, dataset.classes, name=f"{dataset.name}, validation").train
    if split.shape != dataset.shape:
        got, expected = str(split.shape), str(dataset.shape)
        raise InputError("dataset.test.shape", where=dataset.name, got=got, expected=expected)
    return split


def _pair(keys: dict[str, str], split: str) -> tuple[str, str] | None:
    """Return the members of a split's pictures and labels, if both are there."""
    for part in (*PARTS[split], *([""] if split == "train" else [])):
        for form in ("{kind}_{part}", "{part}_{kind}") if part else ("{kind}",):
            found = [
                next((keys[key] for kind in kinds if (key := form.format(kind=kind, part=part)) in keys), None)
                for kinds in (PICTURES, LABELS)
            ]
            if found[0] and found[1]:
                return found[0], found[1]
    return None


def _array(archive: zipfile.ZipFile, key: str, where: str) -> Array:
    """Return a member as an array. Its header is not believed: it must promise just what the member holds."""
    with archive.open(key) as file:
        version = np.lib.format.read_magic(file)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        try:
            shape, column_major, dtype = read_header(file)
        except (TokenError, SyntaxError, TypeError, RecursionError) as error:  # what numpy's own parser lets through
            raise InputError("npz.member", where=f"{where}, {key}", got=str(error)) from None
        total = int(np.prod(shape, dtype=object)) * dtype.itemsize
        if dtype.hasobject or not dtype.itemsize or total != archive.getinfo(key).file_size - file.tell():
            raise InputError("npz.member", where=f"{where}, {key}", got=f"{dtype} {shape}")
        array = np.empty(shape, dtype, order="F" if column_major else "C")
        filled, content = 0, array.reshape(-1, order="A").view(np.uint8) if total else np.empty(0, np.uint8)
        while data := file.read(CHUNK):  # no more than the archive's directory says, checked just now
            content[filled : filled + len(data)] = np.frombuffer(data, np.uint8)
            filled += len(data)
        if filled < total:
            raise InputError("npz.member", where=f"{where}, {key}", got=f"{dtype} {shape}")
    return array


def _pictures(values: Array, where: str, notes: list[Phrase]) -> NDArray[np.uint8]:
    """Return pictures as uint8 (N, H, W) or (N, C, H, W); how deep ones were scaled goes to `notes`."""
    if values.ndim == 4:
        first, last = values.shape[1] in (1, 3), values.shape[3] in (1, 3)
        if first and last:
            raise InputError("picture.shape.either", where=where, got=phrase("value.shape", shape=values.shape))
        if last:
            values = values.transpose(0, 3, 1, 2)
    if values.dtype == np.uint16 and values.size:
        scaled, _, said = deep_to_8_bits(values, where)
        notes += said
    else:
        scaled = array_to_8_bits(values, where)
    return np.ascontiguousarray(scaled)


def _numbers(labels: Array, classes: tuple[str, ...] | None, where: str) -> Array:
    """Return labels as whole numbers (N,): names by their place in `classes`, columns by that of their one."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels.reshape(-1)
    if (
        labels.ndim == 2
        and labels.dtype.kind in "biuf"
        and bool(((labels == 0) | (labels == 1)).all() and (labels.sum(1) == 1).all())
    ):
        places: NDArray[np.int64] = np.argmax(labels, axis=1)
        return places
    if labels.dtype.kind == "U" and labels.ndim == 1 and classes is not None:
        numbers = {name: number for number, name in enumerate(classes)}
        if unknown := set(labels.tolist()) - numbers.keys():
            raise InputError("npz.names", where=where, got=listed(sorted(unknown)), expected=listed(classes))
        return np.array([numbers[label] for label in labels.tolist()], dtype=np.int64)
    if labels.dtype.kind == "f" and bool((labels == np.floor(labels)).all()):
        return labels.astype(np.int64)
    return labels  # of another type or shape they are refused by `arrays`
