"""What a computation runs on: device, CPUs, precision, signals, and a cache of what was measured of them."""
