"""What is looked at: a network, and the pictures that it is shown."""
