"""What the checks of the tree share: which files there are, C++ without its comments, and how a check is run.

A check is a module with
    problems(tree) -> iterable of "path:line: what is wrong, and what to do"
    samples: list of Sample; each is a small tree and the words that must be in its only problem, or None for a sound one
and ends with `tree.main(problems, samples)`. The samples run first: a check that finds nothing in a bad sample fails.
"""

import pathlib
import re
import subprocess
import sys
import typing


class Sample(typing.NamedTuple):
    files: dict  # path -> text
    problem: str | None  # words of the one problem expected; None: the sample is sound


class Tree:
    """Files by their path from the root."""

    def __init__(self, files):
        self._files = files

    @classmethod
    def read(cls, root):
        """What git keeps, and what it would keep when added: build folders are no part of the tree."""
        listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                capture_output=True)
        root = pathlib.Path(root)
        if listed.returncode == 0:
            names = [name for name in listed.stdout.decode().split("\0") if name]
        else:  # an unpacked archive
            names = [str(p.relative_to(root)) for p in root.rglob("*")
                     if p.relative_to(root).parts[0] not in ("build", "var", ".git")]
        files = {}
        for name in sorted(names):
            path = root / name
            if path.is_file() and not path.is_symlink():
                try:
                    files[name] = path.read_text()
                except UnicodeDecodeError:
                    pass  # pictures and fuzz inputs
        return cls(files)

    def files(self, *suffixes, under=("",)):
        """(path, text) of the files with one of the endings below one of the folders; all without arguments."""
        for path, text in self._files.items():
            if (not suffixes or path.endswith(suffixes)) and path.startswith(tuple(under)):
                yield path, text

    def has(self, path):
        return path in self._files


_skipped = re.compile(
    r'R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\.|[^'\\\n])+'"
    r"|//[^\n]*"
    r"|/\*.*?\*/", re.DOTALL)


def code_only(text):
    """C++ with comments and the inside of strings blanked, line numbers kept. Includes stay readable."""

    def blank(match):
        found = match.group()
        if text[text.rfind("\n", 0, match.start()) + 1:match.start()].strip().startswith("#include"):
            return found
        # 1'000'000 is no character literal.
        if found[0] == "'" and match.start() and text[match.start() - 1].isalnum() and not found[1] == "\\":
            return found
        inside = re.sub(r"[^\n]", " ", found[1:-1])
        return found[0] + inside + found[-1] if found[0] in "\"'" else re.sub(r"[^\n]", " ", found)

    return _skipped.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def main(problems, samples):
    wrong = 0
    for number, sample in enumerate(samples, 1):
        found = list(problems(Tree(sample.files)))
        good = not found if sample.problem is None else len(found) == 1 and sample.problem in found[0]
        if not good:
            wrong += 1
            print(f"sample {number}: expected {sample.problem or 'no problem'}, found {found}")
    if wrong:
        print(f"{wrong} of {len(samples)} samples were judged wrongly: the check itself is broken")
        return sys.exit(2)
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} ROOT")
    found = list(problems(Tree.read(sys.argv[1])))
    for problem in found:
        print(problem)
    print(f"{len(samples)} samples judged rightly, {len(found)} problems in the tree")
    sys.exit(1 if found else 0)
