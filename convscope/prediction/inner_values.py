"""What a model file's graph computes on the way: any of its values, for pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..errors import EnvironmentFault
from ..formula.demand import demand
from ..machine.memory import fitting
from ..modelfile import ModelFile
from .runtime import session_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..pictures.preprocessing import Pixels

BATCH = 8  # pictures at a time: every value of theirs is kept


def inner_values(file: ModelFile, names: Sequence[str], pictures: Pixels) -> Iterator[dict[str, NDArray[np.float32]]]:
    """Yield the values `names`, of a few pictures (N, C, H, W) at a time. Raises EnvironmentFault where they do not fit
    into memory.
    """
    size = fitting(demand(file.network).bytes_at_once * 2, BATCH)
    session = session_of(_with_outputs(file.data, names))
    for i in range(0, len(pictures), size):
        try:
            made = session.run(list(names), {"pictures": pictures[i : i + size]})
        except Exception as error:  # the runtime's own have no base in common
            raise EnvironmentFault("runtime.failed", got=error) from error
        yield dict(zip(names, made, strict=True))


def _with_outputs(data: bytes, names: Sequence[str]) -> bytes:
    """Return a model whose outputs are the values `names`."""
    import onnx

    model = onnx.load_model_from_string(data)
    del model.graph.output[:]
    model.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    return bytes(model.SerializeToString())
