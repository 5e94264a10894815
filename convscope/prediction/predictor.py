"""A model file's graph in ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import EnvironmentFault, InputError
from ..pictures.decoding_pool import map_in_order

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..modelfile import ModelFile
    from ..pictures.preprocessing import Pixels

    Floats = NDArray[np.float32]

BATCH = 32  # pictures at a time; more costs memory and gains nothing (docs/log.md)


class Predictor:
    """A model file's graph in ONNX Runtime: uint8 (N, C, H, W) in, logits and probabilities (N, K) out.

    One thread a run, and as many runs at a time as there are CPUs: quicker than threads within a run.
    """

    def __init__(self, file: ModelFile) -> None:
        self.shape = file.spec.shape
        self._session = _session(file.data)

    def run(self, pictures: Pixels) -> tuple[Floats, Floats]:
        """Return logits and probabilities, float32 (N, K). Raises InputError for pictures of another shape or type."""
        logits, probabilities = self._run(pictures, ["logits", "probabilities"])
        return logits, probabilities

    def probabilities(self, pictures: Pixels, batch: int = BATCH) -> Floats:
        """Return the second of what `run` returns. `batch`: how many pictures are computed at a time."""
        return self._run(pictures, ["probabilities"], batch)[0]

    def _run(self, pictures: Pixels, wanted: list[str], batch: int = BATCH) -> list[Floats]:
        import numpy as np

        if pictures.dtype != np.uint8 or pictures.shape[1:] != self.shape or pictures.ndim != 4:
            got, expected = f"{pictures.dtype} {pictures.shape}", f"uint8 (N, {', '.join(map(str, self.shape))})"
            raise InputError("pictures.model", got=got, expected=expected)
        if len(pictures) <= batch:
            return list(self._session.run(wanted, {"pictures": pictures}))
        batches = [pictures[i : i + batch] for i in range(0, len(pictures), batch)]
        parts = map_in_order(lambda some: self._session.run(wanted, {"pictures": some}), batches)
        return [np.concatenate(part) for part in zip(*parts, strict=True)]


def _session(data: bytes) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise EnvironmentFault("onnxruntime.missing", got=str(error), hint="pip install onnxruntime") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors; they are raised as well
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
