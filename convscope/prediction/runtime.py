"""ONNX Runtime, imported so that it tells nobody of it.

From 1.29 on its builds for Linux and macOS send events of every session to its makers and keep an identifier in the
user's cache folder, unless a variable of the environment says no before the library is loaded; Windows has a switch
besides. convscope uses no network that it was not asked to use.
"""

from __future__ import annotations

import os
from typing import Any

from ..errors import EnvironmentFault

SILENCE = "ORT_DISABLE_TELEMETRY"


def onnx_runtime() -> Any:
    """Return the module onnxruntime. Raises EnvironmentFault where it is not installed."""
    os.environ[SILENCE] = "1"
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        raise EnvironmentFault("onnxruntime.missing", got=str(error), hint="pip install onnxruntime") from error
    onnxruntime.disable_telemetry_events()
    return onnxruntime


def session_of(data: bytes) -> Any:
    """Return a model file's graph, opened on one thread. Raises EnvironmentFault where ONNX Runtime is not installed,
    and its own errors for what it cannot open.
    """
    runtime = onnx_runtime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # errors are raised
    return runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
