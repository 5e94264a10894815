"""The same training on a GPU, where there is one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from convscope.training.session import train
from tests.training.tiny import outcome, pictures, stopped, stripes

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")

PLAN = "crop(8) + conv(6, 3, bias=False) + bn + relu + dropout(0.1) + gap + fc"


def test_a_gpu_trains_what_the_cpu_does(tmp_path: Path) -> None:
    for device in ("cpu", "cuda"):
        result = train(stripes(), arch=PLAN, epochs=20, batch_size=20, out=tmp_path / device, device=device)
        assert result.test is not None
        assert result.test.accuracy > 0.9
    settings = json.loads((tmp_path / "cuda" / "run.json").read_text())
    assert settings["device"] == "cuda"


def test_stopped_on_a_gpu_it_goes_on_to_the_end(tmp_path: Path) -> None:
    path = stopped(tmp_path / "r")
    train(pictures(), resume=path, device="cuda")
    assert outcome(path)["log"][-1]["kind"] == "result"


def test_pictures_and_network_are_on_the_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from convscope.training import loop

    seen = []
    fit = loop.fit
    monkeypatch.setattr(
        loop,
        "fit",
        lambda state, images, labels, *rest, **more: (
            seen.append((state, images, labels)),
            fit(state, images, labels, *rest, **more),
        ),
    )
    train(stripes(), arch=PLAN, epochs=2, batch_size=20, out=tmp_path / "r", device="cuda")
    ((state, images, labels),) = seen
    assert {images.device.type, labels.device.type, *(p.device.type for p in state.net.parameters())} == {"cuda"}
    assert state.net.get_parameter("conv1.weight").is_contiguous(memory_format=torch.channels_last)
