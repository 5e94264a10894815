"""The lecture's sums as small pure functions over plain numbers and lists: what the lab's chapters compute, in Python.

>>> import math
>>> from convscope import arithmetic
>>> arithmetic.convolve([[1, 2, 0], [0, 1, 3]], [[1, 0], [0, 1]])                  # 1·1 + 2·0 + 0·0 + 1·1, then 2 + 3
[[2, 5]]
>>> arithmetic.output_size(9, 3, stride=2)                                         # ⌊(9 − 3) / 2⌋ + 1
4
>>> arithmetic.entropy((1 / 2, 1 / 4, 1 / 8, 1 / 8), base=2)                       # ½·1 + ¼·2 + ⅛·3 + ⅛·3 bits
1.75
>>> [round(p, 3) for p in arithmetic.softmax([0.0, math.log(3)])]                  # 1 : 3
[0.25, 0.75]

One topic a module, each also in JavaScript for the page (page/js/lab/sums/). docs/arithmetic.md walks through the
lecture, chapter by chapter. Every name is imported when it is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .activations import leaky_relu as leaky_relu
    from .activations import leaky_relu_slope as leaky_relu_slope
    from .activations import relu as relu
    from .activations import relu_slope as relu_slope
    from .activations import sigmoid as sigmoid
    from .activations import sigmoid_slope as sigmoid_slope
    from .activations import tanh as tanh
    from .activations import tanh_slope as tanh_slope
    from .backpropagation import KernelGradient as KernelGradient
    from .backpropagation import KernelNetwork as KernelNetwork
    from .backpropagation import backward_pass as backward_pass
    from .backpropagation import batch_gradient as batch_gradient
    from .backpropagation import forward_pass as forward_pass
    from .backpropagation import kernel_gradient as kernel_gradient
    from .backpropagation import kernel_step as kernel_step
    from .backpropagation import nudged_gradient as nudged_gradient
    from .backpropagation import predicted_change as predicted_change
    from .backpropagation import softmax_gradient as softmax_gradient
    from .convolution import convolve as convolve
    from .convolution import convolve_channels as convolve_channels
    from .convolution import flip_kernel as flip_kernel
    from .convolution import output_size as output_size
    from .convolution import products_at as products_at
    from .convolution import read_counts as read_counts
    from .convolution import rest_at_edge as rest_at_edge
    from .costs import StackCosts as StackCosts
    from .costs import field_sizes as field_sizes
    from .costs import map_sizes as map_sizes
    from .costs import pool as pool
    from .costs import stack_costs as stack_costs
    from .filters import FILTERS as FILTERS
    from .information import cross_entropy as cross_entropy
    from .information import cross_entropy_loss as cross_entropy_loss
    from .information import entropy as entropy
    from .information import huffman_lengths as huffman_lengths
    from .information import information_content as information_content
    from .information import kl_divergence as kl_divergence
    from .information import l1_loss as l1_loss
    from .information import log_softmax as log_softmax
    from .information import naive_softmax as naive_softmax
    from .information import prefix_code as prefix_code
    from .information import smoothed_target as smoothed_target
    from .information import softmax as softmax
    from .neuron import TARGETS as TARGETS
    from .neuron import XS as XS
    from .neuron import Neuron as Neuron
    from .neuron import active_inputs as active_inputs
    from .neuron import gradient as gradient
    from .neuron import gradient_step as gradient_step
    from .neuron import mean_squared_error as mean_squared_error
    from .normalisation import batch_normalise as batch_normalise
    from .normalisation import batch_statistics as batch_statistics
    from .pictures import colour_x as colour_x
    from .pictures import diagonal_kernel as diagonal_kernel
    from .pictures import draw_letter as draw_letter
    from .pictures import lecture_x as lecture_x
    from .pictures import red_diagonal_kernel as red_diagonal_kernel
    from .weight_sharing import full_parameters as full_parameters
    from .weight_sharing import kernel_matrix as kernel_matrix
    from .weight_sharing import kernel_parameters as kernel_parameters
    from .weight_sharing import matrix_times as matrix_times
    from .weight_sharing import shared_places as shared_places

_NAMES = {
    "activations": "relu relu_slope leaky_relu leaky_relu_slope sigmoid sigmoid_slope tanh tanh_slope",
    "backpropagation": "KernelNetwork KernelGradient forward_pass backward_pass batch_gradient kernel_gradient "
    "kernel_step nudged_gradient predicted_change softmax_gradient",
    "convolution": "convolve convolve_channels flip_kernel output_size products_at read_counts rest_at_edge",
    "costs": "StackCosts field_sizes map_sizes pool stack_costs",
    "filters": "FILTERS",
    "information": "softmax log_softmax naive_softmax information_content entropy cross_entropy kl_divergence "
    "cross_entropy_loss l1_loss smoothed_target huffman_lengths prefix_code",
    "neuron": "Neuron XS TARGETS mean_squared_error gradient gradient_step active_inputs",
    "normalisation": "batch_normalise batch_statistics",
    "pictures": "lecture_x colour_x diagonal_kernel red_diagonal_kernel draw_letter",
    "weight_sharing": "shared_places kernel_matrix matrix_times kernel_parameters full_parameters",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}
__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
