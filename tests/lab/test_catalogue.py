"""What the lab offers to train on, and that nothing else is reached."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convscope.data import load
from convscope.errors import FormulaError, InputError, PlanError
from convscope.formula import ZOO, describe
from convscope.lab import catalogue
from convscope.lab.catalogue import Catalogue
from convscope.lab.records import AUTO, DataChoice, DescribeRequest
from convscope.training.recipes import RECIPES
from tests.data.folder_cases import packed
from tests.data.idx_writer import tiny, write_folder


def pictures(
    folder: Path, classes: tuple[str, ...] = ("cats", "dogs"), size: tuple[int, int] = (12, 10), mode: str = "RGB"
) -> Path:
    """Make a folder of three pictures a class; size is rows and columns."""
    rng = np.random.default_rng(0)
    for name in classes:
        (folder / name).mkdir(parents=True)
        for i in range(3):
            grey = rng.integers(0, 256, (*size, 3) if mode == "RGB" else size, dtype=np.uint8)
            Image.fromarray(grey).save(folder / name / f"{i}.png")
    return folder


def ids(offered: Catalogue) -> list[str]:
    return [one.id for one in offered.offer().data if one.kind == "folder"]


def test_recipes_and_plans_are_the_packages() -> None:
    offer = Catalogue([]).offer()
    by_itself, *named = offer.recipes
    assert replace(by_itself, id="fast") == named[0]  # what is trained from scratch where nothing says how
    assert by_itself.id == AUTO
    assert [(r.id, r.plan, r.epochs, r.batch, r.lr) for r in named] == [
        (r.name, r.plan, r.epochs, r.batch_size, r.lr) for r in RECIPES.values()
    ]
    assert [(p.id, p.formula) for p in offer.plans] == [(name, formula) for name, (formula, _) in ZOO.items()]
    assert DataChoice("mnist", "mnist", "named") in offer.data


def test_fashion_mnist_is_offered_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def names() -> list[str]:
        return [one.id for one in Catalogue([]).offer().data]

    monkeypatch.setattr(catalogue, "DEBIAN_FASHION", tmp_path)
    assert names() == ["mnist"]
    write_folder(tmp_path, tiny(), tiny())
    assert names() == ["mnist", "fashion-mnist"]


def test_a_root_and_what_lies_directly_in_it_are_offered(tmp_path: Path) -> None:
    whole_root = pictures(tmp_path / "pets")
    many = tmp_path / "many"
    pictures(many / "birds"), pictures(many / "split" / "train"), pictures(many / ".hidden")
    (many / "digits").mkdir()
    write_folder(many / "digits", tiny(), tiny())
    pictures(many / "deep" / "below")
    (many / "one class" / "a").mkdir(parents=True)
    (many / "note.txt").write_text("")
    offered = Catalogue([whole_root, many])
    assert ids(offered) == ["folder/0", "folder/1/birds", "folder/1/digits", "folder/1/split"]
    assert [one.name for one in offered.offer().data if one.kind == "folder"] == [
        "pets",
        "many/birds",
        "many/digits",
        "many/split",
    ]
    assert [offered.source(id) for id in ids(offered)] == [
        str(whole_root),
        *(str(many / n) for n in ("birds", "digits", "split")),
    ]


def test_archives_tables_and_arrays_are_offered_too(tmp_path: Path) -> None:
    pictures(tmp_path / "in" / "pets", size=(9, 7)), pictures(tmp_path / "in" / "Training_Set" / "Train", size=(9, 7))
    packed(tmp_path / "in" / "pets", tmp_path / "pets.zip")
    rows = [f"in/pets/{name}/{i}.png,{name}" for name in ("cats", "dogs") for i in range(3)]
    (tmp_path / "labels.csv").write_text("\n".join(["path,label", *rows]))
    np.savez(tmp_path / "arrays.npz", x=np.zeros((3, 9, 7, 3), np.uint8), y=np.array([0, 1, 1]))
    (tmp_path / "notes.txt").touch()
    offered = Catalogue([tmp_path])
    assert ids(offered) == [
        "folder/0",  # a table beside folders
        "folder/0/arrays.npz",
        "folder/0/in",
        "folder/0/labels.csv",
        "folder/0/pets.zip",
    ]
    for id in ("folder/0/arrays.npz", "folder/0/labels.csv", "folder/0/pets.zip"):
        assert offered.shape(id, None) == ((3, 9, 7), 2)
        assert load(offered.source(id), size=8).shape == (3, 8, 8)


def test_a_link_out_of_a_root_is_no_data(tmp_path: Path) -> None:
    outside, root = pictures(tmp_path / "outside"), tmp_path / "root"
    inside = pictures(root / "inside")
    (root / "out").symlink_to(outside)
    (root / "same").symlink_to(inside)
    offered = Catalogue([root])
    assert ids(offered) == ["folder/0/inside", "folder/0/same"]
    for id in (
        "folder/0/out",
        "folder/0/../outside",
        f"folder/0/{outside}",
        "folder/0/inside/",
        "folder/0/inside/cats",
        "folder/00",
        "folder/-1",
        str(outside),
        "outside",
        "",
        "MNIST",
    ):
        with pytest.raises(InputError, match="no data of this name"):
            offered.source(id)


def test_a_folder_that_cannot_be_read_offers_nothing(tmp_path: Path) -> None:
    root = pictures(tmp_path / "root")
    offered = Catalogue([root])
    assert ids(offered) == ["folder/0"]
    for path in sorted(root.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    root.rmdir()
    assert ids(offered) == []


def test_no_more_folders_are_offered_than_a_menu_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "MOST", 2)
    for name in "abcd":
        pictures(tmp_path / name)
    assert ids(Catalogue([tmp_path])) == ["folder/0/a", "folder/0/b"]


@pytest.mark.parametrize(("mode", "size"), [("RGB", None), ("L", None), ("RGB", 9)])
def test_the_shape_of_a_folder_is_what_training_would_read(tmp_path: Path, mode: str, size: int | None) -> None:
    root = pictures(tmp_path / "root", ("a", "b", "c"), mode=mode)
    shape, classes = Catalogue([root]).shape("folder/0", size)
    data: Any = load(root) if size is None else load(root, size=size)
    assert shape == data.train.images.shape[1:]
    assert classes == len(data.classes) == 3


def test_the_shape_of_idx_files_is_theirs(tmp_path: Path) -> None:
    write_folder(tmp_path / "digits", tiny(size=(5, 7), classes=4), ending=".xz")
    assert Catalogue([tmp_path]).shape("folder/0/digits", None) == ((1, 5, 7), 4)
    assert Catalogue([tmp_path]).shape("folder/0/digits", 9) == ((1, 9, 9), 4)
    (tmp_path / "digits" / "train-images-idx3-ubyte.xz").unlink()
    with pytest.raises(InputError, match=r"train-images-idx3-ubyte.* is missing"):
        Catalogue([tmp_path]).shape("folder/0/digits", None)


def test_a_description_is_the_commands(tmp_path: Path) -> None:
    offered = Catalogue([pictures(tmp_path / "root")])
    assert offered.describe(DescribeRequest("slides")).to_json() == describe("slides", (1, 28, 28), 10).to_json()
    assert (
        offered.describe(DescribeRequest("conv(4, 3) + relu + fc", "folder/0", 9)).to_json()
        == describe("conv(4, 3) + relu + fc", (3, 9, 9), 2).to_json()
    )
    with pytest.raises(FormulaError, match="column 9"):
        offered.describe(DescribeRequest("conv(4, ?)"))
    with pytest.raises(PlanError):
        offered.describe(DescribeRequest("conv(4, 13) + fc", "folder/0"))
