"""What one step on a picture would change: the page's gradients, sums and losses are torch's, for every kind of layer
that learns."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from selenium.webdriver.common.by import By
from torch.nn import functional

from convscope.nn import Net, build, load_weights
from tests.browser.chromium import until
from tests.browser.look_page import FORMULA, Page
from tests.samples import sample

pytestmark = pytest.mark.browser


def net() -> Net:
    """Return the page's network in double precision."""
    network, spec, weights, _ = sample(FORMULA, (1, 20, 20), 3, seed=5)
    made = load_weights(build(network, spec), weights).eval().double()
    made.mean, made.std = (torch.tensor(v, dtype=torch.float64).view(-1, 1, 1) for v in (spec.mean, spec.std))
    return made


def loss_of(made: Net, number: int, label: int | None) -> torch.Tensor:
    """Return −ln p of a class for one of the page's samples; of the class that it reads for None."""
    pictures = np.random.default_rng(0).integers(0, 256, (4, 1, 20, 20), dtype=np.uint8)
    scores = made.outputs(torch.from_numpy(pictures[number : number + 1]).double())[-1].reshape(1, -1)
    return functional.cross_entropy(scores, torch.tensor([label]) if label is not None else scores.argmax(1))


def after(made: Net, rate: float, number: int, label: int | None, only: tuple[str, int] | None) -> float:
    """Return the loss after one step of torch's own gradients, of all numbers or of one layer's channel."""
    learned = dict(made.named_parameters())
    gradients = torch.autograd.grad(loss_of(made, number, label), list(learned.values()))
    before = [value.detach().clone() for value in learned.values()]
    with torch.no_grad():
        for (name, value), gradient in zip(learned.items(), gradients, strict=True):
            if only is None:
                value -= rate * gradient
            elif name.startswith(f"{only[0]}."):
                value[only[1]] -= rate * gradient[only[1]]
        found = loss_of(made, number, label).item()
        for value, old in zip(learned.values(), before, strict=True):
            value.copy_(old)
    return found


def figure(page: Page, name: str) -> float:
    """Return a number of the section, once it is worked out."""
    css = f"[data-step={name}]"
    until(lambda: page.browser.find_elements(By.CSS_SELECTOR, css))
    return float(page.one(css).get_attribute("data-value"))


def near(wanted: float) -> object:
    return pytest.approx(wanted, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("layer", ["conv1", "conv2", "bn1", "fc1", "fc2"])
def test_gradient_sum_and_losses_are_torchs(page: Page, layer: str) -> None:
    made = net()
    weight = dict(made.named_parameters())[f"{layer}.weight"]
    gradients = torch.autograd.grad(loss_of(made, 1, 1), [weight])[0].reshape(len(weight), -1)
    channel = int(gradients.abs().amax(1).argmax())
    wanted = gradients[channel][gradients[channel].abs().argmax()].item()
    assert abs(wanted) > 1e-3
    page.open(f"v=layer&n={layer}&c={channel}&p=s1&o=0.5__0")
    assert figure(page, "total") == near(wanted)  # it opens at the largest of the channel
    assert figure(page, "before") == near(loss_of(made, 1, 1).item())
    assert figure(page, "one") == near(after(made, 0.5, 1, 1, (layer, channel)))
    assert figure(page, "all") == near(after(made, 0.5, 1, 1, None))
    assert not page.console()


def test_a_number_that_is_pressed_has_its_sum_written_out(page: Page) -> None:
    made = net()
    page.open("v=layer&n=conv2&c=2&p=s0")
    assert not page.one(".step-body").is_displayed()
    page.one(".one-step > .button").click()
    figure(page, "total")
    page.all(".step-grid")[1].find_elements(By.CSS_SELECTOR, ".cell")[4].click()
    until(lambda: "row 2, column 2" in page.text(".step-sum h4"))
    weight, bias = (
        torch.autograd.grad(loss_of(made, 0, 0), [dict(made.named_parameters())[f"conv2.{one}"]])[0]
        for one in ("weight", "bias")
    )
    step = page.state()["o"]
    slice_ = (int(step.rpartition("_")[2]) - 2 * 4 * 9) // 9
    assert figure(page, "total") == near(weight[2, slice_, 1, 1].item())
    terms = page.all(".step-sum .contribution .value")
    total = sum(float(one.text.replace("−", "-")) for one in terms)
    assert total == pytest.approx(
        figure(page, "total"), abs=1e-3
    )  # the largest terms and the rest, as they are printed
    page.one(".step-table .link").click()
    until(lambda: "bias" in page.text(".step-sum h4"))
    assert figure(page, "total") == near(bias[2].item())
    page.browser.find_element(By.CSS_SELECTOR, "[aria-label='Next slice']").click()
    page.one(".one-step > .button").click()
    assert "o" not in page.state()


def test_the_rate_and_the_class_can_be_chosen(page: Page) -> None:
    made = net()
    page.open("v=layer&n=fc2&c=0&p=s3&o=0.1__0")  # nobody knows what it is: the loss of what it reads
    assert figure(page, "before") == near(loss_of(made, 3, None).item())
    page.js("(e => { e.value = 12; e.dispatchEvent(new Event('input')); })(document.querySelector('.one-step input'))")
    assert page.state()["o"].startswith("1_")
    page.js("(e => { e.value = 2; e.dispatchEvent(new Event('change')); })(document.querySelector('.one-step select'))")
    wanted = after(made, 1.0, 3, 2, ("fc2", 0))
    until(lambda: figure(page, "one") == near(wanted))


def test_a_layer_that_learned_nothing_has_no_step_and_nonsense_is_as_at_the_start(page: Page) -> None:
    page.open("v=layer&n=relu1&o=0.1__0")
    assert not page.all(".one-step")
    page.open("v=layer&n=conv1&c=0&p=s0&o=99_bogus_123456789")
    assert figure(page, "one") < figure(page, "before")
    assert not page.console()


def test_the_step_of_a_5x5_kernel_stands_in_one_row_and_no_number_leaves_its_place(page: Page) -> None:
    page.open("v=layer&n=conv2&c=2&p=s0&o=0.1__0")
    figure(page, "all")
    page.js("document.querySelectorAll('.one-step .numbers').forEach((one) => one.style.setProperty('--columns', 5))")
    tops = page.js("[...document.querySelectorAll('.step-grid')].map((e) => e.getBoundingClientRect().top)")
    assert len(tops) == 3
    assert len(set(tops)) == 1
    shown = "[...document.querySelectorAll('.step-grid .cell, .step-sum .how')]"
    assert page.js(f"{shown}.filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.textContent)") == []
