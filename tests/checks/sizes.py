#!/usr/bin/env python3
"""Files that have grown past what is read in one go: told past 600 lines, refused past 1000."""

import tree
from tree import Sample

TELL = 600
REFUSE = 1000


def lines(text):
    return text.count("\n") + (not text.endswith("\n"))


def problems(tree_):
    for path, text in tree_.files(".h", ".cpp", ".py", ".sql", under=("protocol/", "node/", "client", "tests/", "packaging/")):
        count = lines(text)
        if count > REFUSE:
            yield f"{path}:{count}: {count} lines; split it by subject (at most {REFUSE})"
        elif count > TELL:
            print(f"warning: {path} has {count} lines; look for its second subject")


samples = [
    Sample({"node/a.cpp": "x\n" * (REFUSE + 1)}, f"{REFUSE + 1} lines"),
    Sample({"node/a.cpp": "x\n" * TELL, "README.md": "x\n" * 2000}, None),
]

if __name__ == "__main__":
    tree.main(problems, samples)
