"""What the lab and `convscope serve` share: a server within bounds, on one socket, that refuses by JSON."""
