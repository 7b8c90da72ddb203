#!/usr/bin/env python3
"""What must not get into the tree: paths of one machine, hosts that packages were loaded from, secrets, merge marks."""

import re

import tree
from tree import Sample

# (pattern, what it is and what to do). Patterns are written so that they do not match themselves.
FORBIDDEN = [
    (re.compile(r"(?<![\w.@:/}~-])/(home|root|work|Users)/[\w.-]+/[\w.-]"), "a path of one machine; write it from the root of the tree"),
    (re.compile(r'"resolved"\s*:\s*"[a-z+]+:'), "a lock file that names a host; use npm's omit-lockfile-registry-resolved"),
    (re.compile(r"\b(registry|deb|snapshot|proxy)\.[\w-]*(npm|debian|golang|yarn)[\w-]*\.[a-z]{2,3}\b"), "a package registry's host"),
    (re.compile(r"-{5}BEGIN (RSA |EC |ENCRYPTED |OPENSSH )?PRIVATE KEY-{5}"), "a private key; make it when the test runs"),
    (re.compile(r"^(<{7} |>{7} )", re.MULTILINE), "a merge mark"),
]


def problems(tree_):
    for path, text in tree_.files():
        for pattern, what in FORBIDDEN:
            match = pattern.search(text)
            if match:
                yield f"{path}:{tree.line_of(text, match.start())}: {what}"
    for path, text in tree_.files(".h", ".cpp", ".py", ".sql", ".md", ".txt", ".json", ".sh"):
        if text and not text.endswith("\n") and not path.startswith("tests/fixtures/"):
            yield f"{path}: no newline at its end"
    for path, text in tree_.files(".h"):
        if "#pragma once" not in text:
            yield f"{path}:1: no #pragma once"


SLASH = "/"  # keeps the samples from being found in this file
samples = [
    Sample({"a.md": f"see {SLASH}home/ann/src/x.cpp\n"}, "a.md:1: a path of one machine"),
    Sample({"a.json": '{"resolved"' + ': "https://example.org/x.tgz"}\n'}, "a lock file that names a host"),
    Sample({"a.sh": "npm --registry https://registry" + ".npmjs.org\n"}, "a package registry's host"),
    Sample({"a.pem": "-----BEGIN " + "PRIVATE KEY-----\n"}, "a private key"),
    Sample({"a.cpp": "int a;\n" + "<" * 7 + " HEAD\n"}, "a.cpp:2: a merge mark"),
    Sample({"a.cpp": "int a;"}, "no newline"),
    Sample({"a.h": "int a;\n"}, "no #pragma once"),
    Sample({"a.md": f"GET {SLASH}api/v1/timelines/home and {SLASH}usr/bin/env, {SLASH}home\n"}, None),
]

if __name__ == "__main__":
    tree.main(problems, samples)
