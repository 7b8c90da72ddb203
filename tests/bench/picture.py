"""Horizontal bars as SVG, readable on light and on dark ground."""
from html import escape
from math import log10

ROW, TOP, LEFT, WIDTH, RIGHT = 26, 54, 300, 400, 380
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f; } .small { font-size: 11px; fill: #57606a; } .head { font-size: 15px; font-weight: 600; }
.bar { fill: #2f6f9f; } .miss { fill: #b35900; } .line { stroke: #8c959f; stroke-width: 1; } .goal { stroke: #24292f; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; } .small { fill: #9da7b1; } .bar { fill: #6cb0e0; } .miss { fill: #f0a050; } .line { stroke: #6e7681; } .goal { stroke: #e6edf3; } }
"""


def drawing(title, note, rows, x_of, ticks, bound=None):
    """`rows`: (label, value, goal or None, is the target missed, what to write behind); `x_of`: pixels of a value;
    `ticks`: (value, text) below; the line at `bound` is drawn through."""
    bottom = TOP + ROW * len(rows)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + RIGHT} {bottom + 40}" role="img" aria-label="{escape(title, True)}">',
           f"<style>{STYLE}</style>", f'<text class="head" x="16" y="24">{escape(title)}</text>', f'<text class="small" x="16" y="42">{escape(note)}</text>']
    for value, text in ticks:
        x, dashes = LEFT + x_of(value), "" if value == bound else ' stroke-dasharray="2 4"'
        out.append(f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 4}" y2="{bottom + 4}"{dashes}/>')
        out.append(f'<text class="small" x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{escape(text)}</text>')
    for number, (label, value, goal, missed, behind) in enumerate(rows):
        y = TOP + ROW * number
        out.append(f'<text x="{LEFT - 10}" y="{y + 16}" text-anchor="end">{escape(label)}</text>')
        out.append(f'<rect class="{"miss" if missed else "bar"}" x="{LEFT}" y="{y + 4}" width="{max(1.0, x_of(value)):.1f}" height="{ROW - 9}" rx="2"/>')
        if goal is not None:
            x = LEFT + x_of(goal)
            out.append(f'<line class="goal" x1="{x:.1f}" x2="{x:.1f}" y1="{y + 1}" y2="{y + ROW - 2}"/>')
        out.append(f'<text class="small" x="{LEFT + WIDTH + 12}" y="{y + 16}">{escape(behind)}</text>')
    return "\n".join(out) + "\n</svg>\n"


def shares(title, note, rows):
    """Values as shares of a bound, which is 1."""
    scale = WIDTH / max(1.1, 1.05 * max(row[1] for row in rows))
    ticks = [(share, "the bound" if share == 1 else f"{share:g}") for share in (0, 0.25, 0.5, 0.75, 1)]
    return drawing(title, note, rows, lambda share: share * scale, ticks, bound=1)


def times(title, note, rows):
    """How many times better, by powers of ten; what is worse has no bar."""
    most = max(10, *(row[1] for row in rows))
    scale = WIDTH / (1.05 * log10(most))
    ticks = [(10 ** power, f"{10 ** power:,} ×") for power in range(int(log10(most)) + 1)]
    return drawing(title, note, rows, lambda value: log10(max(1, value)) * scale, ticks, bound=1)
