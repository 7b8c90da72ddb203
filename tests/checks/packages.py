#!/usr/bin/env python3
"""What CMake and Python look for is in packaging/packages.sh: else only machines that have it by chance can build."""

import re

import tree
from tree import Sample

LIST = "packaging/packages.sh"

# What is looked for -> the Debian package that has it; None: it comes with the compiler or with CMake.
CMAKE = {
    "argon2": "libargon2-dev", "Boost": "libboost1.81-dev", "CLI11": "libcli11-dev", "CURL": "libcurl4-openssl-dev",
    "GUMBO": "libgumbo-dev", "ICU": "libicu-dev", "JEMALLOC": "libjemalloc-dev", "LibArchive": "libarchive-dev", "MD4C": "libmd4c-dev",
    "nlohmann_json": "nlohmann-json3-dev", "OpenSSL": "libssl-dev", "PkgConfig": "pkg-config", "Python3": "python3", "Qt6": "qt6-base-dev",
    "SQLite3": "libsqlite3-dev", "Threads": None, "tl-expected": "libexpected-dev", "tomlplusplus": "libtomlplusplus-dev", "ZLIB": "zlib1g-dev",
}
PYTHON = {"mastodon": "python3-mastodon", "requests": "python3-requests", "selenium": "python3-selenium"}

looked_for = re.compile(r"^[^#\n]*\b(?:find_package|pkg_check_modules)\(\s*([\w-]+)", re.MULTILINE)
imported = re.compile(r"^\s*(?:import|from)\s+(\w+)", re.MULTILINE)


def problems(tree_):
    listed = set(re.sub(r"#.*", "", dict(tree_.files(LIST)).get(LIST, "")).split())
    for path, text in tree_.files("CMakeLists.txt", ".cmake"):
        for match in looked_for.finditer(text):
            at = f"{path}:{tree.line_of(text, match.start(1))}"
            name = match.group(1)
            if name not in CMAKE:
                yield f"{at}: say in tests/checks/packages.py which Debian package has {name}"
            elif CMAKE[name] and CMAKE[name] not in listed:
                yield f"{at}: {name} needs {CMAKE[name]}, which {LIST} does not list"
    for path, text in tree_.files(".py"):
        for match in imported.finditer(text):
            package = PYTHON.get(match.group(1))
            if package and package not in listed:
                yield f"{path}:{tree.line_of(text, match.start(1))}: needs {package}, which {LIST} does not list"


samples = [
    Sample({"node/CMakeLists.txt": "find_package(CURL REQUIRED)\n", LIST: "a=(g++ # libcurl4-openssl-dev\n)\n"},
           "CMakeLists.txt:1: CURL needs libcurl4-openssl-dev"),
    Sample({"node/CMakeLists.txt": "\nfind_package(Unheard)\n", LIST: ""}, "CMakeLists.txt:2: say in"),
    Sample({"a.cmake": "pkg_check_modules(argon2 REQUIRED x)\n", LIST: ""}, "argon2 needs libargon2-dev"),
    Sample({"a.py": "import requests\n", LIST: ""}, "a.py:1: needs python3-requests"),
    Sample({"CMakeLists.txt": "find_package(CURL)\nfind_package(Threads)\n# find_package(Other)\n", "a.py": "import json\n",
            LIST: "a=(\n libcurl4-openssl-dev\n)\n"}, None),
]

if __name__ == "__main__":
    tree.main(problems, samples)
