// Checks each answer that the client library got, on the wire, against entities.json (entities.py is the same for Python), and
// counts the different calls: a call is a method and a path with its ids taken out, answered with success.
import { readFileSync } from "node:fs";

const table = JSON.parse(readFileSync(new URL("./entities.json", import.meta.url), "utf8"));

const plain = {
  any: (value) => value !== null && value !== undefined,
  bool: (value) => typeof value === "boolean",
  number: (value) => Number.isInteger(value),
  text: (value) => typeof value === "string",
  id: (value) => typeof value === "string" && /^[A-Za-z0-9_-]+$/.test(value),
  time: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
  day: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value),
  url: (value) => typeof value === "string" && /^https?:\/\/[^/\s]+\//.test(value),
};
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const show = (value) => String(JSON.stringify(value)).slice(0, 200);

const answers = table.answers.map(([method, path, shape]) =>
  ({ method, pattern: new RegExp(`^${path.replace(/:[a-z]+/g, "[^/]+")}/?$`), shape }));

function* mismatches(value, type, withToken, where) {
  let kind = type.replace(/~$/, "");
  if (kind.endsWith("?")) {
    if (value === null) return;
    kind = kind.slice(0, -1);
  }
  if (kind.startsWith("[")) {
    if (!Array.isArray(value)) yield `${where}: expected a list, got ${show(value)}`;
    else for (const [index, item] of value.entries()) yield* mismatches(item, kind.slice(1, -1), withToken, `${where}[${index}]`);
  } else if (kind.startsWith("{")) {
    if (!isObject(value)) yield `${where}: expected an object, got ${show(value)}`;
    else for (const [key, item] of Object.entries(value)) yield* mismatches(item, kind.slice(1, -1), withToken, `${where}.${key}`);
  } else if (plain[kind]) {
    if (!plain[kind](value)) yield `${where}: expected ${kind}, got ${show(value)}`;
  } else if (!isObject(value)) {
    yield `${where}: expected ${kind}, got ${show(value)}`;
  } else {
    yield* mismatchesOfObject(value, table.shapes[kind], withToken, `${where}<${kind}>`);
  }
}

function* mismatchesOfObject(value, shape, withToken, where) {
  for (const [key, kind] of Object.entries(shape)) {
    if (key === "extends") yield* mismatchesOfObject(value, table.shapes[kind], withToken, where);
    else if (key === "with_token") {
      if (withToken) yield* mismatchesOfObject(value, kind, withToken, where);
    } else if (key in value) yield* mismatches(value[key], kind, withToken, `${where}.${key}`);
    else if (!kind.endsWith("~")) yield `${where}.${key}: missing`;
  }
}

export class WireCheck {
  calls = new Set();
  unpacked = 0; // answers that came compressed
  #problems = [];

  // From now on every global fetch is read along; the client library notices nothing.
  constructor() {
    const fetch = globalThis.fetch;
    globalThis.fetch = async (request) => {
      const { method, url } = request; // masto always hands over a Request
      const hasToken = request.headers.has("authorization");
      const response = await fetch(request);
      await this.#read({ method, path: new URL(url).pathname, hasToken }, response.clone());
      return response;
    };
  }

  problems() {
    const found = this.#problems;
    this.#problems = [];
    return found;
  }

  async #read({ method, path, hasToken }, response) {
    const where = `${method} ${path} -> ${response.status}`;
    if (response.headers.get("content-encoding") === "gzip") this.unpacked += 1;
    if (response.ok) this.calls.add(`${method} ${path.replace(/\/\d+/g, "/:id").replace(/(\/tags?)\/[^/]+/, "$1/:name")}`);
    const type = response.headers.get("content-type") ?? "";
    const body = await response.text();
    if (type.split(";")[0] !== "application/json") {
      this.#problems.push(`${where}: Content-Type ${type}, body ${body.slice(0, 200)}`);
      return;
    }
    let value;
    try {
      value = JSON.parse(body);
    } catch {
      this.#problems.push(`${where}: not JSON: ${body.slice(0, 200)}`);
      return;
    }
    const shape = answers.find((one) => one.method === method && one.pattern.test(path))?.shape ?? "any";
    this.#problems.push(...mismatches(value, response.ok ? shape : "Error", hasToken, where));
  }
}
