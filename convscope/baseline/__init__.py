"""What a classifier of a few lines makes of pictures: the figure that a network has to beat, and a quick judge of
choices that training would take minutes over. numpy only.
"""
