"""Weights that torch saved, with the formula that they belong to."""

from __future__ import annotations

import pickle
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import convscope
from convscope.errors import InputError, UsageError
from convscope.explain.payload.encoding import decode
from convscope.formula import parse, trace
from convscope.modelfile.other_formats import is_script
from convscope.nn.weights_file import matched, read_state

FORMULA = "conv(4, 3) + bn + relu + maxpool(2) + fc(6) + relu + fc"
SHAPE = (1, 12, 12)


def module() -> nn.Sequential:
    torch.manual_seed(3)
    made = nn.Sequential(
        *(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(100, 6, bias=False), nn.ReLU(), nn.Linear(6, 3)),
    )
    with torch.no_grad():
        made[1].running_mean.copy_(torch.tensor([0.5, -1.0, 0.0, 2.0]))
    return made.eval()


@pytest.mark.parametrize("held", ["plain", "checkpoint", "legacy", "memory"])
@pytest.mark.medium
def test_a_state_dict_with_its_formula_computes_what_its_module_computes(tmp_path: Path, held: str) -> None:
    net, file = module(), tmp_path / "digits.pt"
    state: Any = net.state_dict()
    if held != "memory":
        saved = {"epoch": 3, "state_dict": state, "optimizer": {}} if held == "checkpoint" else state
        torch.save(saved, file, _use_new_zipfile_serialization=held != "legacy")
        state = str(file)
    pictures = torch.rand(3, *SHAPE, generator=torch.Generator().manual_seed(0))
    page = convscope.look(state, pictures, formula=FORMULA, shape=SHAPE)
    with torch.no_grad():
        wanted = net(torch.round(pictures * 255) / 255)
    np.testing.assert_allclose(decode(page.payload["samples"]["logits"]), wanted, rtol=1e-3, atol=1e-3)
    assert len(page.payload["classes"]) == 3
    assert {node["kind"] for node in page.payload["nodes"]} == {"conv", "bn", "relu", "maxpool", "flatten", "fc"}


def test_what_does_not_fit_is_said_one_by_one() -> None:
    state = module().state_dict()
    plan = "conv(4, 5) + bn + relu + maxpool(2) + fc(6) + relu + fc"
    with pytest.raises(InputError) as caught:
        matched({n: t for n, t in state.items() if "num" not in n}, trace(parse(plan), SHAPE, 3))
    message = str(caught.value)
    assert "conv1.weight 4×1×5×5: 0.weight 4×1×3×3; fc1.weight 6×64: 5.weight 6×100" in message
    assert "2 do not fit" in message
    shorter = parse(FORMULA.removesuffix(" + relu + fc"))
    with pytest.raises(InputError, match=r"–: 7\.weight 3×6; –: 7\.bias 3"):
        matched({n: t for n, t in state.items() if "num" not in n}, trace(shorter, SHAPE, 6))
    with pytest.raises(InputError, match=r"fc2\.weight 3×6: –"):
        matched({n: t for n, t in list(state.items())[:-2] if "num" not in n}, trace(parse(FORMULA), SHAPE, 3))


def test_names_of_ones_own_are_taken_in_any_order() -> None:
    network = trace(parse("conv(2, 3) + fc"), (1, 5, 5), 2)
    tensors = {"fc1.bias": (2,), "conv1.weight": (2, 1, 3, 3), "fc1.weight": (2, 18), "conv1.bias": (2,)}
    state = {name: torch.randn(shape) for name, shape in tensors.items()}
    found = matched(state, network)
    assert all(np.array_equal(found[name], tensor.numpy()) for name, tensor in state.items())


class Reaching:
    def __reduce__(self) -> Any:
        return (print, ("code of a pickle ran",))


def test_a_file_that_is_no_state_dict_is_refused_and_runs_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.pt").write_bytes(pickle.dumps(Reaching()))
    (tmp_path / "b.pt").write_bytes(b"hello")
    torch.save(module(), tmp_path / "c.pt")  # a whole module is a pickle of its class
    with zipfile.ZipFile(tmp_path / "d.pt", "w") as archive:
        archive.writestr("d/data.pkl", pickle.dumps({"w": 1}))
    torch.save({"names": ["a"]}, tmp_path / "e.pt")
    for name in "abcde":
        with pytest.raises(InputError, match=r"tensors alone|not a state_dict"):
            read_state(tmp_path / f"{name}.pt")
        with pytest.raises(InputError, match="formula that they belong to is missing"):
            convscope.look(str(tmp_path / f"{name}.pt"))
    assert capsys.readouterr().out == ""


class Writing(nn.Module):
    """TorchScript whose code runs while it is loaded."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.w, self.path = torch.zeros(2), path

    @torch.jit.export
    def __getstate__(self) -> tuple[Tensor, str, bool]:  # type: ignore[override]
        return (self.w, self.path, self.training)

    @torch.jit.export
    def __setstate__(self, state: tuple[Tensor, str, bool]) -> None:  # type: ignore[override]
        self.w, self.path, self.training = state[0], state[1], state[2]
        torch.save(self.w, self.path)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.w


def test_torchscript_is_told_without_being_loaded(tmp_path: Path) -> None:
    """torch.jit.load would run the archive's code: this one's writes a file."""
    written, file = tmp_path / "written", tmp_path / "script.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit is going, its files are still about
        torch.jit.save(torch.jit.script(Writing(str(written))), str(file))
        assert not written.exists()
        assert is_script(file)
        for options in ({}, {"formula": FORMULA}):
            with pytest.raises(InputError, match=r"TorchScript|formula that"):
                convscope.look(str(file), **options)
        assert not written.exists()
        torch.jit.load(str(file))
    assert written.exists()  # which is why


def test_a_formula_belongs_to_weights_alone(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a formula belongs to a file of weights"):
        convscope.look("slides", formula="fc")
    with pytest.raises(UsageError, match="a formula belongs to a file of weights"):
        convscope.look(module(), torch.rand(1, *SHAPE), formula="fc")
