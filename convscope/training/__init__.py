"""Training: from settings to a model file. `session.train` is the entry point."""
