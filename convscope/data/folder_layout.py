"""What a source of pictures is understood as: by its folders, or by the names of its files where that is asked for."""

from __future__ import annotations

from .class_folders import read_class_folders
from .labelled import make_listing
from .layout import find_layout
from .listing import Listing
from .name_labels import add_groups, read_names
from .tree import Source


def survey(
    source: Source,
    known: tuple[str, ...] | None = None,
    *,
    label_from: str | None = None,
    group_by: str | None = None,
) -> Listing:
    """Return what a source is understood as; only names are read.

    With `known` its pictures are there to be measured by a model with these classes (see make_listing). `label_from`
    and `group_by` are regular expressions that find a label and a group in the path of each picture.

    Raises InputError for a source that cannot be used, or can be understood in two ways; UsageError for what is no
    expression.
    """
    layout = find_layout(source, known or ())
    if label_from is not None:
        reading = read_names(source, layout, label_from)
    else:
        reading = read_class_folders(source, layout, known)
    if group_by is not None:
        reading = add_groups(reading, group_by)
    return make_listing(source, reading, known)
