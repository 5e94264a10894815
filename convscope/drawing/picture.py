"""A picture of a network, and the files that it is written to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import Phrase, UsageError
from ..files import atomic_write, require_place
from .shapes import Sheet

ENDINGS = (".svg", ".pdf", ".png")


@dataclass(frozen=True, slots=True)
class Picture(Sheet):
    """A drawn network. `notes` say what was left out or changed."""

    notes: tuple[Phrase, ...] = ()

    def save(self, path: str | os.PathLike[str], font: str | os.PathLike[str] | None = None) -> Path:
        """Write it as .svg, .pdf or .png, complete or not at all, and return where it is.

        `font` is a TrueType file for .pdf and .png, where Korean needs one that has it. Raises UsageError for another
        ending, InputError or EnvironmentFault where the file or the font can't be used.
        """
        target = Path(path)
        ending = target.suffix.lower()
        if ending not in ENDINGS:
            raise UsageError("draw.ending", got=ending or target.name, expected=", ".join(ENDINGS))
        require_place(target)
        atomic_write(target, self.data(ending, font))
        return target

    def data(self, ending: str, font: str | os.PathLike[str] | None = None) -> bytes:
        """Return the bytes of a file with that ending."""
        from . import pdf, png, svg

        if ending == ".svg":
            return svg.text(self).encode()
        return (pdf.data if ending == ".pdf" else png.data)(self, font)

    def _repr_svg_(self) -> str:
        """Return it for a notebook."""
        from . import svg

        return svg.text(self)
