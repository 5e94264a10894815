"""A model file's graph in ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import EnvironmentFault, InputError, phrase
from ..formula.demand import demand
from ..machine.cpus import available_cpus
from ..machine.memory import fitting
from ..pictures.decoding_pool import MOST_THREADS, map_in_order
from .runtime import session_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..modelfile import ModelFile
    from ..pictures.preprocessing import Pixels

    Floats = NDArray[np.float32]

BATCH = 32  # pictures at a time; more costs memory and gains nothing (docs/log.md)
MOST_MACS = 10**12  # multiply-adds for one picture: half a minute of one core


class Predictor:
    """A model file's graph in ONNX Runtime: uint8 (N, C, H, W) in, logits and probabilities (N, K) out.

    One thread a run, and as many runs at a time as there are CPUs: quicker than threads within a run. Fewer at a time
    where the network is large for the machine. Raises InputError for one that would compute for minutes, and
    EnvironmentFault for one that does not fit into memory: by its shapes, before anything is allocated.
    """

    def __init__(self, file: ModelFile) -> None:
        self.shape, asked = file.spec.shape, demand(file.network)
        if asked.macs > MOST_MACS:
            most = phrase("value.most", n=f"{MOST_MACS:,}")
            raise InputError("model.slow", where=str(file.path), got=f"{asked.macs:,}", expected=most)
        self.threads = fitting(asked.bytes_at_once, min(MOST_THREADS, available_cpus()))
        self.batch = fitting(asked.bytes_at_once * self.threads, BATCH)
        self._session = session_of(file.data)
        self._rejects = file.metadata.rejection is not None

    def run(self, pictures: Pixels) -> tuple[Floats, Floats]:
        """Return logits and probabilities, float32 (N, K). Raises InputError for pictures of another shape or type."""
        logits, probabilities = self._run(pictures, ["logits", "probabilities"])
        return logits, probabilities

    def probabilities(self, pictures: Pixels) -> Floats:
        """Return the second of what `run` returns."""
        return self._run(pictures, ["probabilities"])[0]

    def answers(self, pictures: Pixels) -> tuple[Floats, Floats | None]:
        """Return probabilities (N, K), and how foreign each picture is, (N,), where the file says it."""
        if not self._rejects:
            return self.probabilities(pictures), None
        probabilities, outsiders = self._run(pictures, ["probabilities", "outsider"])
        return probabilities, outsiders

    def outsiders(self, pictures: Pixels) -> tuple[Floats, Floats | None]:
        """Return logits (N, K), and how foreign each picture is, (N,), where the file says it."""
        if not self._rejects:
            return self.run(pictures)[0], None
        logits, outsiders = self._run(pictures, ["logits", "outsider"])
        return logits, outsiders

    def _run(self, pictures: Pixels, wanted: list[str]) -> list[Floats]:
        import numpy as np

        if pictures.dtype != np.uint8 or pictures.shape[1:] != self.shape or pictures.ndim != 4:
            got, expected = f"{pictures.dtype} {pictures.shape}", f"uint8 (N, {', '.join(map(str, self.shape))})"
            raise InputError("pictures.model", got=got, expected=expected)
        if len(pictures) <= self.batch:
            return self._compute(pictures, wanted)
        batches = [pictures[i : i + self.batch] for i in range(0, len(pictures), self.batch)]
        parts = map_in_order(lambda some: self._compute(some, wanted), batches, self.threads)
        return [np.concatenate(part) for part in zip(*parts, strict=True)]

    def _compute(self, pictures: Pixels, wanted: list[str]) -> list[Floats]:
        try:
            return list(self._session.run(wanted, {"pictures": pictures}))
        except Exception as error:  # the runtime's own have no base in common; such as for memory it did not get
            raise EnvironmentFault("runtime.failed", got=error) from error
