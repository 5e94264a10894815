"""A model file's health over pictures on disk, read as the model reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InputError, Phrase, phrase
from ..evaluation.health import Health
from ..foreign.preprocessing import Asked, reading_spec
from ..foreign.reading import Foreign
from ..modelfile import ModelFile
from ..pictures.decoding_pool import decode_in_order
from ..pictures.preprocessing import preprocess
from ..prediction import Model
from .health import health
from .imported.network import imported

MOST = 1000  # pictures that are looked at: evenly chosen of more
MOST_BYTES = 1 << 29  # of their pixels


@dataclass(frozen=True)
class Examination:
    """What was found, what was understood or left out, and which pictures could not be read."""

    health: Health
    notes: tuple[Phrase, ...]
    unread: tuple[InputError, ...]


def examine(
    file: ModelFile | Foreign,
    paths: Sequence[str],
    asked: Asked = Asked(),  # noqa: B008 - frozen
) -> Examination:
    """Return the health of a model file, or of an opened ONNX file of others, over pictures.

    `asked` says how a file of others reads them. Raises InputError where there is no picture, or none can be read.
    """
    if not paths:
        raise InputError("pictures.none", hint=phrase("pictures.none.try"))
    spec, said = (file.spec, ()) if isinstance(file, ModelFile) else reading_spec(file, asked)
    notes: list[Phrase] = list(said)
    most = max(1, min(MOST, MOST_BYTES // int(np.prod(spec.shape))))
    chosen = [paths[i * len(paths) // most] for i in range(most)] if len(paths) > most else list(paths)
    if len(chosen) < len(paths):
        notes.append(phrase("info.health.chosen", n=f"{len(chosen):,}", all=f"{len(paths):,}"))
    read = list(decode_in_order(lambda path: preprocess(spec, path), chosen))
    unread = tuple(one for one in read if isinstance(one, InputError))
    pixels = [one.pixels for one in read if not isinstance(one, InputError)]
    if not pixels:
        raise unread[0]
    pictures = np.stack(pixels)
    network = Model(file) if isinstance(file, ModelFile) else imported(file, pictures, asked)
    return Examination(health(network, pictures), tuple(notes), unread)
