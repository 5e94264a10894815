"""A node may read any number of nodes, any of those before it: torch, ONNX, receptive fields and the payload agree.

No formula says such networks yet, so they are put together node by node.
"""

from __future__ import annotations

import pytest
import torch

from convscope.errors import PlanError
from convscope.explain.payload import nodes as payload_nodes
from convscope.formula import (
    Add,
    BatchNorm,
    Conv,
    Flatten,
    GlobalAvgPool,
    Layer,
    MaxPool,
    Mul,
    Network,
    ReLU,
    parse,
    seen,
)
from convscope.formula.tracing import Tracer, trace
from convscope.modelfile import serialise
from convscope.nn import build
from convscope.pictures.input_spec import InputSpec
from tests.conformance import onnx_engine
from tests.reference import assert_agree, random_pictures, random_weights, reference

Part = tuple[Layer, tuple[int, ...]]
SHAPE, CLASSES = (2, 7, 5), 3

SAME = Conv(2, (3, 1), pad="same")
NETWORKS: dict[str, list[Part]] = {
    "three branches of one node": [
        (Conv(2, 1), (-1,)),
        (SAME, (0,)),
        (Conv(2, (1, 5), pad="same"), (0,)),
        (Add(), (2, 0, 1)),
        (MaxPool(2), (3,)),
    ],
    "the picture among them, one twice": [
        (SAME, (-1,)),
        (ReLU(), (0,)),
        (Add(), (-1, 1, 1, 0)),
        (BatchNorm(), (2,)),
        (Add(), (3, -1)),
    ],
    "rows": [(Flatten(), (-1,)), (ReLU(), (0,)), (Add(), (0, 1, 0)), (ReLU(), (0,)), (Add(), (3, 2))],
    "what has fewer numbers counts for several": [
        (SAME, (-1,)),
        (GlobalAvgPool(), (0,)),
        (Conv(1, 1), (0,)),
        (Mul(), (1, 0, 2)),
        (Add(), (1, 3)),
        (Mul(), (3, 4, 4)),
    ],
    "a branch that ends apart": [(SAME, (-1,)), (Conv(2, 3, pad=1), (-1,)), (Add(), (0, 1)), (MaxPool((1, 2)), (2,))],
}


def network_of(parts: list[Part]) -> Network:
    """Return a network of these layers, each with the nodes it reads, and an fc at the end."""
    tracer = Tracer(SHAPE, CLASSES, rows=1)
    for layer, sources in parts:
        tracer.add(layer, sources)
    tracer.add_plan(parse("fc"))
    return Network(parse("fc"), SHAPE, CLASSES, tuple(tracer.nodes))


@pytest.mark.parametrize("name", NETWORKS)
def test_torch_and_onnx_give_the_same_numbers_at_every_node(name: str) -> None:
    network = network_of(NETWORKS[name])
    spec, weights = InputSpec(SHAPE), random_weights(network, seed=1)
    pictures = random_pictures(network, seed=2)
    wanted = reference(network, spec, weights, pictures)
    file = serialise(network, spec, weights, ["a", "b", "c"])
    assert_agree(network, onnx_engine.outputs(file, network, pictures), wanted)
    net = build(network, spec).eval()
    x = torch.from_numpy(pictures)
    with torch.no_grad():
        assert torch.equal(net(x), net.outputs(x)[-1])


def test_a_sum_of_three_is_the_sum_of_three() -> None:
    network = network_of(NETWORKS["three branches of one node"])
    with torch.no_grad():
        outputs = build(network, InputSpec(SHAPE)).eval().outputs(torch.ones(1, *SHAPE))
    torch.testing.assert_close(outputs[3], outputs[0] + outputs[1] + outputs[2])


@pytest.mark.parametrize("name", NETWORKS)
def test_what_a_unit_sees_is_where_its_gradient_reaches(name: str) -> None:
    linear = {ReLU: Conv(2, 1), MaxPool: None, BatchNorm: Conv(2, 1)}
    if name == "rows":
        return  # nothing there looks beside itself
    parts: list[Part] = [(linear.get(type(layer)) or layer, sources) for layer, sources in NETWORKS[name]]
    parts = [(Conv(2, 2, stride=2) if isinstance(layer, MaxPool) else layer, sources) for layer, sources in parts]
    network = network_of(parts)
    net = build(network, InputSpec(SHAPE, std=(1.0, 1.0))).double().eval()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.fill_(1.0)
    for index, node in enumerate(network.nodes[:-2]):
        for unit in ((0, 0), (node.output[1] // 2, node.output[2] - 1)):
            picture = torch.ones(1, *SHAPE, dtype=torch.float64, requires_grad=True)
            net.outputs(picture)[index][0, :, unit[0], unit[1]].sum().backward()
            assert picture.grad is not None
            reached = picture.grad[0].abs().sum(0).nonzero()
            box = (*reached.min(0).values.tolist(), *reached.max(0).values.tolist())
            assert seen(network, index, unit) == box


def test_a_product_multiplies_small_whole_numbers() -> None:
    """2, 3 and −1, 5 times their means 2.5 and 2, and the field of one whole row."""
    network = trace(parse("gate(gap) + flatten"), (2, 1, 2), 4)
    net = build(network, InputSpec((2, 1, 2), (0.0, 0.0), (1.0, 1.0)))
    with torch.no_grad():
        made = net.outputs(torch.tensor([[[[2.0, 3.0]], [[-1.0, 5.0]]]]))
    assert made[1].flatten().tolist() == [5.0, 7.5, -2.0, 10.0]
    assert (network.nodes[1].field.size, network.nodes[1].field.jump) == ((1, 2), (1, 1))


def test_what_has_fewer_numbers_may_come_first() -> None:
    """A torch module says gate * x or x * gate; here the larger one leads."""
    tracer = Tracer(SHAPE, CLASSES)
    tracer.add(GlobalAvgPool(), (-1,))
    tracer.add(Mul(), (0, -1))
    assert (tracer.nodes[1].sources, tracer.nodes[1].output) == ((-1, 0), SHAPE)


def test_a_joined_field_is_the_smallest_around_all_of_its_branches() -> None:
    """Rows and columns are told apart: one branch is 3 high, another 5 wide."""
    network = network_of(NETWORKS["three branches of one node"])
    fields = [(node.field.size, node.field.start) for node in network.nodes[:4]]
    assert fields == [((1, 1), (0, 0)), ((3, 1), (-1, 0)), ((1, 5), (0, -2)), ((3, 5), (-1, -2))]


def test_the_page_gets_every_source() -> None:
    nodes_of_page = payload_nodes.page_nodes(network_of(NETWORKS["the picture among them, one twice"]))
    assert [node.sources for node in nodes_of_page] == [(-1,), (0,), (-1, 1, 1, 0), (2,), (3, -1), (4,), (5,)]
    assert nodes_of_page[2].inputs == ((2, 7, 5),) * 4


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ([(Conv(3, 1), (-1,)), (Add(), (0, -1))], "of the first one's shape, got 3×7×5, 2×7×5"),
        ([(Flatten(), (-1,)), (Add(), (0, -1))], "maps or rows of numbers, not both"),
        ([(Add(), (-1,))], "two inputs or more"),
    ],
)
def test_sources_that_do_not_fit_are_refused(parts: list[Part], says: str) -> None:
    with pytest.raises(PlanError) as caught:
        network_of(parts)
    assert says in str(caught.value)
