"""One picture: from a file or an array to the uint8 pixels that a network reads."""
