#!/usr/bin/env python3
"""The manual page and `--help` of dunlin-node tell of the same commands and options.

usage: manual.py ROOT NODE
"""

import pathlib
import re
import subprocess
import sys

PAGE = "packaging/man/dunlin-node.1"
option = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def plain(page):
    """A man page without its font changes and escapes."""
    page = re.sub(r'^\.\\".*$', "", page, flags=re.MULTILINE)
    return re.sub(r"\\f[A-Z]", "", page).replace("\\-", "-")


def commands_of(help_text):
    part = help_text.partition("Subcommands:\n")[2]
    return re.findall(r"^  ([a-z][a-z-]*)", part, re.MULTILINE)


def problems(helps, page):
    """helps: command ("" for the program, "account create") -> what its --help prints."""
    text = plain(page)
    words = re.sub(r"[\"\n]|^\.\w+ ", " ", text, flags=re.MULTILINE)
    words = re.sub(r"\s+", " ", words)
    known = set()
    for command, help_text in helps.items():
        if command and not re.search(rf"(?<![\w-]){re.escape(command)}(?![\w-])", words):
            yield f"{PAGE}: does not tell of the command {command}"
        for name in sorted(set(option.findall(help_text))):
            known.add(name)
            if name not in option.findall(text):
                yield f"{PAGE}: does not tell of {name} of {command or 'dunlin-node'}"
    for name in sorted(set(option.findall(text)) - known):
        yield f"{PAGE}: tells of {name}, which --help does not know"


def helps_of(node):
    helps = {}

    def ask(command):
        done = subprocess.run([node, *command, "--help"], capture_output=True, text=True, timeout=20)
        if done.returncode:
            sys.exit(f"{node} {' '.join(command)} --help ended with {done.returncode}: {done.stderr}")
        helps[" ".join(command)] = done.stdout
        for name in commands_of(done.stdout):
            ask([*command, name])

    ask([])
    return helps


TOP = "Options:\n  -h,--help  Print\n\nSubcommands:\n  account  Accounts\n  dev-cert  Make\n"
HELPS = {"": TOP, "account": "Subcommands:\n  create  Make\n", "account create": "  --email TEXT  Address\n", "dev-cert": ""}
GOOD = ".B \\-\\-help\n.BI \"account create \" NAME \"\\-\\-email \" E\n.BR dev\\-cert\n"
SAMPLES = [  # (page, words of the one problem expected or None)
    (GOOD, None),
    (GOOD.replace("\\-\\-email", ""), "does not tell of --email of account create"),
    (GOOD.replace("dev\\-cert", ""), "does not tell of the command dev-cert"),
    (GOOD.replace("account create", "account"), "does not tell of the command account create"),
    (GOOD + "\\-\\-color", "tells of --color"),
]


def main():
    for page, expected in SAMPLES:
        found = list(problems(HELPS, page))
        if (len(found) != 1 or expected not in found[0]) if expected else found:
            sys.exit(f"the check itself is broken: expected {expected or 'no problem'}, found {found}")
    if commands_of(TOP) != ["account", "dev-cert"]:
        sys.exit("the check itself is broken: it does not find commands")
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    found = list(problems(helps_of(sys.argv[2]), (pathlib.Path(sys.argv[1]) / PAGE).read_text()))
    for problem in found:
        print(problem)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
