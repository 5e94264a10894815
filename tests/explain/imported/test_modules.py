"""Any torch module on a page: rebuilt as a network where the formula can say it, else open where it can and boxed where
not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import convscope
from convscope.errors import InputError, UsageError
from convscope.explain.imported import translation
from convscope.explain.imported.steps import steps
from convscope.explain.payload.encoding import decode
from convscope.formula import BatchNorm
from tests.explain.zoo import (
    Block,
    Branching,
    Formless,
    Functions,
    Mixed,
    Residual,
    pictures,
    sequential,
    with_random_state,
)


def expected(module: nn.Module, x: Tensor) -> np.ndarray[Any, Any]:
    """Return the module's own scores in evaluation mode, as probabilities."""
    was = module.training
    with torch.no_grad():
        made: Tensor = module.eval()(x)
    module.train(was)
    return made.numpy()


def softmax(scores: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    e = np.exp(scores - scores.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


class Fire(nn.Module):
    """SqueezeNet's module, and a head that reads a grid of cells beside the means (Iandola et al. 2016)."""

    def __init__(self) -> None:
        super().__init__()
        self.squeeze, self.one, self.three = nn.Conv2d(1, 3, 1), nn.Conv2d(3, 4, 1), nn.Conv2d(3, 2, 3, padding=1)
        self.cells, self.head = nn.AdaptiveAvgPool2d((3, 2)), nn.Linear(6 * 6 + 6, 4)

    def forward(self, x: Tensor) -> Tensor:
        squeezed = torch.relu(self.squeeze(x))
        one, three = self.one(squeezed), self.three(squeezed)
        x = torch.cat([one.relu(), three.relu()], dim=1)
        return self.head(torch.cat([self.cells(x).flatten(1), torch.flatten(x.mean((2, 3), keepdim=True), 1)], 1))


class Dense(nn.Module):
    """What went in stands beside what came out (Huang et al. 2017): no formula says it, the page opens it whole."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.head = nn.Conv2d(1, 3, 3, 2), nn.Conv2d(3, 2, (3, 5), padding=(1, 2)), nn.Linear(5, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.one(x)
        return self.head(torch.cat((x, self.two(x)), 1).mean((2, 3)))


REBUILT = {
    "branches": (
        Fire,
        "conv(3, 1) + relu + concat(conv(4, 1) + relu, conv(2, 3, pad=1) + relu) + "
        "concat(adaptive_avgpool((3, 2)) + flatten, gap + flatten) + fc(4)",
    ),
    "sequential": (
        sequential,
        "conv(6, (3, 5), stride=(1, 2), pad=(1, 0), bias=False) + bn(0.001) + relu + maxpool(2, stride=1, pad=1) + "
        'conv(6, 3, pad="same", dilation=2, groups=3) + leaky_relu(0.1) + avgpool(2) + prelu + dropout(0.3) + flatten '
        "+ "
        "fc(8) + bn + tanh + fc(4)",
    ),
    "functions": (
        Functions,
        "conv(4, 3) + relu + conv(6, 3) + sigmoid + maxpool(2) + dropout(0.25) + flatten + fc(10) + tanh + fc(4)",
    ),
    "residual": (
        lambda: Residual(widen=False),
        "conv(4, 3, pad=1) + skip(conv(4, 3, pad=1, bias=False) + relu + conv(4, 3, pad=1, bias=False) + bn) + relu + "
        "skip(conv(4, 3, pad=1, bias=False) + relu + conv(4, 3, pad=1, bias=False) + bn) + relu + gap + flatten + "
        "fc(4)",
    ),
    "shortcut": (
        lambda: Residual(widen=True),
        "conv(4, 3, pad=1) + skip(conv(4, 3, pad=1, bias=False) + relu + conv(4, 3, pad=1, bias=False) + bn) + relu + "
        "skip(conv(8, 3, stride=2, pad=1, bias=False) + relu + conv(8, 3, pad=1, bias=False) + bn, conv(8, 1, "
        "stride=2)) + relu + gap + flatten + fc(4)",
    ),
}


@pytest.mark.parametrize("name", REBUILT)
@pytest.mark.medium
def test_a_module_of_known_layers_becomes_a_network(name: str) -> None:
    make, formula = REBUILT[name]
    module, x = with_random_state(make()), pictures()
    page = convscope.look(module, x, classes=("a", "b", "c", "d"))
    payload = page.payload
    assert payload["formula"] == formula
    assert (payload["classes"], payload["maps"], payload["title"]) == (
        ["a", "b", "c", "d"],
        None,
        type(module).__name__,
    )
    logits = decode(payload["samples"]["logits"])
    wanted = expected(module, x)
    if name == "sequential":
        logits, wanted = np.log(softmax(logits)), wanted
    np.testing.assert_allclose(logits, wanted, rtol=1e-4, atol=1e-5)
    assert payload["figures"]["parameters"] >= sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("make", [sequential, Functions, Mixed, Branching, Formless, lambda: Residual(widen=True)])
@pytest.mark.medium
def test_looking_leaves_a_module_as_it_was(make: Any) -> None:
    module, x = with_random_state(make()), pictures()
    before = {name: t.clone() for name, t in module.state_dict().items()}
    chance = torch.get_rng_state()
    given = x.clone()
    convscope.look(module, x)
    assert all(m.training for m in module.modules())
    assert all(not m._forward_hooks for m in module.modules())
    assert all(torch.equal(t, before[name]) for name, t in module.state_dict().items())
    assert torch.equal(torch.get_rng_state(), chance)
    assert torch.equal(x, given)
    assert all(p.grad is None for p in module.parameters())


def test_a_page_keeps_what_a_module_calls_its_layers() -> None:
    payload = convscope.look(with_random_state(Residual(widen=True)).eval(), pictures(1)).payload
    kinds = {node["name"]: node["kind"] for node in payload["nodes"]}
    learned = {
        name: own for name, own in payload["names"].items() if f"{name}.weight" in payload["tensors"] and name in kinds
    }
    module = Residual(widen=True)
    assert learned
    for name, own in learned.items():
        weight = module.get_submodule(own).weight
        assert list(weight.shape) == payload["tensors"][f"{name}.weight"]["shape"]


def test_a_concatenation_without_a_formula_is_open_too() -> None:
    module, x = with_random_state(Dense()), pictures()
    payload = convscope.look(module, x).payload
    assert (payload["formula"], payload["maps"]) == ("", None)
    nodes = {n["name"]: n for n in payload["nodes"]}
    assert [n["kind"] for n in payload["nodes"]] == ["conv", "conv", "concat", "gap", "flatten", "fc"]
    assert (nodes["cat"]["sources"], nodes["cat"]["inputs"], nodes["cat"]["output"]) == (
        [0, 1],
        [[3, 7, 7], [2, 7, 7]],
        [5, 7, 7],
    )
    assert nodes["cat"]["field"] == {"size": [7, 11], "jump": [2, 2], "start": [-2, -4]}
    np.testing.assert_allclose(decode(payload["samples"]["logits"]), expected(module, x), rtol=1e-4, atol=1e-5)


def test_known_layers_stay_open_among_boxes() -> None:
    module, x = with_random_state(Mixed()), pictures()
    payload = convscope.look(module, x).payload
    summary = [(n["name"], n["kind"], n["sources"][0]) for n in payload["nodes"]]
    assert summary == [
        ("known", "conv", -1),
        ("softsign", "opaque", 0),
        ("circular.pad", "pad", 1),
        ("circular", "conv", 2),
        ("again", "conv", 3),
        ("mish", "opaque", 4),
        ("flatten", "flatten", 5),
        ("head", "fc", 6),
    ]
    assert payload["nodes"][1]["text"] == "Softsign()"
    seen: dict[str, Tensor] = {}
    handles = [
        m.register_forward_hook(lambda _, __, y, name=name: seen.update({name: y.detach().clone()}))
        for name, m in module.named_children()
    ]
    wanted = expected(module, x)
    for handle in handles:
        handle.remove()
    assert set(payload["maps"]) == {"softsign", "mish"}, "what is open the page computes"
    np.testing.assert_allclose(decode(payload["maps"]["softsign"]), seen["softsign"].numpy(), rtol=1e-6)
    np.testing.assert_allclose(softmax(decode(payload["samples"]["logits"])), wanted, rtol=1e-5)


@pytest.mark.medium
def test_a_module_that_cannot_be_traced_is_shown_by_its_calls() -> None:
    module, x = with_random_state(Branching()), pictures()
    payload = convscope.look(module, x).payload
    kinds = [(n["name"], n["kind"], n["text"] if n["kind"] == "opaque" else "") for n in payload["nodes"]]
    assert kinds == [
        ("one", "conv", ""),
        ("between1", "opaque", "?"),
        ("two", "conv", ""),
        ("flatten3", "flatten", ""),
        ("head", "fc", ""),
    ]
    with torch.no_grad():
        doubled = 2 * module.one(x)
    np.testing.assert_allclose(decode(payload["maps"]["between1"]), doubled.numpy(), rtol=1e-6)


@pytest.mark.medium
def test_a_module_without_layers_is_one_box() -> None:
    module, x = with_random_state(Formless()), pictures()
    payload = convscope.look(module, x).payload
    assert [(n["kind"], n["output"]) for n in payload["nodes"]] == [("opaque", [4, 1, 1])]
    name = payload["nodes"][0]["name"]
    np.testing.assert_allclose(decode(payload["maps"][name]), expected(module, x), rtol=1e-6)


def test_a_step_is_open_only_if_it_computes_the_same() -> None:
    """A convolution with a hook that changes its output is no convolution."""
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 14 * 14, 3))
    module[0].register_forward_hook(lambda _, __, y: y + 1)
    payload = convscope.look(module, pictures()).payload
    assert [n["kind"] for n in payload["nodes"]] == ["opaque", "flatten", "fc"]


def test_a_row_of_pictures_that_linear_takes_apart_is_no_fc() -> None:
    module = nn.Sequential(nn.Linear(16, 5), nn.ReLU(), nn.Flatten(), nn.Linear(80, 3))
    payload = convscope.look(module, pictures()).payload
    assert [n["kind"] for n in payload["nodes"]] == ["opaque", "relu", "flatten", "fc"]


@pytest.mark.medium
def test_data_gives_a_module_cards_and_errors() -> None:
    rng = np.random.default_rng(0)
    data = convscope.datasets.arrays(
        rng.integers(0, 256, (30, 16, 16), dtype=np.uint8), np.arange(30) % 4, classes=("n", "e", "s", "w")
    )
    payload = convscope.look(with_random_state(Functions()), data, mean=0.5, std=0.25).payload
    assert payload["classes"] == ["n", "e", "s", "w"]
    assert set(payload["channels"]) == {"conv1", "conv2", "fc1", "fc2"}
    assert payload["errors"]["n"] == 30
    assert payload["input"]["mean"] == [127.5]
    boxed = convscope.look(with_random_state(Mixed()), data).payload
    assert boxed["channels"] is None
    module = with_random_state(Mixed())
    predicted = expected(module, torch.from_numpy(data.train.images).float() / 255).argmax(1)
    confusion = np.zeros((4, 4), int)
    np.add.at(confusion, (data.train.labels, predicted), 1)
    assert boxed["errors"]["confusion"] == confusion.tolist()


@pytest.mark.medium
def test_data_of_one_size_says_what_a_module_reads() -> None:
    module = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10))
    payload = convscope.look(module, "mnist").payload
    assert (payload["input"]["shape"], payload["errors"]["n"], payload["errors"]["split"]) == (
        [1, 28, 28],
        10_000,
        "test",
    )
    assert payload["samples"]["labels"] == sorted([*range(10)] * 2)


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(1, 2, 3, padding_mode="reflect"),
        nn.Conv2d(1, 2, 2, padding="same"),
        nn.MaxPool2d(2, return_indices=True),
        nn.AvgPool2d(2, divisor_override=3),
        nn.AdaptiveAvgPool2d((None, 2)),
        nn.BatchNorm2d(1, track_running_stats=False),
        nn.Flatten(0),
        nn.Softsign(),
        nn.Softplus(beta=2),
        nn.ConvTranspose1d(1, 1, 3),
        nn.LeakyReLU(2.0),
    ],
    ids=str,
)
def test_near_neighbours_of_the_formulas_layers_are_not_taken_for_them(layer: nn.Module) -> None:
    assert translation.of_module(layer) is None


def test_another_epsilon_is_kept() -> None:
    norm = nn.BatchNorm2d(3, eps=0.5, affine=False).eval()
    norm.running_var.copy_(torch.tensor([1.0, 2.0, 0.25]))
    layer = translation.of_module(norm)
    assert layer == BatchNorm(0.5)
    made = translation.tensors(norm, layer)
    assert made["running_var"].tolist() == [1.0, 2.0, 0.25]
    assert (made["weight"].tolist(), made["bias"].tolist()) == ([1.0] * 3, [0.0] * 3)


def test_steps_read_what_they_say() -> None:
    torch.manual_seed(0)  # sums below 0 are wanted
    found = steps(Block(2, 3, 2).eval(), torch.rand(2, 2, 8, 8))
    assert [(s.name, s.sources) for s in found] == [
        ("one", (-1,)),
        ("relu", (0,)),
        ("two", (1,)),
        ("norm", (2,)),
        ("short", (-1,)),
        ("add", (3, 4)),
        ("relu", (5,)),
    ]
    assert float(found[5].output.min()) < 0, "the ReLU in place did not reach the sum's record"
    with torch.no_grad():
        np.testing.assert_array_equal(found[6].output, found[5].output.clip(min=0))


class Pair(nn.Module):
    """Reads two pictures."""

    def forward(self, picture: Tensor, other: Tensor, share: float = 0.5) -> Tensor:
        return (share * picture + other).mean((2, 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: convscope.look(Functions()), UsageError, "does not say what pictures it reads, expected shape="),
        (
            lambda: convscope.look(Functions(), "a.png"),
            UsageError,
            "what pictures it reads, got a.png, expected shape=",
        ),
        (
            lambda: convscope.look(Functions(), torch.rand(1, 3, 16, 16)),
            InputError,
            "the module cannot read these pictures",
        ),
        (
            lambda: convscope.look(Functions(), torch.rand(1, 16, 16, 3)),
            InputError,
            r"array.transpose\(2, 0, 1\)",
        ),
        (
            lambda: convscope.look(Pair(), pictures()),
            InputError,
            "missing 1 required positional argument: 'other'(.|\n)*try: its forward reads picture, other: give",
        ),
        (lambda: convscope.describe(Pair(), input=(1, 8, 8)), InputError, "forward reads picture, other"),
        (lambda: convscope.describe(Functions()), UsageError, r"expected input=\(C, H, W\)"),
        (
            lambda: convscope.look(Functions(), pictures(), classes=("a", "b")),
            UsageError,
            "as many class names as scores",
        ),
        (lambda: convscope.look(Functions(), pictures() * float("nan")), InputError, "not pictures"),
        (
            lambda: convscope.look(Functions(), [torch.rand(1, 4, 4), torch.rand(1, 5, 5)]),
            InputError,
            "different shapes",
        ),
        (lambda: convscope.look(nn.Flatten(0), pictures()), InputError, "does not end in scores"),
        (lambda: convscope.look("slides", classes=("a",)), UsageError, "a model file knows its own classes"),
        (lambda: convscope.look(nn.Sequential(nn.LazyConv2d(2, 3)), pictures()), InputError, "a lazy layer"),
    ],
)
def test_mistakes(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
