"""What can be trained from the lab: data by name or in folders below given roots, recipes, plans."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from ..data.dataset import Dataset
from ..data.idx_files import has_idx, outline
from ..data.named_datasets import DEBIAN_FASHION
from ..data.sources import FILES, find_data
from ..data.split_names import split_folders
from ..data.table_labels import TABLES
from ..errors import InputError, phrase
from ..formula import ZOO, describe
from ..formula.description import Description
from ..pictures import decoding
from ..pictures.formats import SUFFIXES
from ..training.options import TrainOptions
from ..training.recipes import RECIPES, Recipe
from .drops import PREFIX, Drops
from .records import AUTO, DataChoice, DescribeRequest, Offer, PlanChoice, RecipeChoice

NAMED = ("mnist", "fashion-mnist")
MOST = 200  # folders offered


class Catalogue:
    """Data by id: a name, `folder/R` and `folder/R/NAME` for the R-th root and what lies directly in it, and
    `folder/own/NAME` for what was dropped on the lab.
    """

    def __init__(self, roots: list[Path], drops: Drops | None = None) -> None:
        self.roots, self.drops = [root.resolve() for root in roots], drops
        self._shapes: dict[tuple[str, int | None, int, int], tuple[tuple[int, int, int], int]] = {}

    def offer(self) -> Offer:
        """Return what can be trained."""
        known = [name for name in NAMED if name != "fashion-mnist" or has_idx(DEBIAN_FASHION)]
        own = [DataChoice(id, place.name, "own") for id, place in self._own()]
        return Offer(
            (*(DataChoice(name, name, "named") for name in known), *own, *self._folders()),
            (_choice(TrainOptions().chosen_recipe(), AUTO), *map(_choice, RECIPES.values())),
            tuple(PlanChoice(name, formula, about) for name, (formula, about) in ZOO.items()),
        )

    def source(self, id: str) -> str:
        """Return what `convscope train` is given for a data id. Raises InputError for one that was not offered."""
        if id in NAMED:
            return id
        return str(self._folder(id))

    def describe(self, request: DescribeRequest) -> Description:
        """Return the description of a formula on that data. Raises FormulaError, PlanError, InputError."""
        shape, classes = self.shape(request.data, request.size)
        return describe(request.formula, shape, classes)

    def shape(self, id: str, size: int | None) -> tuple[tuple[int, int, int], int]:
        """Return (C, H, W) and the number of classes of data; of picture files by the first of them alone."""
        if id in NAMED:
            return (1, 28, 28), 10
        folder = self._folder(id)
        now = folder.stat()  # a name may come again, for other data
        key = (id, size, now.st_ino, now.st_mtime_ns)
        known = self._shapes.get(key)
        if known is None and has_idx(folder):
            rows, columns, classes = outline(folder)
            known = self._shapes[key] = ((1, size or rows, size or columns), classes)
        elif known is None:
            found = find_data(folder)
            if isinstance(found, Dataset):
                channels, rows, columns = found.shape
            else:
                channels, rows, columns = decoding.decode(found.files.read(found.entries[0].path)).shape
            known = self._shapes[key] = ((channels, size or rows, size or columns), len(found.classes))
        return known

    def _folders(self) -> list[DataChoice]:
        found: list[DataChoice] = []
        for id, place, root in self._places():
            if len(found) < MOST and _is_data(place):
                name = root.name if place == root else f"{root.name}/{place.name}"
                found.append(DataChoice(id, name, "folder"))
        return found

    def _places(self) -> Iterator[tuple[str, Path, Path]]:
        """Yield id, path and root of the roots, and of what lies directly in them and not elsewhere."""
        for number, root in enumerate(self.roots):
            yield f"folder/{number}", root, root
            with contextlib.suppress(OSError):
                for place in sorted(root.iterdir()):
                    if place.name[0] != "." and place.resolve().is_relative_to(root):
                        yield f"folder/{number}/{place.name}", place, root

    def _own(self) -> list[tuple[str, Path]]:
        """Return id and path of what was dropped here: whatever it is, its owner is told what it is understood as."""
        return [] if self.drops is None else [(PREFIX + place.name, place) for place in self.drops.places()]

    def _folder(self, id: str) -> Path:
        """Return the folder of an id that could be offered now; an id is never read as a path."""
        for known, place in self._own():
            if known == id:
                return place
        for known, place, _ in self._places():
            if known == id and _is_data(place):
                return place
        raise InputError("data.unknown", got=id[:140], expected=phrase("data.unknown.offered"))


def _choice(recipe: Recipe, id: str | None = None) -> RecipeChoice:
    return RecipeChoice(
        id or recipe.name,
        recipe.plan,
        recipe.general_plan,
        recipe.about,
        recipe.epochs,
        recipe.batch_size,
        recipe.lr,
    )


def _is_data(place: Path) -> bool:
    """Whether a path looks like data: an archive, table or arrays by its ending; IDX files; splits; a table of labels
    beside folders; or at least two folders that hold a file with a picture's name.
    """
    try:
        if place.is_file():
            return place.suffix.lower() in FILES
        if has_idx(place):
            return True
        inner = [p for p in place.iterdir() if p.name[0] != "."]
        folders = [p for p in inner if p.is_dir()]
        if "train" in split_folders(p.name for p in folders).values():
            return True
        if folders and any(p.suffix.lower() in TABLES for p in inner):
            return True
        return sum(any(f.suffix.lower() in SUFFIXES for f in p.iterdir()) for p in folders[:50]) > 1
    except OSError:
        return False
