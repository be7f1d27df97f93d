"""The table that ``model.summary()`` prints, in Keras's form."""

from __future__ import annotations

from collections.abc import Sequence

from autograd_lite.nn.layers import Layer

__all__ = ["summary_text"]

_WIDTHS = (33, 24, 15)


def summary_text(name: str, layers: Sequence[Layer]) -> str:
    """The table of a model's layers, and the totals below it."""
    rows = [_row(layer) for layer in layers]
    widths = [
        max(least, *(len(row[i]) + 2 for row in rows)) if rows else least
        for i, least in enumerate(_WIDTHS)
    ]
    head = _cells("┃", ("Layer (type)", "Output Shape", "Param #"), widths)
    between = "\n" + _rule("├─┼─┤", widths) + "\n"
    weights = [weight for layer in layers for weight in layer.weights]
    total = sum(weight.size for weight in weights)
    size = _memory(sum(weight.size * weight.dtype.itemsize for weight in weights))
    return "\n".join(
        [
            f'Model: "{name}"',
            _rule("┏━┳━┓", widths),
            head,
            _rule("┡━╇━┩", widths),
            *([between.join(_cells("│", row, widths) for row in rows)] if rows else []),
            _rule("└─┴─┘", widths),
            f" Total params: {total:,} ({size})",
            f" Trainable params: {total:,} ({size})",
            " Non-trainable params: 0 (0.00 B)",
        ]
    )


def _row(layer: Layer) -> tuple[str, str, str]:
    title = f"{layer.name} ({type(layer).__name__})"
    if not layer.built:
        return title, "?", "0 (unbuilt)"
    return title, f"(None, {layer.output_width(0)})", f"{layer.count_params():,}"


def _cells(bar: str, cells: Sequence[str], widths: Sequence[int]) -> str:
    *left, right = cells
    parts = [f" {cell:<{width - 2}} " for cell, width in zip(left, widths, strict=False)]
    return bar + bar.join([*parts, f" {right:>{widths[-1] - 2}} "]) + bar


def _rule(ends: str, widths: Sequence[int]) -> str:
    return ends[0] + ends[2].join(ends[1] * width for width in widths) + ends[-1]


def _memory(size: float) -> str:
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} GB"
