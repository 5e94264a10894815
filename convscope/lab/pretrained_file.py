"""The weights of the network that ships trained, as a file that the page asks for when somebody brings photographs:
chapter 13 learns those on its features.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from .. import modelfile, pretrained
from ..data.credits import WEIGHTS
from ..explain.payload import records
from ..explain.payload.encoding import DeflatedBytes, Record, deflate
from ..formula import trace
from ..modelfile.graph import weight_shapes
from ..page.inline import forward_packed, large_policy
from ..page.large import features_script
from ..training.starting import candidates
from ..transfer.start import body_of
from ..transfer.taps import Tap, columns_of, tapped, taps_of, with_head

(NAME,) = pretrained.NAMES
FILE = f"{NAME}.bin"


@dataclass(frozen=True)
class Place(Record):
    """Where a weight's numbers begin in the file, and in how many bits each of them is: 16 (half precision) or 32."""

    at: int
    bits: int


@dataclass(frozen=True)
class NewHead(Record):
    """A network with a new head on the maps at some taps, as a formula; `columns` are theirs of a row of all taps'
    numbers, from and to; `taps` are (part, rows, columns) as run.json has them.
    """

    formula: str
    columns: tuple[tuple[int, int], ...]
    taps: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, eq=False)
class PretrainedFile(Record):
    """What the page knows of the file before it has it: name, bytes, SHA-256, and what lies where in it (`weights`).

    `rows` is the formula of the network that makes a row of `width` numbers of a picture, `heads` are the networks that
    are compared, `model` and `digest` name the model file that all this is of, `facts` and `credit` say whose it is.
    `script` is what a worker runs that learns a head, compressed; `forward` is what the see-through page of a large
    network has besides, and `policy` its content security policy.
    """

    file: str
    bytes: int
    sha256: str
    model: str
    digest: str
    input: records.Input
    weights: Mapping[str, Place]
    rows: str
    width: int
    heads: tuple[NewHead, ...]
    facts: Mapping[str, str]
    credit: records.Credit
    script: DeflatedBytes
    forward: Mapping[str, str]
    policy: str


@cache
def pretrained_file() -> tuple[PretrainedFile, bytes]:
    """Return what is known of the file, and the file: the weights before the head of the network that ships, one after
    another, little-endian, in the precision that the model file has them.
    """
    model = modelfile.read(NAME)
    body = body_of(model, model.spec.shape)
    taps, spec = taps_of(body.network), model.spec
    plan = tapped(model.plan, taps)
    columns = columns_of(body.network, taps)
    width = max(part.stop for part in columns.values())
    data, places = bytearray(), dict[str, Place]()
    for name in weight_shapes(trace(plan, spec.shape, width)):
        bits = 16 if name in model.half else 32
        places[name] = Place(len(data), bits)
        data += model.weights[name].astype("<f2" if bits == 16 else "<f4").tobytes()
    facts = model.facts["pretrained"]
    assert isinstance(facts, dict)
    known = PretrainedFile(
        file=FILE,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        model=NAME,
        digest=model.digest,
        input=records.Input(spec.shape, spec.mean, spec.std, spec.invert, spec.centred, spec.resize),
        weights=places,
        rows=str(plan),
        width=width,
        heads=tuple(_head(with_head(model.plan, some), some, columns) for some in candidates(taps)),
        facts=facts,
        credit=records.Credit(*WEIGHTS[NAME]),
        script=deflate(np.frombuffer(features_script().encode(), np.uint8)),
        forward=forward_packed(),
        policy=large_policy(),
    )
    return known, bytes(data)


def _head(plan: object, taps: tuple[Tap, ...], columns: dict[Tap, slice]) -> NewHead:
    ordered = sorted(set(taps))
    return NewHead(
        str(plan),
        tuple((columns[tap].start, columns[tap].stop) for tap in ordered),
        tuple((tap.part, tap.rows, tap.columns) for tap in ordered),
    )
