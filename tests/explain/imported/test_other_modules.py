"""torch modules counted or read wrongly once: shared weights, no biases, several outputs, other precisions."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as fun
from torch import Tensor, nn

import convscope
from convscope.errors import InputError
from convscope.explain.imported.steps import steps
from convscope.explain.payload.encoding import decode

SHAPE = (1, 12, 12)


def looked(module: Any, **options: Any) -> Any:
    return convscope.look(module, torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(0)), **options)


class Tokens(nn.Module):
    """The class token of a vision transformer: an expanded parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.token = nn.Conv2d(1, 8, 4, 4), nn.Parameter(torch.randn(1, 1, 8))
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        return self.head(torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1).mean(1))


class Shared(nn.Module):
    """One convolution used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.again, self.head = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 3, padding=1), nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(torch.relu(self.again(torch.relu(self.again(self.first(x))))).mean((2, 3)))


class Several(nn.Module):
    """Two outputs, as a tuple or a dictionary."""

    def __init__(self, named: bool) -> None:
        super().__init__()
        self.body, self.head, self.side = nn.Conv2d(1, 4, 3), nn.Linear(400, 5), nn.Linear(400, 3)
        self.named = named

    def forward(self, x: Tensor) -> Any:
        x = self.body(x).flatten(1)
        made = self.head(x), self.side(x)
        return dict(zip(("logits", "side"), made, strict=True)) if self.named else made


class Called(nn.Module):
    """Weights given to functions, and a way that torch.fx cannot follow."""

    def __init__(self, branching: bool) -> None:
        super().__init__()
        self.w, self.b = nn.Parameter(torch.randn(4, 1, 3, 3)), nn.Parameter(torch.randn(4))
        self.norm, self.head = nn.BatchNorm2d(4), nn.Linear(4, 5)
        self.branching = branching

    def forward(self, x: Tensor) -> Tensor:
        if self.branching and len(x) > 7:
            x = x + 1
        x = self.norm(fun.conv2d(x, self.w, self.b, stride=2, padding=1))
        x = fun.batch_norm(x, self.norm.running_mean, self.norm.running_var, self.norm.weight, self.norm.bias)
        return fun.linear(fun.relu(x).mean((2, 3)), self.head.weight, self.head.bias)


def count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.medium
def test_every_parameter_is_counted_once() -> None:
    unbiased = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4, affine=False), nn.Flatten(), nn.Linear(400, 5, bias=False)
    )
    for module in (Tokens(), Shared(), unbiased, Called(False), Called(True), Several(False)):
        made = looked(module, output=0).payload
        unused = count(module.side) if isinstance(module, Several) else 0
        assert made["figures"]["parameters"] == count(module) - unused, type(module).__name__
    last = looked(unbiased).payload["nodes"][-1]
    assert last["parameters_how"] == "5 × 400 = 2,000"


@pytest.mark.parametrize("branching", [False, True])
@pytest.mark.medium
def test_weights_given_to_functions_are_layers_too(branching: bool) -> None:
    module = Called(branching).eval()
    module.norm.running_mean.copy_(torch.tensor([0.5, -1.0, 0.0, 2.0]))
    payload = looked(module).payload
    kinds = [node["kind"] for node in payload["nodes"]]
    assert kinds == ["conv", "bn", "bn", "relu", "gap", "flatten", "fc"]
    with torch.no_grad():
        wanted = module(torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(0)))
    np.testing.assert_allclose(decode(payload["samples"]["logits"]), wanted, rtol=0.05, atol=0.05)
    assert payload["proof"]["difference"] < 1e-5


def test_a_class_token_stands_before_the_others() -> None:
    payload = looked(Tokens()).payload
    assert [node["kind"] for node in payload["nodes"]] == ["conv", "tokens", "tokens", "gap", "flatten", "fc"]


@pytest.mark.parametrize(
    ("named", "output", "classes"), [(False, 0, 5), (False, 1, 3), (True, "side", 3), (True, 1, 3)]
)
@pytest.mark.medium
def test_one_of_several_outputs_is_chosen(named: bool, output: Any, classes: int) -> None:
    module = Several(named)
    assert len(looked(module, output=output).payload["classes"]) == classes
    for wrong in (None, 2, "other"):
        with pytest.raises(InputError, match="several outputs"):
            looked(module, output=wrong)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_another_precision_is_cast(dtype: torch.dtype) -> None:
    module = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(400, 5)).to(dtype)
    assert looked(module).payload["figures"]["parameters"] == count(module)


def test_weights_alone_are_refused_in_one_line() -> None:
    linear = nn.Sequential(nn.Flatten(), nn.Linear(144, 5))
    with pytest.raises(InputError, match="weights alone"):
        looked(linear.state_dict())


def test_weights_that_are_no_numbers_are_said() -> None:
    module = nn.Sequential(nn.Flatten(), nn.Linear(144, 5))
    with torch.no_grad():
        module[1].weight[0].fill_(float("nan"))
    page = looked(module)
    assert any("no numbers, or infinite: 144 in 1" in note for note in page.notes)
    assert [n["kind"] for n in page.payload["nodes"]] == ["flatten", "fc"]


def test_steps_that_the_output_does_not_need_are_left_out() -> None:
    found = steps(Several(False).eval(), torch.rand(1, *SHAPE), 1)
    assert [step.name for step in found] == ["body", "flatten", "side"]


class Choosing(nn.Module):
    """A batch normalisation, and a way that no picture takes: a program where torch.fx sees none."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.norm, self.head = nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Linear(400, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.norm(self.body(x)))
        if x.shape[0] > 100:
            x = x + 1
        return self.head(x.flatten(1))


