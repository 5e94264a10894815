"""The command line: one module a verb, each with `add_arguments` and `run`, imported only when its verb is called."""
