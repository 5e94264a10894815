"""The browser's side: plain ES modules, a style sheet and dictionaries, joined with a payload into one HTML file."""
