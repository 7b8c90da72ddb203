#!/usr/bin/env python3
"""Scripts parse: bash by `bash -n`, Python by its compiler. A script with a #! line may be started."""

import ast
import subprocess

import tree
from tree import Sample


def problems(tree_):
    for path, text in tree_.files():
        first = text.split("\n", 1)[0]
        if path.endswith(".sh") or first.startswith("#!") and first.endswith(("bash", "/sh")):
            done = subprocess.run(["bash", "-n", "-c", text], capture_output=True, text=True)
            if done.returncode:
                yield f"{path}: {done.stderr.strip().splitlines()[-1]}"
            if first.startswith("#!") and "set -e" not in text and "exec " not in text:
                yield f"{path}:1: goes on after a failed command; begin with set -euo pipefail"
        elif path.endswith(".py") or first.startswith("#!") and "python" in first:
            try:
                ast.parse(text, path)
            except SyntaxError as error:
                yield f"{path}:{error.lineno}: {error.msg}"


samples = [
    Sample({"a": "#!/bin/bash\nset -e\nif true; then\n"}, "syntax error"),
    Sample({"a.sh": "f() {\n"}, "syntax error"),
    Sample({"a.py": "def f(:\n"}, "a.py:1:"),
    Sample({"a": "#!/usr/bin/env bash\nfalse\ntrue\n"}, "goes on after a failed command"),
    Sample({"a": "#!/usr/bin/env bash\nset -euo pipefail\ntrue\n", "b.py": "x = 1\n", "c.txt": "if (\n"}, None),
]

if __name__ == "__main__":
    tree.main(problems, samples)
