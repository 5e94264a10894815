"""What values show of themselves in a notebook: tables, heat maps and curves as HTML that needs no script, takes the
colours of the notebook's own text, light or dark, and stays in what nbconvert makes of it.
"""
