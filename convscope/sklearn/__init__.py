"""A network as a scikit-learn classifier: in a Pipeline, a GridSearchCV, a CalibratedClassifierCV, as any other.

>>> from sklearn.datasets import load_digits
>>> X, y = load_digits(return_X_y=True)
>>> ConvClassifier(epochs=20, random_state=0).fit(X[:1000], y[:1000]).score(X[1000:], y[1000:])  # doctest: +SKIP
0.96
"""

from __future__ import annotations

from ..errors import phrase

try:
    import sklearn as _sklearn
except ModuleNotFoundError as error:
    if error.name != "sklearn":
        raise
    raise ModuleNotFoundError(str(phrase("sklearn.missing")), name="sklearn") from error
else:
    del _sklearn

from .classifier import ConvClassifier as ConvClassifier
