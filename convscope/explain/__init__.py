"""Looking into a network without touching it: arrays in, arrays out; `payload` gathers what the page needs."""
