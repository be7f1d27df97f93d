"""Every question of the tutorials by its number; tutorial 3 asks 3.1, 3.2, …"""

from __future__ import annotations

from autograd_lite.exercises import calculus, craft, networks
from autograd_lite.exercises.judging import Exercise

__all__ = ["EXERCISES"]

EXERCISES: dict[str, Exercise] = {
    **calculus.EXERCISES,
    **networks.EXERCISES,
    **craft.EXERCISES,
}
