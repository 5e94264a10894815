"""Training: from settings to a model file. `session.train` is the front door."""
