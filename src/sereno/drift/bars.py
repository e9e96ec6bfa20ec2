"""Two distributions as paired bars: SVG without script, in colours that the page sets."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 460, 180, 56, 8, 28
WIDEST = 48


def bars(title: str, labels: Sequence[str], before: Sequence[float], now: Sequence[float]) -> str:
    """Shares before and now by bin, side by side.

    Args:
        title: read out by screen readers.
        labels: of the bins; the first, the last and as many as fit are shown.
        before: shares, 0–1, as many as labels.
        now: likewise.
    """
    most = max([*before, *now, 1e-9])
    height, bottom = HEIGHT - TOP - BOTTOM, HEIGHT - BOTTOM
    step = (WIDTH - LEFT) / max(len(labels), 1)
    bar = min(step * 0.4, WIDEST)
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">']
    for share in (0.0, most / 2, most):
        y = bottom - height * share / most
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH}"/>')
        parts.append(f'<text class="y" x="{LEFT - 6}" y="{y + 4:.1f}">{100 * share:.3g} %</text>')
    for at, (old, new) in enumerate(zip(before, now, strict=True)):
        for kind, share, offset in (("a", old, -bar), ("b", new, 0.0)):
            size = height * share / most
            x = LEFT + step * (at + 0.5) + offset
            name = f"{escape(labels[at])}: {100 * share:.2f} %"
            parts.append(
                f'<rect class="{kind}" x="{x:.1f}" y="{bottom - size:.1f}" width="{bar:.1f}" height="{size:.1f}">'
                f"<title>{name}</title></rect>"
            )
    every = max(1, -(-len(labels) // max(1, int((WIDTH - LEFT) / 96))))
    room = max(3, int(every * step / 7))
    for at in range(0, len(labels), every):
        text = labels[at] if len(labels[at]) <= room else labels[at][: room - 1] + "…"
        parts.append(f'<text class="x" x="{LEFT + step * (at + 0.5):.1f}" y="{HEIGHT - 10}">{escape(text)}</text>')
    return "".join([*parts, "</svg>"])
