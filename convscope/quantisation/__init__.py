"""8 bits: a model file made smaller, quicker where a processor multiplies bytes, with its accuracy before and after.

>>> made = quantise("runs/pets")
>>> made.before.accuracy, made.after.accuracy, made.bytes_after / made.bytes_before
(0.968, 0.967, 0.27)
"""

from .quantising import Quantised as Quantised
from .quantising import quantise as quantise
