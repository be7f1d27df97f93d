"""Where everything stands: a graph laid out once, and all of its steps drawn on those places.

First the zoom level, then the scene (cards, operations and roads, or the chart of a coarser graph),
then what is painted on it: a forward pass, a backward pass, one that has come only so far, or a
worksheet with empty boxes.
"""
