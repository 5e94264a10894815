"""What a source of pictures is understood as: every way to label pictures is tried, and where two would, it is said."""

from __future__ import annotations

from .class_folders import read_class_folders
from .labelled import make_listing
from .layout import find_layout
from .listing import Listing
from .tree import Source


def survey(source: Source, known: tuple[str, ...] | None = None) -> Listing:
    """Return what a source is understood as; only names are read.

    With `known` its pictures are there to be measured by a model with these classes (see make_listing).

    Raises InputError for a source that cannot be used, or can be understood in two ways.
    """
    layout = find_layout(source, known or ())
    rows, notes = read_class_folders(source, layout, known)
    return make_listing(source, rows, (*layout.notes, *notes), known)
