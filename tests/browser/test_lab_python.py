"""The same in Python: what each chapter offers to copy runs, and prints what the page says that it prints."""

from __future__ import annotations

import io
import math
import re
from contextlib import redirect_stdout
from typing import Any

import pytest

from convscope.lab.payload import lab_payload
from convscope.page.inline import lab_html
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser

LEARNED = [f".loss-change [data-figure={name}]" for name in ("before", "after", "predicted")]
LEARNED += [f".step-table tr:nth-child({row}) [data-figure=next]" for row in (1, 5, 10)]

# Every chapter in its opening state and in others, with figures that the page shows elsewhere in that state.
STATES = {
    "convolution": ("", [".sum-of-window .answer", ".size-formula .answer"]),
    "convolution moved": ("&p=1&s=2&at=1.2&k=1_2_3_4&n=sum", [".sum-of-window .answer", ".size-formula .answer"]),
    "convolution large": ("&size=28x20&s=2&p=1&f=1&at=3.4", [".sum-of-window .answer", ".size-formula .answer"]),
    "convolution colour": ("&rgb=1&n=sum&b=1&f=1&at=2.2", [".sum-of-window .answer", ".size-formula .answer"]),
    "convolution bias": ("&b=-2&s=3&k=1_2_3_4&f=1", [".sum-of-window .answer"]),
    "loss": (
        "",
        [
            "[data-figure=cross-formula]",
            "[data-figure=kl-formula]",
            "[data-figure=smooth-floor]",
            "[data-figure=derive-loss]",
        ],
    ),
    "loss nats": (
        "&y=2_1_0.1_1000&t=2&u=nats&p=3_1_0_7&q=1_2_3_4&a=0.7&e=0.25&m=4",
        [
            "[data-figure=cross-formula]",
            "[data-figure=kl-formula]",
            "[data-figure=smooth-best]",
            "[data-figure=derive-loss]",
        ],
    ),
    "plain": ("", ["[data-network=dense] .small", "[data-network=cnn] .small"]),
    "plain moved": ("&s=o&dx=1.5&turn=20&thickness=1.2", ["[data-network=cnn] .small"]),
    "plain digits": ("&d=mnist&dx=3", ["[data-network=dense] .small", "[data-network=cnn] .small"]),
    "local": ("", [".growth tr:nth-child(2) .answer", ".growth tr:last-child .answer"]),
    "local deeper": ("&n=4&k=3&i=2", [".growth tr:last-child .answer"]),
    "filters": ("", []),
    "filters own": ("&p=rings&at=20.31&k=0.5_-1_2_0_1_0_3_-2_1", []),
    "activation": ("", ["[data-figure=value]", "[data-figure=slope]"]),
    "activation leaky": ("&f=leaky&x=-2.5&n=2&w=0&b=6&r=0.7", ["[data-figure=value]", "[data-figure=slope]"]),
    "depth": ("", ["[data-figure=size3]", "[data-figure=plain-macs]", "[data-figure=pooled-last]"]),
    "depth padded": ("&i=28&k=5&p=1&ch=8&pp=1&e=40&m=conv2&d=3", ["[data-figure=pooled-macs]"]),
    "architecture": ("", ["[data-figure=parameters]", "[data-figure=macs]"]),
    "architecture own": (
        "&f=conv(8,3,pad=1)%20%2B%20relu%20%2B%20maxpool(2)%20%2B%20fc&ih=32&iw=20&ic=3&k=4",
        [
            "[data-figure=parameters]",
            "[data-figure=macs]",
        ],
    ),
    "sharing": ("", ["[data-figure=shared]", "[data-figure=full]", ".sparse .out-total"]),
    "sharing own": ("&v=1_1_2_3_5_8_1_-3_4&k=0.5_2_-1_1&i=24&in=16&f=32", ["[data-figure=shared]"]),
    "convolution own": (f"&x={'p' * 40}{'h' * 41}&d=2", [".sum-of-window .answer", ".size-formula .answer"]),
    "mnist": ("", ["[data-figure=fast]"]),
    "mnist slides": ("&rec=slides", ["[data-figure=slides]"]),
    "own": ("", []),
    "own photo": ("&m=photo&w=scratch&k=a_b", []),
    "training": ("", ["[data-row=after] td:last-child"]),
    "training own": ("&bt=20&bp=-7&bg=-1.5&bb=0.4&m=8&r=0.2", ["[data-row=after] td:last-child"]),
    "backwards": ("", LEARNED),
    "backwards leaky": ("&m=4&r=1.5&n=3&f=leaky&p=mean", LEARNED),
    "backwards own": ("&m=2&k=0.5_-0.3_0.8_-0.9_0.1_0.2_0.4_-0.6_0.7&b=-0.2&f=sigmoid&y=1_1_0_0&r=0.7", LEARNED),
}


@pytest.fixture(scope="module")
def lab(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> LabPage:
    """Return the lab with everything that a static build has."""
    page = LabPage(browser, tmp_path_factory.mktemp("lab"))
    page.file.write_text(lab_html(page.payload | lab_payload().to_json(), False), encoding="utf-8")
    return page


def numbers(text: str) -> list[float]:
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return [float(found) for found in re.findall(r"-?(?:\d+\.?\d*(?:e[-+]?\d+)?|inf|nan)", text.replace("−", "-"))]


@pytest.mark.parametrize("state", STATES)
def test_the_block_runs_and_prints_what_the_page_says(lab: LabPage, state: str) -> None:
    address, shown = STATES[state]
    lab.open(state.split()[0], address)
    blocks = lab.js(
        "return [...document.querySelectorAll('.python-code code')].map((code) => [code.textContent, "
        "[...code.querySelectorAll('.gives')].map((e) => e.textContent).join('')])"
    )
    assert blocks
    printed_at_all = []
    for code, gives in blocks:
        with redirect_stdout(io.StringIO()) as printed:
            exec(code, {})
        lines, said = printed.getvalue().splitlines(), [line.removeprefix("# ") for line in gives.splitlines()]
        assert len(lines) == len(said) > 0
        for got, expected in zip(lines, said, strict=True):
            assert re.sub(r"[-\d.]+(e[-+]?\d+)?", "#", got) == re.sub(r"[-\d.]+(e[-+]?\d+)?", "#", expected)
            assert numbers(got) == pytest.approx(numbers(expected), rel=1e-9, abs=1.1e-4, nan_ok=True)
        printed_at_all += [number for line in lines for number in numbers(line)]
    for selector in shown:
        for number in numbers(lab.text(selector)):
            assert any(math.isclose(number, one, rel_tol=0, abs_tol=1e-4) for one in printed_at_all), selector


def test_a_press_copies_the_block(lab: LabPage) -> None:
    lab.open("convolution")
    lab.browser.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite"]})
    lab.press("Copy")
    copied = lab.browser.execute_async_script(
        "const done = arguments[0]; setTimeout(() => navigator.clipboard.readText().then(done, (e) => done(String(e))))"
    )
    assert copied == lab.text(".python-code code")
    assert lab.text(".python .copy") == "Copied"
