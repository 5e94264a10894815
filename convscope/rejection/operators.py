"""The score in a model file's graph: operators from the pictures and the network's features to `outsider`.

Every name begins with "outsider". What is learned are the tensors of `shapes`.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from ..formula import Network
from ..formula.geometry import Shape
from ..formula.kinds.pooling import AdaptiveAvgPool
from ..formula.onnx_operators import FLOAT, INT64, Attributes, Operator, Piece, Tensor
from . import layout
from .features import Features
from .record import Rejection

CENTRE, WHITENING = "outsider.picture.centre", "outsider.picture.whitening"
MEAN, DIRECTIONS, BACKGROUND, WITHIN, MEANS = (
    f"outsider.features.{name}" for name in ("centre", "directions", "background", "within", "means")
)
LEARNED = (CENTRE, WHITENING, MEAN, DIRECTIONS, BACKGROUND, WITHIN, MEANS)


def shapes(network: Network) -> dict[str, tuple[int, ...]]:
    """Return the shape of every learned tensor, by name, in order."""
    d, of = layout.count(network.input), Features.of(network)
    square = of.rank, of.rank
    sizes = ((d,), (d, d), (of.width,), (of.width, of.rank), square, square, (of.classes, of.rank))
    return dict(zip(LEARNED, sizes, strict=True))


def piece(network: Network, rejection: Rejection) -> Piece:
    """Return the operators and their tensors; the learned ones without numbers."""
    operators: list[Operator] = []
    tensors: dict[str, Tensor] = {}
    squares = []
    for part in rejection.parts:
        name = f"outsider.{part.name}"
        if part.name == "picture":
            made = _picture(name, network.input)
        elif part.name == "features":
            made = _features(name, Features.of(network))
        else:
            made = Piece((Operator("Sqrt", ("outsider.features.common",), f"{name}.distance"),), {})
        operators += [
            *made.operators,
            Operator("Sub", (f"{name}.distance", f"{name}.middle"), f"{name}.above"),
            Operator("Div", (f"{name}.above", f"{name}.spread"), f"{name}.scaled"),
            Operator("Relu", (f"{name}.scaled",), f"{name}.score"),
            Operator("Mul", (f"{name}.score", f"{name}.score"), f"{name}.square"),
        ]
        tensors |= {**made.tensors, f"{name}.middle": _numbers(part.middle), f"{name}.spread": _numbers(part.spread)}
        squares.append(f"{name}.square")
    operators += [
        Operator("Sum", tuple(squares), "outsider.square"),
        Operator("Sqrt", ("outsider.square",), "outsider"),
    ]
    learned = {name: Tensor(FLOAT, size) for name, size in shapes(network).items()}
    return Piece(tuple(operators), tensors | learned)


def _features(name: str, of: Features) -> Piece:
    """`mahalanobis.ClassGaussians.distances`, as operators: to the nearest class, less to all pictures."""
    averages: Attributes = {"kernel_shape": (1, of.group), "strides": (1, of.group)}
    operators = (
        Operator("Reshape", (of.name, f"{name}.line"), f"{name}.lines"),
        Operator("AveragePool", (f"{name}.lines",), f"{name}.averages", averages),
        Operator("Flatten", (f"{name}.averages",), f"{name}.averaged", {"axis": 1}),
        Operator("Sub", (f"{name}.averaged", f"{name}.centre"), f"{name}.centred"),
        Operator("MatMul", (f"{name}.centred", f"{name}.directions"), f"{name}.turned"),
        Operator("MatMul", (f"{name}.turned", f"{name}.background"), f"{name}.over_all"),
        Operator("ReduceSumSquare", (f"{name}.over_all",), f"{name}.common", {"axes": (1,), "keepdims": 0}),
        Operator("MatMul", (f"{name}.turned", f"{name}.within"), f"{name}.inside"),
        Operator("Reshape", (f"{name}.inside", f"{name}.apart"), f"{name}.each"),
        Operator("Sub", (f"{name}.each", f"{name}.means"), f"{name}.off"),
        Operator("ReduceSumSquare", (f"{name}.off",), f"{name}.classes", {"axes": (2,), "keepdims": 0}),
        Operator("ReduceMin", (f"{name}.classes",), f"{name}.nearest", {"axes": (1,), "keepdims": 0}),
        Operator("Sub", (f"{name}.nearest", f"{name}.common"), f"{name}.distance"),
    )
    return Piece(operators, {f"{name}.line": _wholes(0, 1, 1, -1), f"{name}.apart": _wholes(0, 1, of.rank)})


def _picture(name: str, shape: Shape) -> Piece:
    """The distance of the picture's own statistics to the training pictures' mean, in directions made equally wide."""
    made = _statistics(name, shape)
    operators = (
        *made.operators,
        Operator("Sub", (f"{name}.statistics", f"{name}.centre"), f"{name}.centred"),
        Operator("MatMul", (f"{name}.centred", f"{name}.whitening"), f"{name}.white"),
        Operator("ReduceL2", (f"{name}.white",), f"{name}.distance", {"axes": (1,), "keepdims": 0}),
    )
    return Piece(operators, made.tensors)


def _statistics(name: str, shape: Shape) -> Piece:
    """`statistics.statistics`, as operators."""
    channels, height, width = shape
    steps, full = layout.LEVELS - 1, f"{name}.scale0"
    operators = [Operator("Div", ("pictures.float", f"{name}.white_level"), full)]
    tensors = {
        f"{name}.white_level": _numbers(255.0),
        f"{name}.floor": _numbers(layout.FLOOR),
        f"{name}.pixels": _wholes(0, channels, 1, height * width),
        f"{name}.steps": _numbers(float(steps)),
        f"{name}.one": _numbers(1.0),
        f"{name}.levels": _tensor((layout.LEVELS, 1), [float(level) for level in range(layout.LEVELS)]),
    }
    found: list[str] = []

    def strength(values: str) -> None:
        """The logarithm of the mean of absolute values."""
        operators.append(Operator("Abs", (values,), f"{values}.size"))
        operators.append(Operator("ReduceMean", (f"{values}.size",), f"{values}.mean", {"axes": (2, 3), "keepdims": 0}))
        logarithm(f"{values}.mean")

    def logarithm(values: str) -> None:
        operators.append(Operator("Add", (values, f"{name}.floor"), f"{values}.raised"))
        operators.append(Operator("Log", (f"{values}.raised",), f"{values}.log"))
        found.append(f"{values}.log")

    for scale in range(layout.scales(shape)):
        z, edges = f"{name}.scale{scale}", f"{name}.edges{scale}"
        if scale:
            halved: Attributes = {"kernel_shape": (2, 2), "strides": (2, 2)}
            operators.append(Operator("AveragePool", (f"{name}.scale{scale - 1}",), z, halved))
        else:
            kernels = [float(v) for _ in range(channels) for kernel in layout.KERNELS for row in kernel for v in row]
            tensors[f"{name}.kernels"] = _tensor((3 * channels, 1, 3, 3), kernels)
        grouped: Attributes = {"group": channels, "kernel_shape": (3, 3)}
        operators.append(Operator("Conv", (z, f"{name}.kernels"), edges, grouped))
        strength(edges)
        operators += [
            Operator("Mul", (edges, edges), f"{edges}.squares"),
            Operator("ReduceMean", (f"{edges}.squares",), f"{edges}.square", {"axes": (2, 3), "keepdims": 0}),
            Operator("Sqrt", (f"{edges}.square",), f"{edges}.root"),
        ]
        logarithm(f"{edges}.root")
    operators += [
        Operator("Reshape", (full, f"{name}.pixels"), f"{name}.row"),
        Operator("Mul", (f"{name}.row", f"{name}.steps"), f"{name}.stepped"),
        Operator("Sub", (f"{name}.stepped", f"{name}.levels"), f"{name}.off"),
        Operator("Abs", (f"{name}.off",), f"{name}.far"),
        Operator("Sub", (f"{name}.one", f"{name}.far"), f"{name}.nearness"),
        Operator("Relu", (f"{name}.nearness",), f"{name}.near"),
        Operator("ReduceMean", (f"{name}.near",), f"{name}.share", {"axes": (3,), "keepdims": 0}),
        Operator("Sqrt", (f"{name}.share",), f"{name}.levelled"),
        Operator("Flatten", (f"{name}.levelled",), f"{name}.histogram", {"axis": 1}),
    ]
    grid = AdaptiveAvgPool(layout.CELLS).onnx(f"{name}.grid", (full,), shape)
    operators += [*grid.operators, Operator("Flatten", (f"{name}.grid",), f"{name}.cells", {"axis": 1})]
    tensors |= grid.tensors
    found += [f"{name}.histogram", f"{name}.cells"]
    if channels == 3:
        colours = f"{name}.colours"
        signs = [float((c == a) - (c == b)) for a, b in layout.PAIRS for c in range(3)]
        tensors[f"{name}.differences"] = _tensor((len(layout.PAIRS), 3, 1, 1), signs)
        operators.append(Operator("Conv", (full, f"{name}.differences"), colours, {"kernel_shape": (1, 1)}))
        strength(colours)
        operators.append(
            Operator("ReduceMean", (colours,), f"{colours}.balance", {"axes": (2, 3), "keepdims": 0}),
        )
        found.append(f"{colours}.balance")
    operators.append(Operator("Concat", tuple(found), f"{name}.statistics", {"axis": 1}))
    return Piece(tuple(operators), tensors)


def _numbers(value: float) -> Tensor:
    return Tensor(FLOAT, (), struct.pack("<f", value))


def _tensor(shape: tuple[int, ...], values: Sequence[float]) -> Tensor:
    return Tensor(FLOAT, shape, struct.pack(f"<{len(values)}f", *values))


def _wholes(*values: int) -> Tensor:
    return Tensor(INT64, (len(values),), struct.pack(f"<{len(values)}q", *values))
