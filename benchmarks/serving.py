"""A served model beside ONNX Runtime bare in one process: pictures a second, and what 64 clients at once wait.

    python -m benchmarks.serving

Needs wrk (apt-get install wrk). Rounds in turn, on whatever the machine does just now: the ratios count.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import numpy as np

from convscope.data import mnist
from convscope.explain.look import SLIDES
from convscope.prediction import load

from .results import versions, write

TOGETHER, CLIENTS = 256, 64
SECONDS, ROUNDS = 4, 5
SCRIPT = """
local file = io.open(os.getenv("BODY"), "rb")
wrk.method, wrk.body = "POST", file:read("*a")
wrk.headers["Content-Type"] = "application/octet-stream"
wrk.headers["X-Convscope-Shape"] = os.getenv("SHAPE")
done = function(summary, latency)
  io.write(string.format("RESULT %d %d %f %f\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99)))
  io.write(string.format("ERRORS %d\\n", summary.errors.status + summary.errors.timeout + summary.errors.read))
end
"""


def bare(pictures: np.ndarray, seconds: float) -> float:
    """Return the pictures a second of ONNX Runtime with its own settings, `pictures` at a time."""
    import onnxruntime

    session = onnxruntime.InferenceSession(load(SLIDES).file.data, providers=["CPUExecutionProvider"])
    count, began = 0, time.perf_counter()
    session.run(["probabilities"], {"pictures": pictures})
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        session.run(["probabilities"], {"pictures": pictures})
        count += len(pictures)
    return count / (time.perf_counter() - began)


@contextmanager
def served() -> Iterator[str]:
    """Serve the lecture's model in a process of its own."""
    line = [sys.executable, "-m", "convscope", "serve", str(SLIDES), "--port", "0"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        try:
            yield address
        finally:
            process.terminate()


def wrk(address: str, pictures: np.ndarray, clients: int) -> tuple[float, float, float]:
    """Return requests a second, and the seconds that half of them and all but a hundredth took at most."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "body").write_bytes(pictures.tobytes())
        (Path(folder) / "post.lua").write_text(SCRIPT)
        shape = ",".join(map(str, pictures.shape))
        line = ["wrk", "-t1", f"-c{clients}", f"-d{SECONDS}s", "--timeout", "30s", "-s", f"{folder}/post.lua"]
        env = {**os.environ, "BODY": f"{folder}/body", "SHAPE": shape}
        said = subprocess.run([*line, f"{address}predict"], env=env, capture_output=True, text=True, check=True).stdout
    assert "ERRORS 0" in said, said
    requests, micros, half, most = map(float, re.findall(r"RESULT (\S+) (\S+) (\S+) (\S+)", said)[0])
    return requests / micros * 1e6, half / 1e6, most / 1e6


def main() -> None:
    pictures = mnist().test.images[:TOGETHER]  # type: ignore[union-attr]
    rounds = []
    with served() as address:
        wrk(address, pictures[:1], 4)  # warm
        for number in range(ROUNDS):
            alone = bare(pictures, SECONDS)
            many, _, _ = wrk(address, pictures, 4)
            again = bare(pictures, SECONDS)
            single, half, most = wrk(address, pictures[:1], CLIENTS)
            rounds.append(
                {
                    "bare": round((alone + again) / 2, 1),
                    "served": round(TOGETHER * many, 1),
                    "ratio": round(TOGETHER * many / ((alone + again) / 2), 3),
                    "requests_per_second": round(single, 1),
                    "p50": round(half, 4),
                    "p99": round(most, 4),
                    "p99_of_fair": round(most / (CLIENTS / single), 2),
                    "load": round(os.getloadavg()[0], 1),
                }
            )
            print(number + 1, rounds[-1], flush=True)
        metrics = urlopen(f"{address}metrics").read().decode()
    batches, computed = (
        float(re.findall(rf"convscope_batch_pictures_{n} (\S+)", metrics)[0]) for n in ("count", "sum")
    )
    print({name: statistics.median(one[name] for one in rounds) for name in rounds[0]})
    what = (
        f"convscope serve with slides: pictures a second of {TOGETHER} raw pictures a request, 4 at a time, beside "
        f"ONNX Runtime bare before and after (ratio); {CLIENTS} clients with one picture each: seconds that half and "
        f"all but a hundredth waited at most, p99 also as a multiple of {CLIENTS} / requests a second. {SECONDS} s a "
        f"figure; {computed / batches:.1f} pictures a batch in all"
    )
    write("serving", what, rounds, using=versions("onnxruntime", "numpy", "starlette", "uvicorn"))


if __name__ == "__main__":
    main()
