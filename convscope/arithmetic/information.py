"""From scores to a loss: softmax, information, entropy, cross-entropy, KL divergence, L1 (the lecture's S14–S17).

The lecture defines entropy by ln (nats) and computes its examples by log₂ (bits); `base` chooses, 2 or e.

    >>> cars, equal = (1 / 2, 1 / 4, 1 / 8, 1 / 8), (1 / 4,) * 4
    >>> entropy((1 / 2, 1 / 2), 2), entropy(cars, 2), entropy(equal, 2)
    (1.0, 1.75, 2.0)
    >>> cross_entropy(cars, equal, 2), kl_divergence(cars, equal, 2)
    (2.0, 0.25)
"""

from __future__ import annotations

from collections.abc import Sequence
from math import e, exp, inf, log, log2

from ..errors import UsageError, phrase


def softmax(scores: Sequence[float]) -> list[float]:
    """Return exp(yᵢ − m)/Σ exp(yⱼ − m) with m the largest score: the same as without m, and never too large a power.

    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]
    """
    largest = max(scores)
    powers = [exp(score - largest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def log_softmax(scores: Sequence[float]) -> list[float]:
    """Return ln of the softmax, exact where the softmax itself is too small for a number: yᵢ − m − ln Σ exp(yⱼ − m).

    >>> log_softmax([0.0, 1000.0])
    [-1000.0, 0.0]
    """
    largest = max(scores)
    rest = log(sum(exp(score - largest) for score in scores))
    return [score - largest - rest for score in scores]


def naive_softmax(scores: Sequence[float]) -> list[float]:
    """Return exp(yᵢ)/Σ exp(yⱼ) as it is written: from 710 on a power is infinite, and infinity by infinity no number.

    >>> naive_softmax([1000.0, 1000.0])
    [nan, nan]
    """
    powers = [_power(score) for score in scores]
    total = sum(powers)
    return [float("nan") if total in (0, inf) and power in (0, inf) else power / total for power in powers]


def information_content(p: float, base: float = e) -> float:
    """Return −log p, the information in an event of probability p: none if it always happens, more the rarer it is.

    >>> information_content(1 / 8, 2), information_content(1.0)
    (3.0, 0.0)
    """
    return inf if p == 0 else -_log(p, base) + 0.0


def entropy(p: Sequence[float], base: float = e) -> float:
    """Return −Σ p·log p, the information to be expected; 0·log 0 counts as 0."""
    return cross_entropy(p, p, base)


def cross_entropy(p: Sequence[float], q: Sequence[float], base: float = e) -> float:
    """Return −Σ p·log q: what it costs to write what happens as p in a code made for q. Infinite where q says never."""
    return sum(x * information_content(y, base) for x, y in zip(p, q, strict=True) if x > 0)


def kl_divergence(p: Sequence[float], q: Sequence[float], base: float = e) -> float:
    """Return KL(p‖q) = Σ p·log(p/q) = cross-entropy − entropy, never below 0: what the wrong code costs on top."""
    return sum(
        x * (information_content(y, base) - information_content(x, base)) for x, y in zip(p, q, strict=True) if x > 0
    )


def cross_entropy_loss(p: float) -> float:
    """Return −ln p for the probability that the true class was given.

    >>> [round(cross_entropy_loss(p), 5) for p in (0.9, 0.3, 0.1)]
    [0.10536, 1.20397, 2.30259]
    """
    return information_content(p)


def l1_loss(p: float) -> float:
    """Return 1 − p. Between p = 0.9 and 0.1 it grows 9 times, cross-entropy 21.9 times: wrong answers pay more.

    >>> [round(l1_loss(p), 5) for p in (0.9, 0.3, 0.1)]
    [0.1, 0.7, 0.9]
    """
    return 1 - p


def smoothed_target(classes: int, share: float, true: int = 0) -> list[float]:
    """Return a label after label smoothing (Szegedy et al. 2015): `share` of 1 spread evenly over all classes.

    Its entropy is the floor of the loss: what no training gets below. Raises UsageError for fewer than 2 classes, a
    share outside 0 … 1, or a class that is not there.

    >>> smoothed_target(4, 0.5)
    [0.625, 0.125, 0.125, 0.125]
    >>> round(entropy(smoothed_target(10, 0.1)), 5)
    0.50029
    """
    if classes < 2:
        raise UsageError("value.small", name="classes", got=classes, expected=phrase("value.small.whole", least=2))
    if not 0 <= share <= 1:
        raise UsageError("value.number.from.to", name="share", low=0, high=1, got=share)
    if not 0 <= true < classes:
        raise UsageError("value.whole.from.to", name="true", low=0, high=classes - 1, got=true)
    return [share / classes + (1 - share if k == true else 0.0) for k in range(classes)]


def huffman_lengths(p: Sequence[float]) -> list[int]:
    """Return how many binary digits each event gets in Huffman's code, the shortest there is on average (1952).

    >>> huffman_lengths((1 / 2, 1 / 4, 1 / 8, 1 / 8))
    [1, 2, 3, 3]
    """
    groups = [(share, [i]) for i, share in enumerate(p)]
    lengths = [0] * len(groups)
    while len(groups) > 1:
        groups.sort(key=lambda group: (group[0], len(group[1])), reverse=True)
        (small, few), (less, others) = groups.pop(), groups.pop()
        for i in (joined := few + others):
            lengths[i] += 1
        groups.append((small + less, joined))
    return lengths


def prefix_code(lengths: Sequence[int]) -> list[str]:
    """Return a code of such lengths in which no word begins another: counting up in binary, shortest words first.

    >>> prefix_code([1, 2, 3, 3])
    ['0', '10', '110', '111']
    """
    words, count, last = [""] * len(lengths), 0, 0
    for i in sorted(range(len(lengths)), key=lambda i: (lengths[i], i)):
        count <<= lengths[i] - last
        last = lengths[i]
        words[i] = f"{count:0{last}b}" if last else ""
        count += 1
    return words


def _log(x: float, base: float) -> float:
    return log2(x) if base == 2 else log(x) if base == e else log(x, base)


def _power(x: float) -> float:
    try:
        return exp(x)
    except OverflowError:
        return inf
