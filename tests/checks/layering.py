#!/usr/bin/env python3
"""Who may include whom, and which folder alone may name a mechanism. ARCHITECTURE.md shows the same as a picture."""

import re

import tree
from tree import Sample

PROTOCOL = {"protocol/activitypub", "protocol/base", "protocol/gzip", "protocol/html", "protocol/mastodon", "protocol/signature", "protocol/text", "protocol/url"}
RULES = PROTOCOL | {"node/store"}
# Values and mechanisms for handlers; the sockets behind them are not theirs to see.
STREAMS = {"node/net/stream.h", "node/net/websocket.h"}
NET_FOR_HANDLERS = {"node/net/cidr.h", "node/net/http.h", "node/net/params.h", "node/net/rate_limit.h"} | STREAMS
SETTINGS = {"node/app/config.h"}  # plain values

# A folder -> the folders whose headers it may include besides its own. An entry that ends in .h is one header.
# What stands not here is not allowed; a new folder is entered here first.
MAY_INCLUDE = {
    "protocol/base": set(),
    "protocol/text": {"protocol/base"},
    "protocol/gzip": {"protocol/base"},
    "protocol/html": {"protocol/base", "protocol/text"},
    "protocol/mastodon": {"protocol/base", "protocol/text"},
    "protocol/activitypub": {"protocol/base"},
    "protocol/signature": {"protocol/base"},
    "protocol/url": {"protocol/base"},
    "node/net": {"protocol/base"},
    "node/outgoing": {"protocol/base", "protocol/url", "node/net/cidr.h"},
    "node/store": {"protocol/base"},
    "node/trace": {"protocol/base", "node/store"},
    "node/auth": {"protocol/base"},
    "node/media": PROTOCOL,
    "node/domain": RULES | {"node/auth", "node/media"},
    "node/feed": RULES | {"node/domain", "node/trace"},
    "node/streaming": RULES | {"node/auth", "node/domain", "node/feed"} | STREAMS,
    "node/web": PROTOCOL,
    "node/federation": RULES | {"node/domain", "node/media", "node/outgoing", "node/trace"},
    "node/api": RULES | {"node/auth", "node/media", "node/domain", "node/federation", "node/feed", "node/streaming", "node/web"} | NET_FOR_HANDLERS | SETTINGS,
}
EVERYTHING = ("node/app", "node/cli", "node/main.cpp", "tests/")

# (what, pattern in the code, the folders that may, why)
MECHANISMS = [
    ("SQLite", re.compile(r"\bsqlite3(_\w+)?\b|<sqlite3\.h>"), ("node/store", "tests/"),
     "only node/store names it, so that storage can be changed in one place"),
    ("coroutines", re.compile(r"\bco_(await|return|yield|spawn)\b|\bawaitable\b"), ("node/net", "tests/"),
     "they live in node/net; all else is plain synchronous code"),
    ("Asio and Beast", re.compile(r"\b(boost::)?(asio|beast)::|<boost/(asio|beast)\b"), ("node/net", "tests/"),
     "only node/net knows sockets"),
    ("libcurl's connections", re.compile(r"\bcurl_(easy|multi)_\w+"), ("node/outgoing", "tests/"),
     "it is the only way out, where every address is checked"),
    ("system time", re.compile(r"\bsystem_clock::now\b|\bsteady_clock::now\b|(?<![\w.>])time\((NULL|nullptr|0)\)"),
     ("protocol/base/time.cpp", "node/net", "tests/"), "time is passed in: take a Clock"),
]

include = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)


def folder_of(path):
    """node/store/sql/x.h belongs to node/store: two parts are a layer."""
    return "/".join(path.split("/")[:2])


def layer_allows(path, included):
    own = folder_of(path)
    if path.startswith(EVERYTHING) or included.startswith(own + "/"):
        return True
    allowed = MAY_INCLUDE.get(own, set())
    return folder_of(included) in allowed or included in allowed


def problems(tree_):
    for path, text in tree_.files(".h", ".cpp", under=("protocol/", "node/", "client")):
        code = tree.code_only(text)
        own = folder_of(path)
        if own not in MAY_INCLUDE and not path.startswith(EVERYTHING):
            yield f"{path}:1: {own} is no known layer; say in tests/checks/layering.py what it may include"
            continue
        for match in include.finditer(code):
            included = match.group(1)
            at = f"{path}:{tree.line_of(code, match.start())}"
            if "/" not in included:
                yield f'{at}: includes "{included}"; write the path from the root'
            elif not layer_allows(path, included):
                yield f"{at}: {own} must not include {included}"
        for what, pattern, folders, why in MECHANISMS:
            match = pattern.search(code)
            if match and not path.startswith(folders):
                yield f"{path}:{tree.line_of(code, match.start())}: {what} outside of {folders[0]}: {why}"


samples = [
    Sample({"node/store/a.cpp": '#include "node/store/b.h"\n#include "protocol/base/ids.h"\n#include <sqlite3.h>\n'}, None),
    Sample({"protocol/base/a.h": '#include "protocol/text/html.h"\n'}, "protocol/base must not include protocol/text/html.h"),
    Sample({"protocol/mastodon/a.h": '#include "node/store/b.h"\n'}, "must not include node/store"),
    Sample({"node/net/a.cpp": '#include "node/api/b.h"\n'}, "node/net must not include node/api/b.h"),
    Sample({"node/domain/a.cpp": '#include "node/feed/b.h"\n'}, "node/domain must not include node/feed/b.h"),
    Sample({"node/api/a.cpp": '#include "node/net/http.h"\n'}, None),
    Sample({"node/api/a.cpp": '#include "node/net/connection.h"\n'}, "node/api must not include node/net/connection.h"),
    Sample({"node/api/a.cpp": '#include "node/app/serve.h"\n'}, "node/api must not include node/app/serve.h"),
    Sample({"node/api/a.cpp": 'int f() { return sqlite3_step(s); }\n'}, "a.cpp:1: SQLite outside"),
    Sample({"node/api/a.cpp": '// sqlite3 is not ours\nauto s = "sqlite3 co_await";\n'}, None),
    Sample({"node/domain/a.cpp": '\nint x = co_await f();\n'}, "a.cpp:2: coroutines outside"),
    Sample({"node/app/a.cpp": '#include <boost/asio/io_context.hpp>\n'}, "Asio and Beast outside"),
    Sample({"node/app/a.cpp": "auto* c = curl_easy_init();\n"}, "libcurl's connections outside"),
    Sample({"node/outgoing/a.cpp": '#include "node/net/cidr.h"\nauto* c = curl_easy_init();\n'}, None),
    Sample({"protocol/url/a.cpp": "auto* u = curl_url();\n"}, None),
    Sample({"node/feed/a.cpp": 'auto t = std::chrono::system_clock::now();\n'}, "take a Clock"),
    Sample({"node/feed/a.cpp": "auto t = row.time(0);\nauto u = std::time(nullptr);\n"}, "a.cpp:2: system time"),
    Sample({"node/feed/a.cpp": '#include "b.h"\n'}, "write the path from the root"),
    Sample({"node/new/a.cpp": "int x;\n"}, "no known layer"),
    Sample({"node/cli/a.cpp": '#include "node/net/connection.h"\n', "tests/unit/a.cpp": "sqlite3* db;\n"}, None),
]

if __name__ == "__main__":
    tree.main(problems, samples)
