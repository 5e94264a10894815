"""What decoding costs: refused by its header over a bound, never more than was said, and never more at a time."""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope.errors import InputError
from convscope.pictures import decoding, decoding_cost
from convscope.pictures.decoding_cost import MOST_BYTES, check_cost, room_for
from tests.encoded import chunk, encoded, png

SIDE = 800  # of the pictures whose decoding is measured

MEASURE = """
import os, sys
from convscope.pictures.decoding import decode

def measured(path, size):
    there, here = os.pipe()
    child = os.fork()
    if not child:
        with open("/proc/self/clear_refs", "w") as peak:
            peak.write("5")
        kilobytes = lambda name: next(int(line.split()[1]) for line in open("/proc/self/status") if name in line)
        before = kilobytes("VmRSS:")
        decode(path, size, 1)
        os.write(here, str(1024 * (kilobytes("VmHWM:") - before)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    return os.read(there, 99).decode()

for path in sys.argv[1:]:
    decode(path, (28, 28), 1)  # what is imported and what is kept
    print(measured(path, (28, 28)), measured(path, None))
"""


def of_mode(mode: str) -> Image.Image:
    """Return a large picture of a mode, with something in it."""
    rows = np.arange(SIDE * SIDE, dtype=np.uint32).reshape(SIDE, SIDE) // 997 % 251
    if mode == "I;16":
        return Image.fromarray((rows * 16).astype(np.uint16))
    if mode == "F":
        return Image.fromarray((rows / 255).astype(np.float32))
    picture = Image.fromarray(rows.astype(np.uint8))
    if mode in ("RGBA", "LA"):
        picture = picture.convert(mode)
        picture.putalpha(100)
    return picture.convert(mode)


MEASURED: list[tuple[str, str, dict[str, object]]] = [
    *(("PNG", mode, {}) for mode in ("L", "RGB", "RGBA", "LA", "I;16", "P", "1")),
    *(("JPEG", mode, {"progressive": True, "subsampling": 0}) for mode in ("L", "RGB", "CMYK")),
    *(("TIFF", mode, {"compression": "tiff_adobe_deflate"}) for mode in ("RGB", "RGBA", "F", "I;16")),
    ("TIFF", "RGBA", {"compression": "tiff_adobe_deflate", "tiffinfo": {278: SIDE}}),
    *(("WEBP", mode, {"lossless": lossless, "method": 0}) for mode in ("RGB", "RGBA") for lossless in (False, True)),
    *(("AVIF", mode, {"speed": 10, "subsampling": "4:4:4"}) for mode in ("RGB", "RGBA")),
    *(("JPEG2000", mode, {}) for mode in ("L", "RGBA")),
    *((kind, "RGB", {}) for kind in ("BMP", "GIF", "PPM", "QOI", "PCX", "SGI", "TGA")),
    ("PPM", "F", {}),
]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the kernel's own peak of memory")
def test_decoding_takes_no_more_memory_than_its_price(tmp_path: Path) -> None:
    paths = []
    for number, (kind, mode, options) in enumerate(MEASURED):
        paths.append(tmp_path / str(number))
        paths[-1].write_bytes(encoded(of_mode(mode), kind, **options))
    done = subprocess.run([sys.executable, "-c", MEASURE, *map(str, paths)], capture_output=True, check=True, text=True)
    for (kind, mode, _), path, line in zip(MEASURED, paths, done.stdout.splitlines(), strict=True):
        data = path.read_bytes()
        for took, whole in zip(map(int, line.split()), (False, True), strict=True):
            with Image.open(path) as opened:
                price = check_cost(opened, opened.size, data, "picture", 1 << 26, whole=whole)
            room = len(data) + 40 * decoding_cost.UNNOTICED // 8  # the file, and what is computed of a stripe
            assert took <= price + room, f"{kind} {mode}: {took / SIDE**2:.1f} bytes a pixel, not {price / SIDE**2:.1f}"


def enlarged_webp() -> bytes:
    small = encoded(Image.new("RGBA", (16, 16), (1, 2, 3, 4)), "WEBP", lossless=True)
    at = small.index(b"VP8L") + 9
    size = 8190 | 8190 << 14 | int.from_bytes(small[at : at + 4], "little") & ~((1 << 28) - 1)
    return small[:at] + size.to_bytes(4, "little") + small[at + 4 :]


def icon(width: int, height: int) -> bytes:
    within = png(width, height, b"")
    return struct.pack("<3H4B2H2I", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(within), 22) + within


def blp(width: int, height: int) -> bytes:
    jpeg = encoded(Image.new("RGB", (16, 16)), "JPEG").replace(b"\0\x10\0\x10\3", struct.pack(">HHB", width, height, 3))
    head = struct.pack("<4siIIIii", b"BLP1", 0, 0, 4, 4, 0, 0)
    return head + struct.pack("<16I16I", 160, *[0] * 15, len(jpeg), *[0] * 15) + bytes(4) + jpeg


