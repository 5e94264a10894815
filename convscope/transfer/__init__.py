"""A network that was trained already, on other pictures: its features, and a new linear layer on them."""
