"""From a network to a torch module, and the table of torch's names for the layer kinds."""

from .layers import Flatten as Flatten
from .net import Net as Net
from .net import build as build
from .net import load_weights as load_weights
from .net import with_weights as with_weights
