"""What a source of pictures is understood as: by its folders, by tables of labels, or by the names of its files."""

from __future__ import annotations

from dataclasses import replace

from ..errors import InputError, phrase
from .class_folders import read_class_folders
from .labelled import Reading, listed, make_listing
from .layout import Layout, find_layout
from .listing import Listing
from .name_labels import add_groups, read_names
from .split_names import split_folders
from .table_labels import Table, open_table, read_tables, tables_in
from .tree import Source


def survey(
    source: Source,
    known: tuple[str, ...] | None = None,
    *,
    label_from: str | None = None,
    group_by: str | None = None,
) -> Listing:
    """Return what a source is understood as; pictures are not read.

    With `known` its pictures are there to be measured by a model with these classes (see make_listing). `label_from`
    and `group_by` are regular expressions that find a label and a group in the path of each picture.

    Raises InputError for a source that cannot be used, or can be understood in two ways; UsageError for what is no
    expression.
    """
    layout = find_layout(source, known or ())
    if label_from is not None:
        reading = read_names(source, layout, label_from)
    else:
        reading = _by_folders_or_tables(source, layout, known)
    return make_listing(source, reading if group_by is None else add_groups(reading, group_by), known)


def survey_table(
    source: Source, path: str, known: tuple[str, ...] | None = None, *, group_by: str | None = None
) -> Listing:
    """Return the pictures that the table at `path`, within the source, labels. As `survey` in all else."""
    table = open_table(source, source.root, path)
    layout = Layout(source.root, {}, split_folders(source.root.folders))
    reading = read_tables(source, layout, [table], alone=True)
    if not reading.rows:
        raise _names_nothing(source, table)
    return make_listing(source, reading if group_by is None else add_groups(reading, group_by), known)


def _by_folders_or_tables(source: Source, layout: Layout, known: tuple[str, ...] | None) -> Reading:
    """Return how folders label the pictures, or else tables; pictures outside of training may be labelled by both.

    Raises InputError where folders and tables speak of different classes, and where neither labels anything.
    """
    tables, wrong = tables_in(source, layout)
    told = read_tables(source, layout, tables) if tables else Reading([], [], [])
    if not told.rows and tables:
        wrong = wrong or _names_nothing(source, tables[0])
    try:
        folders = read_class_folders(source, layout, known)
    except InputError as error:
        if told.rows:
            return told
        raise wrong or error from None
    labels = {row.label for row in folders.rows}
    if len(labels) > 1 if known is None else labels <= set(known):
        return _joined(source, folders, told, tables) if told.rows else folders
    if wrong is not None and not told.rows:
        raise wrong
    return told if told.rows else folders


def _joined(source: Source, folders: Reading, told: Reading, tables: list[Table]) -> Reading:
    """Return what folders say, with the validation and test pictures that only tables label.

    Raises InputError where both label a picture, and not by the same classes in other words, or where tables label more
    training pictures.
    """
    by_path = {row.path: row.label for row in folders.rows}
    pairs = {(row.label, by_path[row.path]) for row in told.rows if row.path in by_path}
    more = [row for row in told.rows if row.path not in by_path]
    one_to_one = len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    if not one_to_one or any(row.split == "train" for row in more):
        shown, table = listed(sorted(set(by_path.values())), 4), tables[0].path
        hint = phrase("layout.table.try", table=f"{source.where}/{table}")
        raise InputError("layout.table", where=source.where, folders=shown, table=table, hint=hint)
    if not more:
        return folders
    names = dict(pairs)
    rows = [*folders.rows, *(replace(row, label=names.get(row.label, row.label)) for row in more)]
    placed = {row.path for row in more}
    notes = [note for note in folders.notes if note.key != "note.unlabelled"]
    return Reading(rows, [one for one in folders.left_out if one.path not in placed], [*notes, *told.notes])


def _names_nothing(source: Source, table: Table) -> InputError:
    """Return the error of a table whose rows name no picture that is there."""
    got = table.rows[0].path if table.rows else phrase("value.none")
    return InputError("table.none", where=f"{source.where}/{table.path}", got=got, hint=phrase("table.none.try"))
