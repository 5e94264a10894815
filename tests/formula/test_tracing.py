"""Every number of the shape table equals what torch builds and computes."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from torch.utils.flop_counter import FlopCounterMode

from convscope.errors import PlanError
from convscope.formula import ZOO, Conv, Network, parse, resolve, trace
from convscope.formula.geometry import Shape
from convscope.formula.tracing import MAX_FIELD, MAX_NUMBERS, MAX_PARAMETERS, MAX_PICTURE
from convscope.nn import build
from convscope.pictures.input_spec import InputSpec
from tests.strategies import networks


def check_against_torch(network: Network) -> None:
    c, h, w = network.input
    net = build(network, InputSpec(network.input, (0.0,) * c, (255.0,) * c)).eval()
    with torch.no_grad(), FlopCounterMode(display=False) as flops:
        outputs = net.outputs(torch.zeros(2, c, h, w))
    for node, output in zip(network.nodes, outputs, strict=True):
        shape = tuple(output.shape[1:])
        if node is network.nodes[-1] and not node.flat:
            shape = (*shape, 1, 1)[:3]  # the last is given as logits
        assert node.output == (shape if len(shape) == 3 else (*shape, 1, 1)), node
    learned = {name: tuple(p.shape) for name, p in net.named_parameters()}
    assert learned == {f"{node.name}.{name}": shape for node in network.nodes for name, shape in node.weights}
    assert network.parameters == sum(p.numel() for p in net.parameters())
    for node in network.nodes:
        assert node.parameters == sum(
            p.numel() for name, p in net.named_parameters() if name.split(".")[0] == node.name
        )
        how = node.parameters_how
        if "=" in how:
            left, right = how.replace("×", "*").replace(",", "").split(" = ")
            assert eval(left) == int(right) == node.parameters
    assert 2 * 2 * network.macs == flops.get_total_flops()  # two pictures, two FLOPs a MAC


@given(networks())
@settings(max_examples=60, deadline=None)
@pytest.mark.medium
def test_random_plans_equal_torch(network: Network) -> None:
    check_against_torch(network)


@pytest.mark.slow
@pytest.mark.long
@given(networks(max_size=20))
@settings(max_examples=3000, deadline=None)
def test_thousands_of_random_plans_equal_torch(network: Network) -> None:
    check_against_torch(network)


def test_the_lectures_network_to_the_digit() -> None:
    network = trace(resolve("slides"))
    by = {node.name: node for node in network.nodes}
    shapes = {
        "conv1": (16, 24, 24),
        "conv2": (32, 20, 20),
        "maxpool1": (32, 10, 10),
        "conv3": (64, 6, 6),
        "conv4": (128, 2, 2),
    }
    assert {name: by[name].output for name in shapes} == shapes
    assert [node.parameters for node in network.nodes if node.parameters] == [416, 12_832, 51_264, 204_928, 5_130]
    assert [node.macs for node in network.nodes if node.macs] == [230_400, 5_120_000, 1_843_200, 819_200, 5_120]
    assert (network.parameters, network.macs) == (274_570, 8_017_920)
    assert by["conv1"].parameters_how == "16 × (1×5×5 + 1) = 416"
    assert by["conv1"].size_how == "floor((28 − 5 + 2×0)/1) + 1 = 24"


def test_named_plans() -> None:
    assert trace(resolve("lenet5")).parameters == 61_706
    assert trace(resolve("dense")).parameters == 784 * 300 + 300 + 300 * 100 + 100 + 100 * 10 + 10


@pytest.mark.parametrize(
    ("name", "widths", "pooled"),
    [("tiny", (8, 14, 14, 18, 18), 3), ("small", (16, 32, 48, 56), 3), ("accurate", (32, 48, 48, 96, 96, 128), 3)],
)
def test_plans_without_a_stride(name: str, widths: tuple[int, ...], pooled: int) -> None:
    filters = [25 * widths[0], *(9 * before * after for before, after in itertools.pairwise(widths))]
    matrix = (24 // 2**pooled) ** 2 * widths[-1] * 10 + 10
    network = trace(resolve(name), (1, 28, 28), 10)
    assert network.parameters == sum(filters) + 2 * sum(widths) + matrix  # filters, two numbers of bn a map, fc
    assert [node.output[0] for node in network.nodes if isinstance(node.layer, Conv)] == list(widths)
    assert all(node.layer.stride in (1, (1, 1)) for node in network.nodes if isinstance(node.layer, Conv))


def test_plans_are_as_small_as_their_names_say() -> None:
    assert trace(resolve("tiny"), (1, 28, 28), 10).parameters == 9_930 < 10_000
    assert trace(resolve("small"), (1, 28, 28), 10).parameters == 48_378 < 50_000
    assert "crop(24) + " + ZOO["wide"][0] == ZOO["accurate"][0]
    assert trace(resolve("wide"), (3, 96, 64), 5).nodes[-1].output == (5, 1, 1)


@pytest.mark.parametrize(
    ("formula", "size", "dropped"),
    [
        ("conv(1, 5, stride=2)", (28, 28), (1, 1)),
        ("conv(1, 5, stride=2, pad=1)", (28, 29), (0, 0)),
        ("conv(1, 3, stride=3)", (28, 29), (1, 2)),
        ("maxpool(2)", (5, 7), (1, 1)),
        ("maxpool((2, 3))", (5, 7), (1, 1)),
        ("conv(1, 1, stride=3)", (7, 8), (4, 5)),  # gaps between the windows count too
        ("conv(1, 2, dilation=3, stride=4)", (9, 8), (5, 4)),  # reads 0 3 4 7
        ("crop((4, 3))", (9, 9), (5, 6)),
    ],
)
def test_rows_and_columns_that_nothing_reads(formula: str, size: tuple[int, int], dropped: tuple[int, int]) -> None:
    node = trace(parse(formula), (1, *size)).nodes[0]
    if node.window is not None:  # count them by hand as well
        for axis in (0, 1):
            w = node.window
            read = {
                u * w.stride[axis] - w.pad[axis] + t * w.dilation[axis]
                for u in range(node.output[1 + axis])
                for t in range(w.kernel[axis])
            }
            assert dropped[axis] == sum(x not in read for x in range(size[axis]))
    assert node.dropped == dropped


def test_names_are_unique_and_skips_know_what_they_add() -> None:
    network = trace(parse("conv(4, 3, pad=1) + skip(conv(4, 3, pad=1) + skip(relu) + bn) + relu + fc"), (4, 6, 6))
    assert [n.name for n in network.nodes] == [
        "conv1",
        "conv2",
        "relu1",
        "add1",
        "bn1",
        "add2",
        "relu2",
        "flatten1",
        "fc1",
    ]
    assert [n.sources for n in network.nodes if len(n.sources) > 1] == [(2, 1), (4, 0)]
    assert trace(parse("skip(relu) + fc"), (1, 3, 3)).nodes[1].sources == (0, -1)


def test_branches_read_what_came_before_all_of_them() -> None:
    formula = "relu + concat(conv(4, 1) + relu, concat(tanh, gap + adaptive_avgpool((6, 5)))) + fc"
    network = trace(parse(formula), (3, 6, 5))
    assert [(n.name, n.sources, n.output) for n in network.nodes] == [
        ("relu1", (-1,), (3, 6, 5)),
        ("conv1", (0,), (4, 6, 5)),
        ("relu2", (1,), (4, 6, 5)),
        ("tanh1", (0,), (3, 6, 5)),
        ("gap1", (0,), (3, 1, 1)),
        ("adaptive_avgpool1", (4,), (3, 6, 5)),
        ("concat1", (3, 5), (6, 6, 5)),
        ("concat2", (2, 6), (10, 6, 5)),
        ("flatten1", (7,), (300, 1, 1)),
        ("fc1", (8,), (10, 1, 1)),
    ]
    assert network.nodes[7].size_how == "4 + 6 = 10"
    assert trace(parse("concat(fc(3), fc(2)) + fc"), (1, 3, 3)).nodes[-1].input == (5, 1, 1)


@pytest.mark.parametrize(
    ("formula", "shape", "says"),
    [
        ("concat(relu, conv(3, (3, 2)))", (3, 9, 9), "one height and width, got 3×9×9, 3×7×8"),
        ("concat(relu, conv(3, (3, 2)))", (3, 9, 9), "try: adaptive_avgpool((7, 8)) makes maps of one size"),
        ("concat(relu, gap + flatten)", (3, 9, 9), "takes maps or rows of numbers, not both, got 3×9×9, 3"),
        ("(concat(relu, relu))*100", (1, 28, 28), "the output is too large, got 1048576×28×28"),
        ("concat(fc, fc(3))", (1, 28, 28), "only the last fc may go without a number"),
        ("adaptive_avgpool((65536, 1))", (1, 1, 1), "hold too many numbers, got 65536×1 + 1×1 = 65,537"),
        (
            "conv(3, 5)*8",
            (1, 28, 28),
            "layer 7, conv(3, 5): nothing is left: its rows would be floor((4 − 5 + 2×0)/1) + 1 = 0",
        ),
        ("conv(3, (1, 9))", (1, 9, 8), "its columns would be floor((8 − 9 + 2×0)/1) + 1 = 0"),
        ("fc(1000000) + fc(1000)", (1, 28, 28), "too many parameters, got 1,785,001,000"),
        ("conv(1000000, 1)", (1, 28, 28), "the output is too large"),
        ("skip(conv(3, 3))", (3, 9, 9), "got 3×9×9 round it, 3×7×7 through it"),
        ("skip(flatten)", (3, 1, 1), "both must have one shape"),
        ("fc + fc", (1, 3, 3), "only the last fc may go without a number"),
        ("fc(3) + conv(3, 3)", (1, 4, 4), "needs maps (channels × rows × columns), got 3 numbers in a row"),
        ("flatten + gap", (1, 4, 4), "layer 2, gap: needs maps"),
        ("crop((5, 9))", (1, 8, 8), "the crop is larger than the picture, got 5×9, expected at most 8×8"),
        ("conv(4, 3, groups=2)", (3, 8, 8), "groups must divide the channels that come in, got 2 groups, 3 channels"),
    ],
)
def test_what_does_not_fit_names_the_layer_and_the_sum(formula: str, shape: tuple[int, int, int], says: str) -> None:
    with pytest.raises(PlanError) as caught:
        trace(parse(formula), shape)
    assert says in str(caught.value)


def test_nonsense_inputs_are_refused() -> None:
    for shape, classes in (((1, 0, 3), 10), ((1, 3), 10), ((10**6, 10**6, 10**6), 10), ((1, 3, 3), 0)):
        with pytest.raises(PlanError):
            trace(parse("relu"), shape, classes)  # type: ignore[arg-type]


WIDE = "conv(1, 1, stride=(427445, 1)) + conv(1, 1, stride=(16386, 1))"  # 427,445·16,386·8,191·157 = 2⁵³ − 2
WIDE += " + conv(1, (158, 1), dilation=(8191, 1), pad=(1000000, 0))"
BOUNDS = [  # what is just taken, what is one too much; each with the picture's shape
    ("parameters.many", ("fc(1000000)", (499, 1, 1)), ("conv(1, 1, bias=False) + fc(1000000)", (1, 1, 500))),
    ("parameters.many", ("bn + fc(999998)", (499, 1, 1)), ("bn + fc(999999)", (499, 1, 1))),
    ("output.large", ("conv(1000000, 1)", (1, 25, 20)), ("conv(100000, 1)", (1, 5001, 1))),
    ("output.large", ("pad((500000, 0, 499500, 0))", (500, 500, 1)), ("pad((500000, 0, 499501, 0))", (500, 500, 1))),
    ("input.large", ("relu", (1, 8192, 8192)), ("relu", (1, 8193, 8192))),
    ("input.large", ("relu", (1 << 26, 1, 1)), ("relu", ((1 << 26) + 1, 1, 1))),
    ("field.large", (WIDE, (1, 1, 1)), (f"conv(1, (2, 1)) + {WIDE}", (1, 2, 1))),
    ("adaptive.large", ("adaptive_avgpool((65535, 1))", (1, 1, 1)), ("adaptive_avgpool((65536, 1))", (1, 1, 1))),
    ("adaptive.large", ("adaptive_avgpool((128, 384))", (1, 128, 128)), ("adaptive_avgpool((1, 256))", (1, 1, 256))),
    ("crop.large", ("crop((5, 7))", (1, 5, 7)), ("crop((6, 7))", (1, 5, 7))),
    ("crop.large", ("crop((5, 7))", (1, 5, 7)), ("crop((5, 8))", (1, 5, 7))),
    ("slice.large", ("channel_slice(1, 3)", (3, 2, 2)), ("channel_slice(1, 4)", (3, 2, 2))),
    ("rows.none", ("conv(1, (5, 1))", (1, 5, 1)), ("conv(1, (5, 1))", (1, 4, 1))),
    ("columns.none", ("maxpool((1, 5), pad=(0, 1))", (1, 1, 3)), ("maxpool((1, 5), pad=(0, 1))", (1, 1, 2))),
    ("groups.divide.input", ("conv(4, 1, groups=2)", (6, 1, 1)), ("conv(4, 1, groups=2)", (7, 1, 1))),
    ("softmax.last", ("log_softmax + relu", (1, 1, 1)), ("log_softmax", (1, 1, 1))),
    ("units.last", ("fc(3) + fc", (1, 1, 1)), ("fc + fc(3)", (1, 1, 1))),
]


@pytest.mark.parametrize(("key", "taken", "refused"), BOUNDS)
def test_what_is_at_its_bound_is_taken_and_one_more_is_refused(
    key: str, taken: tuple[str, Shape], refused: tuple[str, Shape]
) -> None:
    trace(parse(taken[0]), taken[1])
    with pytest.raises(PlanError) as caught:
        trace(parse(refused[0]), refused[1])
    assert caught.value.key == key


def test_what_is_at_a_bound_is_as_large_as_it_says() -> None:
    assert trace(parse("fc(1000000)"), (499, 1, 1)).parameters == MAX_PARAMETERS == 500_000_000
    assert math.prod(trace(parse("conv(1000000, 1)"), (1, 25, 20)).nodes[0].output) == MAX_NUMBERS == 500_000_000
    assert trace(parse(WIDE), (1, 1, 1)).nodes[-1].field.size == (MAX_FIELD, 1) == (2**53 - 1, 1)
    assert MAX_PICTURE == 8192 * 8192
