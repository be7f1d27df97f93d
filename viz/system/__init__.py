"""The machine around: its terminal, its folders, and the files that were installed with the package.

Bold words and bars where a terminal shows them and nothing where a pipe would keep them; folders that
appear whole or not at all; and the tutorials, found in a checkout and in an installed wheel.
"""
