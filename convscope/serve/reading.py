"""What a request to /predict holds: its pictures, by the type of its body, and its options, from its address."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, cast

import numpy as np
from numpy.typing import NDArray
from starlette.datastructures import ImmutableMultiDict, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from ..errors import InputError, UsageError, did_you_mean, phrase
from ..pictures.input_spec import INVERT
from ..runs.json_text import parse_json
from ..web.guard import Refusal

if TYPE_CHECKING:
    from starlette.requests import Request

    from .limits import Limits

Pixels = NDArray[np.uint8]
SHAPE = "x-convscope-shape"
ACCEPTED = ("image/*", "multipart/form-data", "application/json", "application/octet-stream")
MOST_FIELDS = 16  # of a form, beside its pictures: none is read
DATA_URL = re.compile(r"data:image/[\w.+-]+;base64,")
WHOLE = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of each picture: as the options of `convscope predict`."""

    top: int = 3
    sets: float | None = None
    invert: str | None = None
    centre: bool = False
    always: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """Return the options that an address has. Raises UsageError for another name or value."""
        for name in given:
            if isinstance(given, ImmutableMultiDict) and len(given.getlist(name)) > 1:
                raise UsageError("serve.option.twice", got=f"{name}={f' {name}='.join(given.getlist(name))}")
            if name not in cls.__slots__:
                raise UsageError("serve.option", got=name, hint=did_you_mean(name, list(cls.__slots__)))
        top, sets, invert = given.get("top", "3"), given.get("sets"), given.get("invert")
        if not WHOLE.fullmatch(top) or int(top) < 1:
            raise UsageError("value.whole.from", name="top", least=1, got=top)
        try:
            level = None if sets is None else float(sets)
        except ValueError:
            level = math.nan
        if level is not None and not 0 < level < 1:
            raise UsageError("serve.sets", got=sets)
        if invert not in (None, *INVERT):
            raise UsageError("invert.choice", words=", ".join(INVERT), got=invert)
        return cls(int(top), level, invert, _switch(given, "centre"), _switch(given, "always"))


@dataclass(frozen=True, slots=True, eq=False)
class Received:
    """The pictures of a request, each with its file's name, "" for none; or as one array (n, C, H, W), which has none.
    `alone`: one picture was sent as such, so that what is wrong with it is wrong with the request.
    """

    pictures: tuple[bytes, ...] | Pixels
    names: tuple[str, ...] = ()
    alone: bool = False

    def __len__(self) -> int:
        return len(self.pictures)


async def received(request: Request, limits: Limits) -> Received:
    """Return the pictures in a request's body. Raises Refusal for another type or too many, InputError for a body that
    is none of its type.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        found = await _form(request, limits)
    elif kind == "application/json":
        found = _json(await request.body())
    elif kind == "application/octet-stream":
        found = _array(await request.body(), request.headers.get(SHAPE))
    elif kind.startswith("image/"):
        found = Received((await request.body(),), ("",), alone=True)
    else:
        raise Refusal(415, "serve.type", got=kind or phrase("value.none"), expected=", ".join(ACCEPTED))
    if not len(found):
        raise InputError("serve.none")
    if len(found) > limits.pictures:
        raise Refusal(413, "serve.many", got=f"{len(found):,}", expected=phrase("value.most", n=f"{limits.pictures:,}"))
    return found


async def _form(request: Request, limits: Limits) -> Received:
    """Return the files of a form, in their order. They stay in memory, where the body is already."""

    async def body() -> AsyncGenerator[bytes, None]:
        yield await request.body()

    parser = MultiPartParser(request.headers, body(), max_files=limits.pictures + 1, max_fields=MOST_FIELDS)
    parser.spool_max_size = limits.bytes + 1
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:  # KeyError: a form without a boundary
        if isinstance(error, MultiPartException) and error.message.startswith("Too many files"):
            most = phrase("value.most", n=f"{limits.pictures:,}")
            raise Refusal(413, "serve.many", got=f"> {limits.pictures:,}", expected=most) from error
        raise InputError("serve.form") from error
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    pictures = tuple([await file.read() for file in files])
    await form.close()
    return Received(pictures, tuple(file.filename or "" for file in files))


def _json(body: bytes) -> Received:
    """Return the pictures of {"pictures": [base64, …]}; a data: URL is taken too."""
    given = parse_json(body)
    texts = given.get("pictures") if isinstance(given, dict) else None
    if not isinstance(given, dict) or set(given) != {"pictures"} or not isinstance(texts, list):
        raise InputError("serve.json", expected='{"pictures": ["<base64>", …]}')
    return Received(tuple(_decoded(text, number) for number, text in enumerate(texts)), ("",) * len(texts))


def _decoded(text: object, number: int) -> bytes:
    try:
        return base64.b64decode(DATA_URL.sub("", cast(str, text), count=1), validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        raise InputError("serve.base64", n=number) from error


def _array(body: bytes, shape: str | None) -> Received:
    """Return bytes as pictures (n, C, H, W), each number one byte, in C's order."""
    sides = [] if shape is None else [side.strip() for side in re.split(r"[,x×]", shape)]
    if not all(WHOLE.fullmatch(side) for side in sides) or len(sides) not in (3, 4):
        got = phrase("value.none") if shape is None else shape
        raise InputError("serve.shape", got=got, expected=f"{SHAPE}: n,C,H,W")
    sizes = [1] * (4 - len(sides)) + [int(side) for side in sides]
    if math.prod(sizes) != len(body) or sizes[1] not in (1, 3) or 0 in sizes[1:]:
        raise InputError("serve.shape.bytes", got=f"{len(body):,}", expected=" × ".join(map(str, sizes)))
    return Received(np.frombuffer(body, np.uint8).reshape(sizes))


def _switch(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "false")
    if value not in ("true", "false", "1", "0", ""):
        raise UsageError("serve.switch", name=name, got=value)
    return value not in ("false", "0")
