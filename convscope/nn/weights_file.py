"""Weights that torch saved, and the formula that they belong to: a state_dict, from a file or from memory, as a Net.

A file is opened with `weights_only=True`, which builds tensors and nothing else. TorchScript archives are not opened at
all: loading one runs the `__setstate__` of its own code, which may write files (tried with torch 2.13).
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import InputError, phrase
from ..formula import Network
from ..pictures.input_spec import InputSpec
from .net import Net, build, load_weights

LARGEST = 2_000_000_000  # bytes of a file, and of what it holds unpacked
HELD_IN = ("state_dict", "model_state_dict", "model", "net", "weights")  # where checkpoints keep a state_dict
UNUSED = "num_batches_tracked"
SAID = 8  # mismatches that are listed

Array = np.ndarray[Any, np.dtype[np.float32]]


def read_state(path: str | os.PathLike[str]) -> dict[str, Tensor]:
    """Return the tensors of a file that torch.save wrote, in its order; raises InputError for anything else."""
    file = Path(path)
    where = str(file)
    try:
        size = file.stat().st_size
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                size = max(size, sum(entry.file_size for entry in archive.infolist()))
        if size > LARGEST:
            most = phrase("value.most", n=f"{LARGEST:,}")
            raise InputError("model.large", where=where, got=phrase("value.bytes", n=f"{size:,}"), expected=most)
        held = torch.load(file, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError("model.unreadable", where=where, got=error.strerror or str(error)) from error
    except InputError:
        raise
    except Exception as error:  # torch raises whatever the bytes lead to; the unpickler refuses all but tensors
        raise InputError("weights.file", where=where, hint=phrase("weights.file.try")) from error
    try:
        return state_of(held)
    except InputError as error:
        error.where = where
        raise


def state_of(held: Any) -> dict[str, Tensor]:
    """Return the floating-point tensors of a state_dict, or of the one that a checkpoint holds, in its order."""
    if isinstance(held, Mapping):
        for name in HELD_IN:
            if isinstance(held.get(name), Mapping):
                return state_of(held[name])
        found = {str(name): t for name, t in held.items() if isinstance(t, Tensor)}
        plain = {n: t for n, t in found.items() if t.is_floating_point() and t.layout == torch.strided}
        if plain and not any(t.is_floating_point() and t.layout != torch.strided for t in found.values()):
            return {name: tensor for name, tensor in plain.items() if not name.endswith(UNUSED)}
    raise InputError("weights.state", got=type(held).__name__)


def matched(state: Mapping[str, Tensor], network: Network) -> dict[str, Array]:
    """Return weights under the network's names: by their names where these are the same, else one after another.

    A tensor fits where its shape is the wanted one but for axes of a single number; a fully connected layer without a
    bias gets zeros. Raises InputError with what does not fit, one by one.
    """
    wanted = {f"{node.name}.{name}": shape for node in network.nodes for name, shape in node.weights + node.buffers}
    if wanted.keys() == state.keys():
        pairs = [(name, shape, name) for name, shape in wanted.items()]
    else:
        pairs = _in_order(wanted, state, network)
    faults = []
    for name, shape, own in pairs:
        if not own:
            faults.append(f"{name} {_said(shape)}: –")
        elif not _fits(shape, tuple(state[own].shape)):
            faults.append(f"{name} {_said(shape)}: {own} {_said(tuple(state[own].shape))}")
    used = {own for _, _, own in pairs}
    faults += [f"–: {own} {_said(tuple(t.shape))}" for own, t in state.items() if own not in used]
    if faults:
        more = [f"… {len(faults) - SAID}"] if len(faults) > SAID else []
        raise InputError(
            "weights.match", got="; ".join([*faults[:SAID], *more]), hint=phrase("weights.match.try", n=len(faults))
        )
    made = {name: _array(state[own], shape) for name, shape, own in pairs}
    return {name: made.get(name, np.zeros(shape, np.float32)) for name, shape in wanted.items()}


def _in_order(
    wanted: Mapping[str, tuple[int, ...]], state: Mapping[str, Tensor], network: Network
) -> list[tuple[str, tuple[int, ...], str]]:
    """Return each wanted tensor with the one that stands at its place, "" where there is none left."""
    free = {f"{node.name}.bias" for node in network.nodes if node.layer.takes == "rows"}
    given, at, pairs = list(state), 0, []
    for name, shape in wanted.items():
        left = given[at] if at < len(given) else ""
        if name in free and not left.endswith("bias"):
            continue  # torch's Linear(bias=False)
        pairs.append((name, shape, left))
        at += 1
    return pairs


def _fits(shape: tuple[int, ...], own: tuple[int, ...]) -> bool:
    return shape == own or [n for n in shape if n > 1] == [n for n in own if n > 1]


def _array(tensor: Tensor, shape: tuple[int, ...]) -> Array:
    made: Array = tensor.detach().to(torch.float32).reshape(shape).numpy().copy()
    return made


def _said(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "1"


def net_of(state: Mapping[str, Tensor], network: Network, spec: InputSpec) -> Net:
    """Return the network with these weights. Raises InputError where they are another network's, PlanError where the
    plan gives no scores.
    """
    return load_weights(build(network, spec), matched(state, network)).eval()


def matched_classes(state: Mapping[str, Tensor]) -> int:
    """Return how many scores the last layer with weights gives: the first axis of the last tensor."""
    last = list(state.values())[-1]
    return int(last.shape[0]) if last.dim() else 1
