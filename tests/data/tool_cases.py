"""Folders as tools write them, by their documentation, and folders with tables of labels."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.data.folder_cases import CAT_DOG, Expected, case, fill, pets, picture, refused


def flat(folder: Path, *, names: str = "{name}{i}.png", n: int = 8) -> Path:
    """Put `n` pictures each of cats and dogs side by side into one folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in CAT_DOG:
        for i in range(n):
            picture(name, i).save(folder / names.format(name=name, i=i))
    return folder


def table(path: Path, header: str, row: str, n: int = 8) -> Path:
    """Write a table with a row for each of the pictures that `flat` makes."""
    rows = [row.format(name=name, i=i) for name in CAT_DOG for i in range(n)]
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


# Tables


@case
def a_table_beside_the_pictures(root: Path) -> Expected:
    flat(root / "images"), table(root / "labels.csv", "path,label", "images/{name}{i}.png,{name}")
    return Expected(notes=("note.table",))


@case
def a_table_that_is_pointed_at(root: Path) -> Expected:
    flat(root / "images"), table(root / "labels.csv", "path,label", "images/{name}{i}.png,{name}")
    return Expected(notes=("note.table",), point="labels.csv")


@case
def kaggle_table(root: Path) -> Expected:
    flat(root / "train"), flat(root / "test", names="{name}-{i}.png", n=2)
    table(root / "train.csv", "id,label", "{name}{i},{name}"), table(root / "sample_submission.csv", "id,label", "x,0")
    return Expected(notes=("note.table",), left_out={"passed.table": 4})


@case
def kaggle_numbers(root: Path) -> Expected:
    """CIFAR-10: the same numbers in train/ and test/, labels of train/ alone, names without endings."""
    fill(root / "train", 10), fill(root / "test", 10)
    rows = [f"{i:02},{CAT_DOG[i % 2]}" for i in range(10)]
    (root / "trainLabels.csv").write_text("\n".join(["id,label", *rows]))
    return Expected(train=(5, 5), notes=("note.table",), left_out={"passed.table": 10})


@case
def a_table_of_each_split(root: Path) -> Expected:
    for split, n in (("train", 8), ("val", 3), ("test", 2)):
        flat(root / split, n=n), table(root / f"{split}.csv", "image;class", "{name}{i}.png;{name}", n=n)
    return Expected(validation=(3, 3), test=(2, 2), notes=("note.table",) * 3)


@case
def tables_called_like_splits(root: Path) -> Expected:
    for split, n in (("train", 8), ("valid", 3), ("test", 2)):
        flat(root / "images", names=f"{split}-{{name}}{{i}}.png", n=n)
        table(root / f"{split}_labels.csv", "image,label", f"{split}-{{name}}{{i}},{{name}}", n=n)
    return Expected(validation=(3, 3), test=(2, 2), notes=("note.table",) * 3)


@case
def roboflow_table(root: Path) -> Expected:
    for split, n in (("train", 8), ("valid", 3), ("test", 2)):
        rows = [f"{name}{i}.png, {k}, {1 - k}" for k, name in enumerate(("dog", "cat")) for i in range(n)]
        (flat(root / split, n=n) / "_classes.csv").write_text("\n".join(["filename, cat, dog", *rows]))
    (root / "README.roboflow.txt").write_text("exported")
    return Expected(train=(8, 8), validation=(3, 3), test=(2, 2), notes=("note.table",) * 3)


@case
def hugging_face_table(root: Path) -> Expected:
    for split, n in (("train", 8), ("validation", 3)):
        flat(root / "data" / split, n=n)
        table(root / "data" / split / "metadata.csv", "file_name,text,label", "{name}{i}.png,a pet,{name}", n=n)
    return Expected(validation=(3, 3), notes=("note.table",) * 2)


@case
def fastai_table(root: Path) -> Expected:
    flat(root / "images"), flat(root / "images", names="{name}v{i}.png", n=2)
    lines = [f"{name}{i}.png\t{name}\tFalse" for name in CAT_DOG for i in range(8)]
    lines += [f"{name}v{i}.png\t{name}\tTrue" for name in CAT_DOG for i in range(2)]
    (root / "labels.tsv").write_text("\n".join(["name\tlabel\tis_valid", *lines]))
    return Expected(validation=(2, 2), notes=("note.table",))


