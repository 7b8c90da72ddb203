#!/usr/bin/env python3
"""g++ 12.2 miscompiles some co_await expressions (double free, use after free). Their forms are refused here.

Refused in a statement with co_await: a braced temporary, a lambda that holds a copy, and `?:`. Some such lines would
compile rightly (a struct of plain numbers, `?:` of int); telling them apart is not worth a double free. The way out is always the same: name the value one line above, then move it in.
"""

import re

import tree
from tree import Sample

word = re.compile(r"\bco_await\b")
# [&], [&x, &y], [this], [] and [&, this] hold no copy of anything with a destructor.
harmless_captures = re.compile(r"^\s*(&\w*(\s*\.\.\.)?|this)?(\s*,\s*(&\w+|this))*\s*$")
lambda_head = re.compile(r"\[([^\[\]]*)\]\s*(\([^()]*(\([^()]*\)[^()]*)*\))?\s*(mutable\b|noexcept\b|->\s*[\w:<>,&* ]+|\s)*\{")
OPEN, CLOSE = "([{", ")]}"
control = re.compile(r"\s*(else\s+)?(if|while|for|switch)\b")


def ends_a_block(code, at):
    """The brace at `at` closes a block, not a braced value: nothing that goes on with a value follows."""
    return not re.match(r"\s*[,).;?:+\-*/=<>&|\]]", code[at + 1:at + 200])


def statement_begin(code, at):
    """Where the statement around `at` begins, and how many brackets are open between there and `at`."""
    depth = opened = 0
    for i in range(at - 1, -1, -1):
        c = code[i]
        if c in CLOSE:
            if c == "}" and depth == 0 and ends_a_block(code, i):
                return i + 1, opened
            depth += 1
        elif c in OPEN:
            if depth == 0 and c == "{":
                return i + 1, opened
            opened += depth == 0
            depth = max(0, depth - 1)
        elif c == ";" and depth == 0:
            return i + 1, opened
    return 0, opened


def statement_around(code, at):
    """The statement with `at` in it, or of an if, while, for or switch its condition."""
    begin, opened = statement_begin(code, at)
    in_condition = opened and control.match(code, begin)
    depth = opened
    for i in range(at, len(code)):
        c = code[i]
        if c in OPEN:
            depth += 1
        elif c in CLOSE:
            depth -= 1
            if depth < 0 or depth == 0 and in_condition:
                return code[begin:i]
        elif c == ";" and depth == 0:
            return code[begin:i]
    return code[begin:]


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
            statement = without_lambda_bodies(statement_around(code, match.start()), captures)
            if "{" in statement:
                yield f"{at}: a braced temporary in a statement with co_await; name it one line above and move it in"
            elif any(not harmless_captures.match(c) for c in captures):
                yield f"{at}: a lambda that holds a copy beside co_await; name it one line above and move it in"
            elif "?" in statement:
                yield f"{at}: ?: in a statement with co_await; write if and else"


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
    Sample(wrap("auto d = (co_await load()).ok ? 1 : 2;"), "write if and else"),
    Sample(wrap("g(S{a}, co_await h());"), "a braced temporary"),
    Sample(wrap("g(co_await h(), S{a});"), "a braced temporary"),
    Sample(wrap("co_spawn(co_await this_coro::executor, [t = T(x)] { use(t); }, logged);"), "holds a copy"),
    Sample(wrap("if (co_await has(Key{k})) { x(); }"), "a braced temporary"),
    Sample(wrap("if (x) co_await a().b(S{1});"), "a braced temporary"),
    Sample(wrap("if (a) { b(); }\n  co_await c();\n  S s{1};\n  co_await d(s);"), None),
    Sample(wrap("co_spawn(executor, [this]() -> asio::awaitable<void> { co_await run(); }, logged);"), None),
    Sample(wrap("for (const auto& x : {1, 2}) {\n    if (!x) co_await c(x);\n  }"), None),
    Sample(wrap("auto b = co_await run_on(pool, [&] { return f(text); });"), None),
    Sample(wrap("auto b = co_await run_on(pool, [this, &text](int n) -> int { if (n) { return 1; } return f(text); });"), None),
    Sample(wrap("Outgoing out{.url = u, .body = b};\n  auto e = co_await send(std::move(out));"), None),
    Sample(wrap("auto [ec] = co_await timer.async_wait(as_tuple(use_awaitable));"), None),
    Sample(wrap('if (co_await ready()) { send("{?}"); }'), None),
    Sample(wrap("while (co_await next() && more) {\n    x = y ? 1 : 2;\n  }"), None),
]

if __name__ == "__main__":
    tree.main(problems, samples)
