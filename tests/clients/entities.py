"""Checks each answer that a client library got, on the wire, against entities.json: libraries quietly turn "17" into 17, null
into a missing key and any date into an object, while stricter clients do not."""
import json
import pathlib
import re
import urllib.parse

TABLE = json.loads((pathlib.Path(__file__).parent / "entities.json").read_text())

PLAIN = {
    "any": lambda value: value is not None,
    "bool": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "text": lambda value: isinstance(value, str),
    "id": lambda value: isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]+", value),
    "time": lambda value: isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value),
    "day": lambda value: isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value),
    "url": lambda value: isinstance(value, str) and re.match(r"https?://[^/\s]+/", value),
}


def _route_pattern(path):
    return re.compile(re.sub(r":[a-z]+", "[^/]+", path) + "/?$")


ANSWERS = [(method, _route_pattern(path), shape) for method, path, shape in TABLE["answers"]]


def mismatches(value, kind, with_token, where):
    """Yields one line for each place where value is not of kind."""
    kind = kind.rstrip("~")
    if kind.endswith("?"):
        if value is None:
            return
        kind = kind[:-1]
    if kind.startswith("[") and kind.endswith("]"):
        if not isinstance(value, list):
            yield f"{where}: expected a list, got {value!r:.200}"
            return
        for index, item in enumerate(value):
            yield from mismatches(item, kind[1:-1], with_token, f"{where}[{index}]")
    elif kind.startswith("{"):
        if not isinstance(value, dict):
            yield f"{where}: expected an object, got {value!r:.200}"
            return
        for key, item in value.items():
            yield from mismatches(item, kind[1:-1], with_token, f"{where}.{key}")
    elif kind in PLAIN:
        if not PLAIN[kind](value):
            yield f"{where}: expected {kind}, got {value!r:.200}"
    elif not isinstance(value, dict):
        yield f"{where}: expected {kind}, got {value!r:.200}"
    else:
        yield from _mismatches_of_object(value, TABLE["shapes"][kind], with_token, f"{where}<{kind}>")


def _mismatches_of_object(value, shape, with_token, where):
    for key, kind in shape.items():
        if key == "extends":
            yield from _mismatches_of_object(value, TABLE["shapes"][kind], with_token, where)
        elif key == "with_token":
            if with_token:
                yield from _mismatches_of_object(value, kind, with_token, where)
        elif key in value:
            yield from mismatches(value[key], kind, with_token, f"{where}.{key}")
        elif not kind.endswith("~"):
            yield f"{where}.{key}: missing"


def shape_of_answer(method, path, status):
    if status >= 400:
        return "Error"
    return next((shape for verb, pattern, shape in ANSWERS if verb == method and pattern.match(path)), "any")


class AnswerCheck:
    """Hangs into a requests session and collects what is wrong; problems() empties the list."""

    def __init__(self, session):
        self.requests = 0
        self.unpacked = 0  # answers that came compressed
        self._problems = []
        session.hooks["response"].append(self._read)

    def problems(self):
        found, self._problems = self._problems, []
        return found

    def _read(self, response, *_args, **_kwargs):
        self.requests += 1
        self.unpacked += response.headers.get("Content-Encoding") == "gzip"
        request = response.request
        path = urllib.parse.urlsplit(request.url).path
        if not path.startswith(("/api/", "/oauth/token", "/oauth/revoke")) or "/streaming/" in path:
            return
        where = f"{request.method} {path} -> {response.status_code}"
        kind = response.headers.get("Content-Type", "")
        if kind.split(";")[0] != "application/json":
            self._problems.append(f"{where}: Content-Type {kind!r}, body {response.text:.200}")
            return
        try:
            value = response.json()
        except ValueError:
            self._problems.append(f"{where}: not JSON: {response.text:.200}")
            return
        shape = shape_of_answer(request.method, path, response.status_code)
        self._problems += mismatches(value, shape, "Authorization" in request.headers, where)
        self._problems += _link_problems(response, value, where)


def _link_problems(response, value, where):
    header = response.headers.get("Link")
    if header is None:
        return
    if value == []:
        yield f"{where}: Link on an empty page (Mastodon.py would fail on it): {header}"
    origin = "{0.scheme}://{0.netloc}/".format(urllib.parse.urlsplit(response.request.url))
    for part in header.split(", "):
        found = re.fullmatch(r'<([^>]+)>; rel="(next|prev)"', part)
        if not found or not found[1].startswith(origin):
            yield f"{where}: Link must be absolute on {origin}, next before prev: {header}"
    if 'rel="next"' in header and not re.match('<[^>]+>; rel="next"', header):
        yield f"{where}: toot finds rel=next only in the first place: {header}"