class Counting(nn.Module):
    """A program whose length depends on the numbers that it is given."""

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)
        for _ in range(int(x[0, 0] * 3)):
            x = x + 1
        return x


@pytest.mark.parametrize("how", ["scripted", "traced", "frozen"])
@pytest.mark.medium
def test_a_torchscript_program_is_its_operators(how: str) -> None:
    torch.manual_seed(0)
    module = Choosing().eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit is going, its programs are still about
        made = torch.jit.trace(module, torch.rand(1, *SHAPE)) if how == "traced" else torch.jit.script(module)
        made = torch.jit.freeze(made) if how == "frozen" else made
        page = looked(made)
        described = convscope.describe(made, torch.rand(2, *SHAPE))
    norm = [] if how == "frozen" else ["bn"]
    assert [node["kind"] for node in page.payload["nodes"]] == ["conv", *norm, "relu", "flatten", "fc"]
    learned = sum(p.numel() for p in module.parameters()) - 8 * (how == "frozen")
    assert page.payload["figures"]["parameters"] == described.parameters == learned
    wanted = looked(module).payload["samples"]["logits"]
    np.testing.assert_allclose(decode(page.payload["samples"]["logits"]), decode(wanted), atol=1e-5)


def test_a_program_that_is_no_fixed_row_of_operators_is_refused_in_one_line() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.jit.script(Counting())
        with pytest.raises(InputError) as caught:
            looked(program)
    assert caught.value.key == "module.script.inside"


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_module_in_half_precision_is_computed_in_float32_and_said(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(1, 8, 3), nn.SiLU(), nn.Flatten(), nn.Linear(800, 5)).to(dtype)
    page = looked(module)
    assert [node["kind"] for node in page.payload["nodes"]] == ["conv", "silu", "flatten", "fc"]
    assert any("computed in float32" in note for note in page.notes)
    assert {p.dtype for p in module.parameters()} == {dtype}, "the module stays as it was"


class Enlarged(nn.Module):
    def __init__(self, **how: Any) -> None:
        super().__init__()
        self.body, self.head, self.how = nn.Conv2d(1, 4, 3), nn.Linear(4, 5), how

    def forward(self, x: Tensor) -> Tensor:
        return self.head(fun.interpolate(self.body(x), **self.how).mean((2, 3)))


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ({"scale_factor": 2}, "upsample"),
        ({"size": (20, 30), "mode": "bilinear"}, "upsample"),
        ({"size": (20, 20), "mode": "bilinear", "align_corners": True}, "opaque"),
        ({"size": 15}, "opaque"),
        ({"scale_factor": 2, "mode": "bicubic"}, "opaque"),
    ],
)
@pytest.mark.medium
def test_maps_enlarged_by_whole_factors_are_a_layer(how: dict[str, Any], kind: str) -> None:
    assert looked(Enlarged(**how)).payload["nodes"][1]["kind"] == kind
