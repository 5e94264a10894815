"""What a run came to, as one page: figures with their intervals, errors, doubts and limits. Gathered here, drawn by
page/js/report.
"""
