"""Horizontal bars as SVG, readable on light and on dark ground."""
from html import escape

ROW, TOP, LEFT, WIDTH, RIGHT = 26, 54, 300, 400, 380
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f; } .small { font-size: 11px; fill: #57606a; } .head { font-size: 15px; font-weight: 600; }
.bar { fill: #2f6f9f; } .miss { fill: #b35900; } .line { stroke: #8c959f; stroke-width: 1; } .goal { stroke: #24292f; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; } .small { fill: #9da7b1; } .bar { fill: #6cb0e0; } .miss { fill: #f0a050; } .line { stroke: #6e7681; } .goal { stroke: #e6edf3; } }
"""


def bars(title, note, rows):
    """`rows`: (label, ratio to the bound, goal or None, is the target missed, what to write behind). The line at 1 is the bound."""
    scale = WIDTH / max(1.1, 1.05 * max(row[1] for row in rows))
    height = TOP + ROW * len(rows) + 40
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + RIGHT} {height}" role="img" aria-label="{escape(title, True)}">',
           f"<style>{STYLE}</style>", f'<text class="head" x="16" y="24">{escape(title)}</text>', f'<text class="small" x="16" y="42">{escape(note)}</text>']
    bottom = TOP + ROW * len(rows)
    for share in (0, 0.25, 0.5, 0.75, 1):
        x = LEFT + share * scale
        out.append(f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 4}" y2="{bottom + 4}"{"" if share == 1 else " stroke-dasharray=" + chr(34) + "2 4" + chr(34)}/>')
        out.append(f'<text class="small" x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{"the bound" if share == 1 else f"{share:g}"}</text>')
    for number, (label, ratio, goal, missed, behind) in enumerate(rows):
        y = TOP + ROW * number
        length = max(1.0, ratio * scale)
        out.append(f'<text x="{LEFT - 10}" y="{y + 16}" text-anchor="end">{escape(label)}</text>')
        out.append(f'<rect class="{"miss" if missed else "bar"}" x="{LEFT}" y="{y + 4}" width="{length:.1f}" height="{ROW - 9}" rx="2"/>')
        if goal is not None:
            out.append(f'<line class="goal" x1="{LEFT + goal * scale:.1f}" x2="{LEFT + goal * scale:.1f}" y1="{y + 1}" y2="{y + ROW - 2}"/>')
        out.append(f'<text class="small" x="{LEFT + WIDTH + 12}" y="{y + 16}">{ratio:.2f} · {escape(behind)}</text>')
    return "\n".join(out) + "\n</svg>\n"