def tiff(strips: int) -> bytes:
    tags = [(256, 3, 1, 1), (257, 3, 1, 1), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, strips, 8)]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    at = 8 + 4 * strips
    return struct.pack("<2sHI", b"II", 42, at) + bytes(4 * strips) + struct.pack("<H", len(tags)) + entries + bytes(4)


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "webp": (enlarged_webp, r"too much memory, got 2,146,959,392 bytes for 8191 x 8191 pixels, expected at most"),
    "icon": (lambda: icon(9000, 9000), "too large a picture, got 9000 x 9000 pixels, expected at most 67108864 pixels"),
    "icon of 50 MP": (lambda: icon(7000, 7000), "expected at most"),
    "blp": (lambda: blp(9000, 9000), "too large a picture, got 9000 x 9000 pixels"),
    "tiff": (lambda: tiff(1_000_001), "too many strips or tiles, got 1,000,001 in one list"),
    "chunks": (lambda: png(1, 1, b"\0\0").replace(b"\0\0\0\x0aIDAT", chunk(b"teSt", b"") * 200_000 + b"\0\0\0\x0aIDAT"),
               "more parts than any picture has"),
    "comment": (lambda: b"P5\n" + b"#\n" * 200_000 + b"1 1 255\n0", "more parts than any picture has"),
    "plain": (lambda: b"P2 5000 5000 255\n" + b"0 " * 9, "expected at most 16777216 pixels"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BOMBS))
@pytest.mark.medium
def test_bombs_are_refused_before_a_pixel_is_decoded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = BOMBS[name][0]()

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a pixel was decoded")

    monkeypatch.setattr(Image.Image, "load", never)
    for read in (lambda: decoding.decode(data, (28, 28), 1), lambda: decoding.probe(data)):
        with pytest.raises(InputError, match=BOMBS[name][1]):
            read()


def test_what_the_bombs_are_made_of_is_read_where_it_is_small() -> None:
    assert decoding.decode(blp(16, 16), channels=3).shape == (3, 4, 4)
    assert decoding.decode(tiff(9)).shape == (1, 1, 1)


def test_frames_without_end_are_not_counted_for_ever() -> None:
    one = encoded(Image.new("L", (1, 1)), "TIFF")
    (first,) = struct.unpack_from("<I", one, 4)
    (tags,) = struct.unpack_from("<H", one, first)
    page, after = one[first : first + 2 + 12 * tags], first + 2 + 12 * tags
    each = len(page) + 4
    chain = b"".join(page + struct.pack("<I", len(one) + each * (k + 1)) for k in range(20_000))
    data = one[:after] + struct.pack("<I", len(one)) + one[after + 4 :] + chain + page + bytes(4)
    made = decoding.decode_with_facts(data)
    assert [str(note) for note in made.notes] == ["the first of a great many frames"]
    assert made.pixels.tolist() == [[[0]]]


def test_threads_share_the_memory_for_pictures() -> None:
    most, held, peak = decoding_cost.most_bytes(), [0], [0]
    lock = threading.Lock()

    def decode(needed: int) -> None:
        with room_for(needed):
            with lock:
                held[0] += needed
                peak[0] = max(peak[0], held[0])
            threading.Event().wait(0.01)
            with lock:
                held[0] -= needed

    needs = [most, most // 3, most // 3, most // 2, most // 5] * 4
    threads = [threading.Thread(target=decode, args=(needed,)) for needed in needs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert most // 3 <= peak[0] <= most <= MOST_BYTES


def test_a_reader_that_mistakes_its_pixels_is_not_believed() -> None:
    picture = Image.new("P", (2, 2), 1)
    picture.putpalette([9, 200, 30, 250, 20, 10, *range(6)])
    data = encoded(picture, "GIF")  # its palette is that of the file; one of greys for the frame leads Pillow astray
    at = data.index(b",") + 9
    bits = data[10] & 7
    greys = bytes(level for level in range(2 << bits) for _ in range(3))
    with pytest.raises(InputError, match=r"a damaged or truncated picture \(pixels of mode P as L\)"):
        decoding.decode(data[:at] + bytes([0x80 | bits]) + greys + data[at + 1 :], (28, 28), 1)


def test_libtiff_writes_nothing_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    data = encoded(Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64), np.uint8)), "TIFF",
                   compression="tiff_lzw")  # fmt: skip
    for place in range(8, 400, 7):
        try:
            decoding.decode(data[:place] + b"\xff\xff\xff\xff" + data[place + 4 :], (28, 28))
        except InputError:
            continue
    assert capfd.readouterr() == ("", "")
