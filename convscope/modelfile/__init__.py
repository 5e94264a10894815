"""The model file: one .onnx that holds graph, weights, class names, formula, input and what was measured.

Written straight from the network with onnx.helper; read back without importing onnx or torch. docs/model-file.md is
the contract for everybody else's runtime.
"""

from .reading import ModelFile as ModelFile
from .reading import check as check
from .reading import read as read
from .reading import resolve_model as resolve_model
from .reading import verify as verify
from .writing import serialise as serialise
from .writing import write as write