@case
def a_table_that_says_the_same_as_the_folders(root: Path) -> Expected:
    pets(root / "train"), pets(root / "valid", 4)
    rows = [f"train/{name}/{i:02}.png,{k}" for k, name in enumerate(CAT_DOG) for i in range(8)]
    (root / "labels.csv").write_text("\n".join(["name,label", *rows]))
    return Expected(validation=(4, 4))


@case
def a_table_that_says_otherwise(root: Path) -> Expected:
    pets(root)
    rows = [f"{name}/{i:02}.png,{'good' if i % 2 else 'bad'}" for name in CAT_DOG for i in range(8)]
    (root / "labels.csv").write_text("\n".join(["path,label", *rows]))
    return refused("layout.table")


@case
def gtsrb(root: Path) -> Expected:
    """Class folders of numbers for training, a flat test folder with its labels in a table."""
    fill(root / "Train" / "0"), fill(root / "Train" / "1"), fill(root / "Test", 6)
    rows = [f"16,16,{i % 2},Test/{i:02}.png" for i in range(6)]
    (root / "Test.csv").write_text("\n".join(["Width,Height,ClassId,Path", *rows]))
    return Expected(classes=("0", "1"), test=(3, 3), notes=("note.table",))


@case
def a_table_of_other_files(root: Path) -> Expected:
    flat(root / "images"), table(root / "labels.csv", "path,label", "photos/{name}-{i}.jpg,{name}")
    return refused("table.none")


@case
def a_table_of_other_things(root: Path) -> Expected:
    pets(root), (root / "prices.csv").write_text("item,price,currency\nbone,3,EUR\n")
    return Expected()


# Names


@case
def dogs_vs_cats(root: Path) -> Expected:
    flat(root / "train", names="{name}.{i}.png"), fill(root / "test", 5)
    return refused("folder.flat")


@case
def dogs_vs_cats_by_names(root: Path) -> Expected:
    flat(root / "train", names="{name}.{i}.png"), fill(root / "test1", 5)
    options: dict[str, object] = {"label_from": "(cat|dog)"}
    return Expected(notes=("note.pattern.labels",), left_out={"passed.pattern": 5}, options=options)


# Folders of tools and famous sets


@case
def roboflow_folders(root: Path) -> Expected:
    for split, n in (("train", 8), ("valid", 3), ("test", 2)):
        pets(root / split, n)
    (root / "README.dataset.txt").write_text("# pets"), (root / "README.roboflow.txt").write_text("exported")
    return Expected(validation=(3, 3), test=(2, 2))


@case
def kaggle_wrapped_twice(root: Path) -> Expected:
    pets(root / "training_set" / "training_set"), pets(root / "test_set" / "test_set", 4)
    return Expected(test=(4, 4))


@case
def kaggle_intel(root: Path) -> Expected:
    (
        pets(root / "seg_train" / "seg_train"),
        pets(root / "seg_test" / "seg_test", 4),
        fill(root / "seg_pred" / "seg_pred"),
    )
    return Expected(test=(4, 4), notes=("note.split.beside",), left_out={"passed.split": 1})


@case
def imagenet_as_it_is(root: Path) -> Expected:
    base = root / "ILSVRC" / "Data" / "CLS-LOC"
    pets(base / "train"), fill(base / "val", 5), fill(base / "test", 4)
    (root / "ILSVRC" / "Annotations").mkdir(), (root / "LOC_synset_mapping.txt").write_text("n01440764 tench")
    notes = ("note.wrapped", "note.unlabelled", "note.unlabelled")
    return Expected(notes=notes, left_out={"passed.unlabelled": 9})


@case
def tiny_imagenet(root: Path) -> Expected:
    for name in CAT_DOG:
        fill(root / "train" / name / "images", 8, what=name)
    fill(root / "val" / "images", 5), (root / "val" / "val_annotations.txt").write_text("00.png cat")
    return Expected(notes=("note.unlabelled",), left_out={"passed.unlabelled": 5})


