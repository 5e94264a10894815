"""Which samples count, and what the classes are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.class_order import checked_classes
from ..errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def class_names(classes: NDArray[Any]) -> tuple[str, ...]:
    """Return the names that the model file gives the classes: their own as text, or their numbers where these are none.

    >>> class_names(np.array([3, 7])), class_names(np.array(["", "a"]))
    (('3', '7'), ('0', '1'))
    """
    names = tuple(str(name) for name in classes.tolist())
    try:
        return checked_classes(names, "")
    except InputError:
        return tuple(str(number) for number in range(len(classes)))


def counted(
    X: NDArray[Any],  # noqa: N803
    y: NDArray[Any],
    weights: NDArray[Any],
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], Floats | None]:
    """Return the samples that count, their labels, all classes, and the weights, None where they are all the same.

    Raises ValueError where fewer than two classes are left, or one of those in y is not.
    """
    kept, classes = weights > 0, np.unique(y)
    X, y, weights = (X, y, weights) if kept.all() else (X[kept], y[kept], weights[kept])  # noqa: N806
    present = np.unique(y)
    if len(present) < 2:
        said = f"only one class: {present.tolist()[0]!r}" if len(present) else "no class of a weight above 0"
        raise ValueError(f"ConvClassifier needs samples of at least 2 classes in the data, but there is {said}")
    if len(present) < len(classes):
        gone = np.setdiff1d(classes, present).tolist()[0]
        raise ValueError(f"every sample of the class {gone!r} has the weight 0: leave them out")
    return X, y, classes, None if (weights == weights[0]).all() else weights
