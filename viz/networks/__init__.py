"""A network as its textbooks draw it: neurons in columns, weights by width and sign."""

from viz.networks.drawing import NetworkDrawing, network
from viz.networks.model import Column, Link, Network, Unit, network_data, read_network

__all__ = [
    "Column",
    "Link",
    "Network",
    "NetworkDrawing",
    "Unit",
    "network",
    "network_data",
    "read_network",
]
