"""What the frontier's benchmark counts and prints, and how the profile of a step is summed, by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks import frontier, step_profile
from convscope.formula import parse, trace
from convscope.training.measured import MEASURED


def test_operations_are_six_a_mac_and_four_in_the_first_layer() -> None:
    network = trace(parse("conv(2, 3) + relu + fc"), (1, 4, 4), 3)  # 2·2·2·9 = 72 MACs, then 8·3 = 24
    assert frontier.operations(network) == 4 * 72 + 6 * 24
    assert frontier.operations(trace(parse("crop(2) + fc"), (1, 4, 4), 3)) == 4 * 12


def test_the_table_takes_means_by_line_and_precision() -> None:
    common = {"line": MEASURED[0].name, "gflops": 80.0, "limit_gflops": 200.0}
    rows: list[dict[str, Any]] = [
        common | {"precision": "bfloat16", "accuracy": 0.991, "seconds": 3.0},
        common | {"precision": "bfloat16", "accuracy": 0.992, "seconds": 4.0, "limit_gflops": 220.0},
        common | {"precision": "float32", "accuracy": 0.99, "seconds": 5.0},
    ]
    first, second = frontier.table(rows).splitlines()
    assert "n = 2  99.150 % [99.10, 99.20]     3.50 s [3.00, 4.00]    80 of 220 GFLOP/s" in first
    assert "float32   n = 1  99.000 %" in second


def event(name: str, us: float, parent: Any = None) -> Any:
    return SimpleNamespace(name=name, self_cpu_time_total=us, cpu_parent=parent)


def test_what_runs_inside_a_part_counts_there() -> None:
    muon = event("part: Muon", 1.0)
    inner = event("aten::addmm", 5.0, event("aten::matmul", 2.0, muon))
    events = [
        muon,
        inner,
        inner.cpu_parent,
        event("aten::addmm", 7.0),
        event("aten::mkldnn_convolution", 11.0),
        event("odd", 0.5),
    ]
    seen: Any = SimpleNamespace(events=lambda: events)
    assert step_profile.summed(seen) == {"Muon": 8.0, "fully connected": 7.0, "convolution": 11.0, "other": 0.5}


def test_a_fastest_product_is_a_rate_of_a_real_machine() -> None:
    assert 0.1 < frontier.fastest_product("float32", seconds=0.05) < 1e5


@pytest.mark.parametrize("name", ["Muon", "SGD"])
@pytest.mark.medium
def test_labelled_steps_bear_their_optimisers_name(name: str) -> None:
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU]) as seen:
        step_profile.labelled(name, lambda lr_factor: lr_factor)(1.0)
    assert f"part: {name}" in [e.name for e in seen.events() or ()]
