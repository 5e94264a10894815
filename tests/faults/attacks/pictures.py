"""Pictures of every format, mutated: read or refused in one line, alike by every way in, their neighbours untouched.

Bytes flip, stretches are cut out, doubled or taken from another picture, numbers of headers become the largest there
are. A child process decodes many of them under a limit of memory, on its own terminal: what it says there is a fault.
"""

from __future__ import annotations

import struct
import time
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from convscope import data as data_of
from convscope.checking import check
from convscope.cli.outputs import ignore_pillow
from convscope.errors import InputError
from convscope.pictures import decoding
from convscope.pictures.formats import FORMATS, format_of
from convscope.prediction import load
from tests.data.folder_cases import packed
from tests.encoded import encoded
from tests.faults.campaign import Campaign, Tally
from tests.faults.limited import MB, child
from tests.pictures.test_formats import COLOUR, GREY, by_hand
from tests.samples import sample_bytes

TOGETHER = 200  # pictures a child process reads
MEGABYTES = 2500  # it may use: itself, the bound on a picture, and torch's and onnxruntime's libraries
SECONDS = 20  # of CPU for one picture, in which the largest that is allowed is decoded
NUMBERS = (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\0\0\xff\xff", b"\x40\0\0\x40")
SIZE = (28, 28)


def seeds() -> list[bytes]:
    """Return small pictures of every format that is read, in several modes and compressions."""
    deep = Image.fromarray(np.asarray(GREY).astype(np.uint16) * 16)
    clear = COLOUR.convert("RGBA")
    clear.putalpha(GREY)
    exif = Image.Exif()
    exif[0x0112] = 6
    frames: dict[str, object] = {"save_all": True, "append_images": [COLOUR.rotate(90), COLOUR.rotate(180)]}
    icc = {"icc_profile": bytes(3000), "exif": exif}
    return [
        *(encoded(picture, "PNG", **icc) for picture in (GREY, COLOUR, clear, deep, COLOUR.convert("P"))),
        *(encoded(COLOUR, "JPEG", progressive=progressive, exif=exif) for progressive in (False, True)),
        encoded(COLOUR.convert("CMYK"), "JPEG"),
        *(encoded(COLOUR, kind, **frames) for kind in ("PNG", "GIF", "WEBP", "TIFF", "AVIF", "MPO")),
        *(encoded(COLOUR, "TIFF", compression=how) for how in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits")),
        *(encoded(COLOUR.convert("1"), "TIFF", compression=how) for how in ("group3", "group4")),
        encoded(COLOUR, "TIFF", compression="jpeg"),
        encoded(Image.fromarray(np.asarray(GREY).astype(np.float32)), "TIFF", compression="tiff_lzw"),
        *(encoded(clear, kind) for kind in ("WEBP", "TIFF", "JPEG2000", "QOI", "DDS", "TGA", "SGI", "ICO")),
        *(encoded(COLOUR, kind) for kind in ("WEBP", "BMP", "PPM", "JPEG2000", "QOI", "DDS", "PCX", "SGI", "TGA")),
        *(encoded(clear, "DDS", pixel_format=how) for how in ("DXT1", "DXT3", "DXT5", "BC5")[:3]),
        *(encoded(COLOUR.convert("1"), kind) for kind in ("MSP", "XBM", "PPM")),
        encoded(COLOUR.convert("P"), "BLP"),
        encoded(COLOUR.convert("P"), "TGA", compression="tga_rle"),
        encoded(deep, "PPM"),
        b"P3 4 4 255\n" + b"1 2 3 " * 16,
        *by_hand().values(),
    ]


def mutated(random: Random, pictures: list[bytes]) -> bytes:
    """Return one of the pictures with some harm done to it, most often near its beginning."""
    data = bytearray(random.choice(pictures))
    for _ in range(random.choice((1, 1, 2, 3, 8))):
        reach = len(data) if random.random() < 0.4 else min(len(data), 200)
        place = random.randrange(reach) if reach else 0
        match random.randrange(7):
            case 0 | 1:
                data[place : place + 1] = bytes([random.randrange(256)])
            case 2:
                number = random.choice(NUMBERS)
                data[place : place + random.choice((1, 2, 4))] = number[: random.choice((1, 2, 4))]
            case 3:
                del data[place:]
            case 4:
                del data[place : place + random.randrange(1, 40)]
            case 5:
                data[place:place] = data[place : place + random.randrange(1, 400)] * random.choice((1, 2, 50))
            case 6:
                other = random.choice(pictures)
                at = random.randrange(len(other))
                data[place:] = other[at : at + random.randrange(1, 5000)]
    return bytes(data)


def mutated_pictures(times: int, random: Random, tally: Tally) -> None:
    """Decode mutated pictures: an array of the shape asked for, or an InputError of one line; nothing else is said."""
    pictures = seeds()
    for picture in pictures:
        decoding.decode(picture, SIZE, 1)
    wanted = {format.name for format in FORMATS} - {"HEIF"}
    assert {_name(picture) for picture in pictures} == wanted
    with TemporaryDirectory() as folder:
        progress = Path(folder) / "progress"
        left = times
        while left > 0:
            batch = [mutated(random, pictures) for _ in range(min(TOGETHER, left))]
            left -= len(batch)
            _read_batch(batch, progress, tally)


def _name(picture: bytes) -> str:
    found = format_of(picture)
    return "" if found is None else found.name


def _read_batch(batch: list[bytes], progress: Path, tally: Tally) -> None:
    """Decode a batch in a child, go on behind what ends it, and count how each ended."""
    begin = 0
    while begin < len(batch):
        progress.write_bytes(b"")
        ended = child(partial(_read_all, batch, begin, progress), seconds=300, megabytes=MEGABYTES)
        outcomes = progress.read_bytes()
        for number, outcome in enumerate(outcomes, begin):
            if outcome in b"rd":
                tally.ended("refused" if outcome == ord("r") else "decoded")
            else:
                tally.fault({"!": "raised", "\n": "two lines", "s": "slow"}[chr(outcome)], batch[number])
        tally.most("peak MB of a process that reads 200", ended.peak_bytes / MB)
        begin += len(outcomes)
        if begin < len(batch):  # it died of this one
            tally.fault(f"exit code {ended.code}, hung {ended.hung}: {ended.said[-300:]}", batch[begin])
            begin += 1
        elif ended.said.strip():
            tally.fault(f"said by itself: {ended.said[-300:]}", b"".join(batch[:1]))


def _read_all(batch: list[bytes], begin: int, progress: Path) -> None:
    warnings.simplefilter("default")
    ignore_pillow()  # as the command line does
    with progress.open("ab", buffering=0) as file:
        for number, picture in enumerate(batch[begin:], begin):
            started = time.process_time()
            try:
                made = decoding.decode(picture, SIZE, 1 if number % 2 else None)
                outcome = "d" if made.shape in ((1, *SIZE), (3, *SIZE)) and made.dtype == np.uint8 else "!"
            except InputError as error:
                outcome = "\n" if "\n" in error.line() else "r"
            except BaseException as error:
                print(repr(error)[:300])
                outcome = "!"
            if time.process_time() - started > SECONDS:
                outcome = "s"
            file.write(outcome.encode())


def folders_of_mutated_pictures(times: int, random: Random, tally: Tally) -> None:
    """Give folders of good and mutated pictures to every way in: the same pictures are refused by all, the good ones
    become the very same pixels that they are alone, and reading costs no more than a moment.
    """
    pictures = seeds()
    model, left = sample_bytes(shape=(1, *SIZE)), times
    while left > 0:
        with TemporaryDirectory() as folder:
            batch = [mutated(random, pictures) for _ in range(min(40, left))]
            left -= len(batch)
            ended = child(partial(_every_way_in, Path(folder), batch, model), seconds=300, megabytes=MEGABYTES)
            kept = b"".join(struct.pack(">I", len(one)) + one for one in batch)
            if ended.code or ended.said.strip():
                tally.fault(f"exit code {ended.code}, hung {ended.hung}: {ended.said[-600:]}", kept)
                tally.tried += len(batch) - 1
            else:
                for _ in batch:
                    tally.ended("alike by every way in")


def _every_way_in(folder: Path, batch: list[bytes], model: bytes) -> None:
    warnings.simplefilter("default")
    ignore_pillow()
    (folder / "model.onnx").write_bytes(model)
    good = {f"{name}/good-{k}.png": encoded(GREY.rotate(90 * k)) for k in range(3) for name in "ab"}
    bad = {f"{'ab'[k % 2]}/{k}.{ending}": one for k, (one, ending) in enumerate(zip(batch, _endings(), strict=False))}
    for name, content in (good | bad).items():
        (folder / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "data" / name).write_bytes(content)
    refused = set()
    for name, content in (good | bad).items():
        try:
            decoding.decode(content, SIZE, 1)
        except InputError:
            refused.add(name)
    loaded = data_of.load(folder / "data", size=SIZE, channels=1, cache=False)
    assert {one.path for one in loaded.left_out} == refused, "a folder leaves out other pictures"
    for path, pixels in zip(loaded.train.paths or (), loaded.train.images, strict=True):
        if path in good:
            assert np.array_equal(pixels, decoding.decode(good[path], SIZE, 1)), "a neighbour has other pixels"
    names = sorted(good | bad)
    answers = load(folder / "model.onnx").stream([str(folder / "data" / name) for name in names])
    for name, answer in zip(names, answers, strict=True):
        assert isinstance(answer, InputError) == (name in refused), f"predict reads {name} otherwise"
    assert check(loaded).findings or not refused, "check says nothing of what is left out"
    zipped = data_of.load(packed(folder / "data", folder / "data.zip"), size=SIZE, channels=1, cache=False)
    assert (zipped.fingerprint, zipped.left_out) == (loaded.fingerprint, loaded.left_out), (
        "an archive is read otherwise"
    )


def _endings() -> Iterator[str]:
    while True:
        yield from ("png", "jpg", "gif", "tif", "webp", "bmp")


CAMPAIGNS = (
    Campaign(
        "mutated-pictures", "pictures", "Pictures of 23 formats with bytes flipped, stretches cut out, doubled or "
        "spliced, numbers of their headers made enormous: decoded, or refused in one line, within a bound of memory",
        mutated_pictures, quick=1000, long=100_000,
    ),
    Campaign(
        "folders-of-mutated-pictures", "pictures", "Mutated pictures in a folder among good ones, given to train's "
        "loading, predict and check: all refuse the same ones, and the good ones keep their very pixels",
        folders_of_mutated_pictures, quick=40, long=4000,
    ),
)  # fmt: skip
