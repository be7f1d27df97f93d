"""How it is drawn: colours, type, sizes, curves, and the formats of a picture.

The themes and the distances, the geometry of boxes and curves, what has to fit on a card, and DOT,
SVG, TikZ and LaTeX, each escaped by one file. What every drawing can do stands here too: save itself
in any format, and show itself in a notebook. No graph has its places yet.
"""
