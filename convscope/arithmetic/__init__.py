"""The lecture's sums as small pure functions over plain lists: the teaching reference, one topic a module, each with
its twin in the lab's page.
"""
