"""What a computation runs on: the device, its processors, signals, and what was once measured of it."""
