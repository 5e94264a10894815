"""How sure a network may be: one temperature for its scores, and prediction sets, both from pictures held out.

`Calibration` is what a model file keeps; reading it needs no numpy.
"""

from .record import Calibration as Calibration
from .record import Reliability as Reliability
