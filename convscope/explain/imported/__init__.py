"""Networks of anybody's making, as networks of ours where their layers are known."""
