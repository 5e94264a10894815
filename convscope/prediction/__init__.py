"""Predicting with a model file: pictures in, class names and probabilities out. ONNX Runtime, never torch.

>>> model = load("runs/2025-11-24-mnist")
>>> model.predict("seven.png")
[Prediction(label='7', probability=0.9998, top=(...), inverted=False)]
"""

from .answer import Prediction as Prediction
from .answer import Score as Score
from .model import Model as Model
from .model import load as load
from .model import predict as predict
from .predictor import Predictor as Predictor
