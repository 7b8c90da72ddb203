#!/usr/bin/env python3
"""g++ 12.2 miscompiles some co_await expressions (double free, use after free). Their forms are refused here.

Refused in the expression that is awaited: a braced temporary, a lambda that holds a copy, and `?:` around a co_await.
The way out is always the same: name the value one line above, then move it in.
"""

import re

import tree
from tree import Sample

word = re.compile(r"\bco_await\b")
# [&], [&x, &y], [this], [] and [&, this] hold no copy of anything with a destructor.
harmless_captures = re.compile(r"^\s*(&\w*(\s*\.\.\.)?|this)?(\s*,\s*(&\w+|this))*\s*$")
lambda_head = re.compile(r"\[([^\[\]]*)\]\s*(\([^()]*(\([^()]*\)[^()]*)*\))?\s*(mutable\b|noexcept\b|->\s*[\w:<>,&* ]+|\s)*\{")
OPEN, CLOSE = "([{", ")]}"


def awaited(code, start):
    """The text after co_await up to the end of its expression: ; or , or a bracket that was opened before it."""
    depth = 0
    for at in range(start, len(code)):
        c = code[at]
        if c in OPEN:
            depth += 1
        elif c in CLOSE:
            if depth == 0:
                return code[start:at]
            depth -= 1
        elif c == ";" and depth == 0 or c == "," and depth == 0:
            return code[start:at]
    return code[start:]


def statement_before(code, start):
    """From the end of the statement before (or the brace that opens the block) to co_await."""
    begin = max(code.rfind(c, 0, start) for c in ";{}")
    return code[begin + 1:start]


def without_lambda_bodies(text, found):
    """Text without lambdas; their captures are added to `found`. Bodies are statements of their own, read apart."""
    while match := lambda_head.search(text):
        found.append(match.group(1))
        depth, at = 1, match.end()
        while at < len(text) and depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        text = text[:match.start()] + text[at:]
    return text


def problems(tree_):
    for path, text in tree_.files(".h", ".cpp", under=("node/", "protocol/", "tests/")):
        code = tree.code_only(text)
        for match in word.finditer(code):
            at = f"{path}:{tree.line_of(code, match.start())}"
            captures = []
            expression = without_lambda_bodies(awaited(code, match.end()), captures)
            if "{" in expression:
                yield f"{at}: a braced temporary in an awaited expression; name it one line above and move it in"
            elif any(not harmless_captures.match(c) for c in captures):
                yield f"{at}: a lambda that holds a copy in an awaited expression; name it one line above and move it in"
            elif "?" in expression or "?" in statement_before(code, match.start()):
                yield f"{at}: ?: around co_await; write if and else"


def wrap(line):
    return {"node/net/a.cpp": "asio::awaitable<void> f() {\n  " + line + "\n}\n"}


samples = [
    Sample(wrap("auto a = co_await send(Outgoing{.url = u, .body = b});"), "a.cpp:2: a braced temporary"),
    Sample(wrap("auto a = co_await send_json(json{{1, id}});"), "a braced temporary"),
    Sample(wrap("auto a = co_await send(wrap(\n    Outgoing{u}));"), "a braced temporary"),
    Sample(wrap("auto b = co_await run_on(pool, [text] { return f(text); });"), "holds a copy"),
    Sample(wrap("auto b = co_await run_on(pool, [t = std::move(t)]() mutable { return f(t); });"), "holds a copy"),
    Sample(wrap("auto b = co_await run_on(pool, [=] { return f(text); });"), "holds a copy"),
    Sample(wrap("auto d = ready ? cached : co_await load();"), "write if and else"),
    Sample(wrap("auto d = co_await load() ? a : b;"), "write if and else"),
    Sample(wrap("auto d = (co_await load()).ok ? 1 : 2;"), None),
    Sample(wrap("auto b = co_await run_on(pool, [&] { return f(text); });"), None),
    Sample(wrap("auto b = co_await run_on(pool, [this, &text](int n) -> int { if (n) { return 1; } return f(text); });"), None),
    Sample(wrap("Outgoing out{.url = u, .body = b};\n  auto e = co_await send(std::move(out));"), None),
    Sample(wrap("auto [ec] = co_await timer.async_wait(as_tuple(use_awaitable));"), None),
    Sample(wrap('if (co_await ready()) { send("{?}"); }'), None),
    Sample(wrap("while (co_await next() && more) {\n    x = y ? 1 : 2;\n  }"), None),
]

if __name__ == "__main__":
    tree.main(problems, samples)
