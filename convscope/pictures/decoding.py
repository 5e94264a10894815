"""THE decode function: one way from a picture file to uint8 (C, H, W), for training and for prediction alike.

What happens to a picture, in this order: the first frame is read; more than 8 bits become 8 (bit_depth.py); transparent
parts get a ground (transparency.py); EXIF orientation is applied; colours become grey or RGB; the size becomes what was
asked for (resizing.py).
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from ..errors import InputError, UsageError, phrase, printable, system_reason
from .bit_depth import array_to_8_bits, deep_to_8_bits, picture_to_8_bits, stated_white
from .decoding_cost import MAX_PIXELS, room_for
from .formats import HEAD, format_of, frames_of, open_image, unknown_format
from .jpeg_scaling import unread_jpeg
from .orientation import make_upright, read_orientation, swaps_sides
from .resizing import RESIZE_RULE, RULES, pixels_of, resize

if TYPE_CHECKING:  # numpy and Pillow are imported when a picture is read: asking for help must not wait for them
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Picture

    from ..errors import Phrase

    Pixels = NDArray[np.uint8]

MAX_FILE_BYTES = 1 << 29
LOOKED_AT = 1 << 26  # bytes of a file from which its first bytes must be a picture's before the others are read

_READ_ONLY = os.O_RDONLY | getattr(os, "O_BINARY", 0)  # Windows would turn line ends otherwise


class DecodeOptions(NamedTuple):
    """What a picture becomes: its `size` (H, W), None for its own, brought to it by `rule`, one of resizing.RULES; its
    `channels`, 1 for grey (ITU-R 601 luma) or 3 for RGB, None for grey where every pixel is. `white` is the white level
    of pixels deeper than 8 bits where nothing else states one; 0: by the picture's own maximum (bit_depth.py).
    """

    size: tuple[int, int] | None = None
    channels: int | None = None
    white: int = 0
    rule: str = RESIZE_RULE


AS_IT_IS = DecodeOptions()


class Decoded(NamedTuple):
    """A picture's `pixels`, uint8 (C, H, W), and what its file was: its own upright `height` and `width`.

    `guessed` is the white level that was taken from the picture's own maximum, because pixels are deeper than 8 bits
    and neither the file nor the caller said what is white; else 0. `notes` say what a user would not expect: the first
    of several frames, a black ground, a guessed white level.
    """

    pixels: Pixels
    height: int
    width: int
    guessed: int = 0
    notes: tuple[Phrase, ...] = ()


def decode(
    source: str | os.PathLike[str] | bytes,
    size: tuple[int, int] | None = None,
    channels: int | None = None,
    *,
    white: int = 0,
    max_pixels: int = MAX_PIXELS,
) -> Pixels:
    """Read a picture file, by path or as bytes, into uint8 (C, H, W) in 0…255.

    `size`, `channels` and `white` are those of DecodeOptions. Formats (formats.py) are known by their first bytes, not
    by their names. A JPEG beyond `max_pixels` is decoded at a fraction of its size.

    Raises InputError, naming the file, if it is missing, no such picture, damaged, truncated or beyond `max_pixels`.
    """
    return decode_with_facts(source, DecodeOptions(size, channels, white), max_pixels=max_pixels).pixels


def decode_with_facts(
    source: str | os.PathLike[str] | bytes, options: DecodeOptions = AS_IT_IS, *, max_pixels: int = MAX_PIXELS
) -> Decoded:
    """Read a picture file as `decode` does, and return with its pixels what is known of the file."""
    where = "picture" if isinstance(source, bytes) else printable(os.fspath(source), 400)
    data = source if isinstance(source, bytes) else read_file(source, where)
    try:
        picture, stored, needs = open_image(data, where, max_pixels, options.size, whole=options.size is None)
    except InputError:
        raise
    except Exception as error:
        raise _damaged(error, where) from None
    if not needs:
        return _from_opened(picture, stored, options, where)
    with room_for(needs):
        return _from_opened(picture, stored, options, where)


def probe(source: str | os.PathLike[str] | bytes, *, max_pixels: int = MAX_PIXELS) -> tuple[int, int]:
    """Return (H, W) of a picture after its EXIF orientation, from its header alone: its pixels may still be damaged.

    Raises InputError as `decode` does.
    """
    where = "picture" if isinstance(source, bytes) else printable(os.fspath(source), 400)
    data = source if isinstance(source, bytes) else read_file(source, where)
    try:
        picture, (width, height), _ = open_image(data, where, max_pixels)
        # Pillow turns a TIFF's sides by itself; a PNG's EXIF data may stand behind the pixels, which are not read here.
        unknown = picture.format == "TIFF" or (picture.format == "PNG" and "exif" not in picture.info)
        return (width, height) if not unknown and swaps_sides(read_orientation(picture)) else (height, width)
    except InputError:
        raise
    except Exception as error:
        raise _damaged(error, where) from None


def from_image(picture: Picture, options: DecodeOptions = AS_IT_IS, *, where: str = "picture") -> Decoded:
    """Turn a Pillow image of any mode into uint8 (C, H, W) just as `decode_with_facts` does with a file.

    A JPEG that was opened and not yet loaded is read from its file once more, so that it too may be decoded at a
    fraction of its size; one that is loaded may differ from its file by a grey level.
    """
    if options.size is not None and (data := unread_jpeg(picture)):
        return decode_with_facts(data, options)
    return _from_opened(picture, picture.size, options, where)


def _from_opened(picture: Picture, stored: tuple[int, int], options: DecodeOptions, where: str) -> Decoded:
    """Decode an opened picture whose file says that it is `stored` (width, height)."""
    _check(options)
    try:
        frames, stated = frames_of(picture), stated_white(picture)
        picture.load()
        if picture.im.mode != picture.mode:  # a reader that lost count: its pixels are not what they are said to be
            raise ValueError(f"pixels of mode {picture.im.mode} as {picture.mode}")
        orientation = read_orientation(picture)
        made = picture_to_8_bits(picture, where, stated=stated, white=options.white)
        pixels = _to_pixels(make_upright(made.picture, orientation), options)
    except InputError:
        raise
    except Exception as error:
        raise _damaged(error, where) from None
    width, height = stored[::-1] if swaps_sides(orientation) else stored
    notes = made.notes if frames == 1 else (_first_of(frames), *made.notes)
    return Decoded(pixels, height, width, made.guessed, notes)


def _check(options: DecodeOptions) -> None:
    """Raise UsageError for options that mean nothing."""
    size, channels, _, rule = options
    if channels not in (1, 3, None):
        raise UsageError("picture.channels", got=channels, expected=phrase("picture.channels.expected"))
    if size is not None and not (len(size) == 2 and min(size) >= 1):
        raise UsageError("picture.size", got=size, expected=phrase("picture.size.expected"))
    if rule not in RULES:
        raise UsageError("picture.rule", got=rule, expected=", ".join(RULES))


def _first_of(frames: int | None) -> Phrase:
    return phrase("note.frames.many") if frames is None else phrase("note.frames", n=f"{frames:,}")


def _to_pixels(picture: Picture, options: DecodeOptions) -> Pixels:
    """Return an upright picture of mode L or RGB in the channels and the size."""
    import numpy as np

    size, channels, _, rule = options
    if channels is not None and picture.mode != (mode := "L" if channels == 1 else "RGB"):
        picture = picture.convert(mode)
    pixels = pixels_of(picture) if size is None else resize(picture, size, rule)
    if channels is None and len(pixels) == 3 and _is_grey(pixels) and _is_grey(pixels_of(picture)):
        pixels = pixels[:1]  # the same as if grey had been asked for; colours whose means are grey would not be
    return np.array(pixels, order="C")


def _is_grey(pixels: Pixels) -> bool:
    """Tell whether all three channels of (3, H, W) are the same."""
    return bool((pixels[:1] == pixels[1:]).all())


def from_array(array: object, options: DecodeOptions = AS_IT_IS, *, where: str = "array") -> Decoded:
    """Turn an array into uint8 (C, H, W) just as `decode_with_facts` does with a file.

    Shapes: (H, W), (H, W, C) with C 1, 3 or 4 (alpha), or (C, H, W) with C 1 or 3. Values: as in array_to_8_bits;
    uint16 is taken as a file of 16 bits is. Raises InputError for another shape or type, for values out of range and
    for NaN.
    """
    import numpy as np
    from PIL import Image

    given = np.asarray(array)
    shape = given.shape
    if given.ndim not in (2, 3) or 0 in shape:
        raise InputError(
            "picture.shape",
            where=where,
            got=phrase("value.shape", shape=shape),
            expected=phrase("picture.shape.expected"),
        )
    if given.ndim == 3:
        first, last = shape[0] in (1, 3), shape[2] in (1, 3, 4)
        if first == last:
            what = "picture.shape.either" if first else "picture.shape.neither"
            raise InputError(
                what, where=where, got=phrase("value.shape", shape=shape), expected=phrase("picture.shape.expected")
            )
        given = given.transpose(1, 2, 0) if first else given
        given = given[:, :, 0] if given.shape[2] == 1 else given
    if given.dtype == np.uint16:
        values, guessed, notes = deep_to_8_bits(given, where, white=options.white)
    else:
        values, guessed, notes = array_to_8_bits(given, where), 0, ()
    made = from_image(Image.fromarray(np.ascontiguousarray(values)), options, where=where)
    return made._replace(guessed=guessed, notes=(*notes, *made.notes))


def read_file(path: str | os.PathLike[str], where: str = "picture") -> bytes:
    """Return a file's bytes. Raises InputError, naming `where`, if it is missing, no file or too large for a
    picture."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):  # a pipe would make us wait for ever
            raise InputError(
                "file.folder" if stat.S_ISDIR(status.st_mode) else "file.other",
                where=where,
                expected=phrase("picture.wanted"),
            )
        size = status.st_size
        if size > MAX_FILE_BYTES:
            raise InputError(
                "file.large",
                where=where,
                got=phrase("value.bytes", n=size),
                expected=phrase("value.most", n=MAX_FILE_BYTES),
            )
        file = os.open(path, _READ_ONLY)  # not open(), which makes three objects and asks the system three times more
        try:
            data = os.read(file, HEAD if size > LOOKED_AT else max(size, 1 << 12))
            if size > LOOKED_AT and format_of(data) is None:
                raise unknown_format(data, where)
            while len(data) < size and (more := os.read(file, size - len(data))):
                data += more
            return data
        finally:
            os.close(file)
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = system_reason(error) if isinstance(error, OSError) else str(error)
        raise InputError("file.unreadable", reason=reason, where=where) from None


def _damaged(error: Exception, where: str) -> InputError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return InputError("picture.damaged", reason=printable(reason), where=where)