@case
def keras_filtered(root: Path) -> Expected:
    pets(root / "cats_and_dogs_filtered" / "train"), pets(root / "cats_and_dogs_filtered" / "validation", 4)
    (root / "cats_and_dogs_filtered" / "vectorize.py").write_text("import tensorflow")
    return Expected(validation=(4, 4), notes=("note.wrapped",))


@case
def keras_unknown(root: Path) -> Expected:
    pets(root / "train"), fill(root / "test" / "unknown", 5)
    return Expected(notes=("note.unlabelled",), left_out={"passed.unlabelled": 5})


@case
def fastai_folders(root: Path) -> Expected:
    pets(root / "train"), pets(root / "valid", 4), fill(root / "test", 3), (root / "models").mkdir()
    return Expected(validation=(4, 4), notes=("note.unlabelled",), left_out={"passed.unlabelled": 3})


@case
def hugging_face_eval(root: Path) -> Expected:
    pets(root / "train"), pets(root / "eval", 4)
    return Expected(test=(4, 4))


@case
def teachable_machine(root: Path) -> Expected:
    """Each class's samples are downloaded as an archive of its own, and unpacked."""
    fill(root / "Class 1-samples"), fill(root / "Class 2-samples"), (root / "Class 1-samples.zip").touch()
    return Expected(classes=("Class 1-samples", "Class 2-samples"))


@case
def yolo(root: Path) -> Expected:
    for split in ("train", "valid"):
        flat(root / split / "images"), (root / split / "labels").mkdir()
        (root / split / "labels" / "cat0.txt").write_text("0 0.5 0.5 0.1 0.1")
    (root / "data.yaml").write_text("nc: 2")
    return refused("folder.boxes")


@case
def yolo_the_other_way_round(root: Path) -> Expected:
    for split in ("train", "val"):
        flat(root / "images" / split), (root / "labels" / split).mkdir(parents=True)
        (root / "labels" / split / "cat0.txt").write_text("0 0.5 0.5 0.1 0.1")
    return refused("folder.boxes")


@case
def voc(root: Path) -> Expected:
    flat(root / "VOC2012" / "JPEGImages"), (root / "VOC2012" / "Annotations").mkdir()
    (root / "VOC2012" / "Annotations" / "cat0.xml").write_text("<annotation/>")
    return refused("folder.boxes")


@case
def coco(root: Path) -> Expected:
    flat(root / "train2017"), flat(root / "val2017"), (root / "annotations").mkdir()
    (root / "annotations" / "instances_train2017.json").write_text("{}")
    return refused("folder.boxes")


@case
def roboflow_coco(root: Path) -> Expected:
    for split in ("train", "valid"):
        (flat(root / split) / "_annotations.coco.json").write_text("{}")
    return refused("folder.boxes")


@case
def masks(root: Path) -> Expected:
    flat(root / "images"), flat(root / "masks")
    return refused("folder.boxes")


@case
def runs_of_convscope(root: Path) -> Expected:
    for name in ("one", "two"):
        (root / name / "snapshots").mkdir(parents=True), (root / name / "model.onnx").touch()
        (root / name / "run.json").write_text("{}")
    return refused("folder.none")


@case
def one_class_and_loose_pictures(root: Path) -> Expected:
    fill(root / "cat"), fill(root, 5)
    return refused("folder.classes.few")


@case
def one_folder_of_pictures_that_says_nothing(root: Path) -> Expected:
    flat(root / "images", names="{name}_{i}.png")
    return refused("folder.flat")


@case
def a_deep_chain(root: Path) -> Expected:
    pets(root / "a" / "b" / "c" / "d" / "train"), pets(root / "a" / "b" / "c" / "d" / "Testing", 2)
    return Expected(test=(2, 2), notes=("note.wrapped",))


@case
def copies_of_split_folders(root: Path) -> Expected:
    pets(root / "train"), shutil.copytree(root / "train", root / "training")
    return refused("layout.twice")


@case
def only_test(root: Path) -> Expected:
    pets(root / "test"), pets(root / "val")
    return refused("layout.train.none")


@case
def test_beside_the_classes(root: Path) -> Expected:
    pets(root), pets(root / "test", 4)
    return refused("layout.ambiguous")


@case
def train_and_another(root: Path) -> Expected:
    fill(root / "train"), fill(root / "predict")
    return refused("layout.ambiguous")
