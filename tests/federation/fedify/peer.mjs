// A foreign ActivityPub server: Fedify over TLS on loopback. The test commands it with lines of JSON on stdin,
// {"call": 1, "command": "post", ...}, and reads lines of JSON on stdout: {"call": 1, "result": ...} or
// {"call": 1, "error": "..."}. It ends with its stdin.
//
//     node peer.mjs cert.pem key.pem
import "./older_node.mjs";

import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createInterface } from "node:readline";

import {
  Accept, Activity, Announce, Block, Create, Delete, Follow, Like, MemoryKvStore, Note, PUBLIC_COLLECTION, Reject, Tombstone,
  Undo, Update, parseNodeInfo, traverseCollection, verifyObject, verifyRequest,
} from "@fedify/fedify";
import { Temporal } from "@js-temporal/polyfill";

import { actorOf, addressing, answer, describe, federation, loaders, noteOf } from "./federation.mjs";
import { World } from "./world.mjs";

const SPECS = { rfc9421: "rfc9421", cavage: "draft-cavage-http-signatures-12" };
const signatureKind = headers => headers.has("signature-input") ? "rfc9421" : headers.has("signature") ? "cavage" : null;

const world = new World();
let origin;
let servers; // by the kind of signature that they try first; they share the world and nothing else

// --- outgoing: to loopback alone, and noted ---

const realFetch = globalThis.fetch;
globalThis.fetch = async (input, options) => {
  const request = new Request(input, options);
  const { hostname } = new URL(request.url);
  if (hostname !== "localhost") throw new Error(`a request to the outside: ${request.url}`);
  const { method } = request;
  const body = method === "POST" ? await request.clone().text() : "";
  const signature = signatureKind(request.headers);
  const response = await realFetch(request, { redirect: options?.redirect ?? request.redirect });
  if (method === "POST") world.sent.push({ signature, proof: JSON.parse(body).proof !== undefined, status: response.status });
  return response;
};

// --- incoming ---

const keys = new Map();
const keyCache = { get: async id => keys.get(id.href), set: async (id, key) => void keys.set(id.href, key) };

// Whether Fedify takes the signature of this request, whatever else would prove its sender.
async function proofOf(request, context) {
  const signature = signatureKind(request.headers);
  const signer = await verifyRequest(request, { ...loaders(context), keyCache, spec: SPECS[signature] });
  const document = await request.clone().json();
  const signed = document.proof ? await verifyObject(Activity, document, { ...loaders(context), keyCache }) : null;
  return { signature, key: signer?.id?.href ?? null, proof: document.proof ? signed !== null : null };
}

async function respond(request) {
  const server = servers.rfc9421;
  if (request.method !== "POST") return server.fetch(request, { contextData: null });
  const proof = await proofOf(request, server.createContext(new URL(origin), null));
  const { pathname } = new URL(request.url);
  const response = world.refused && proof.signature === world.refused
    ? new Response("this kind of signature is not known here", { status: 401 })
    : await server.fetch(request, { contextData: proof });
  world.arrived.push({ path: pathname, ...proof, status: response.status });
  return response;
}

async function handle(incoming, outgoing) {
  try {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = new Request(origin + incoming.url, {
      method: incoming.method, headers: incoming.headers, body: chunks.length ? Buffer.concat(chunks) : undefined,
    });
    const response = await respond(request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  } catch (error) {
    console.error(error);
    outgoing.writeHead(500).end();
  }
}

// --- what the test may ask for; `by` is a name, everything else is an address or text ---

const contextOf = (signature = "rfc9421") => servers[signature].createContext(new URL(origin), null);
const actorUri = by => contextOf().getActorUri(by);
const fresh = (by, what) => new URL(`#${what}/${world.next()}`, actorUri(by));

async function lookup(uri, by) {
  const context = contextOf();
  const documentLoader = by ? await context.getDocumentLoader({ identifier: by }) : context.documentLoader;
  const found = await context.lookupObject(uri, { documentLoader });
  if (!found) throw new Error(`Fedify finds nothing at ${uri}`);
  return found;
}

// Answers how it was signed and what was answered, knock by knock.
async function send(by, to, activity, signature) {
  const before = world.sent.length;
  const receivers = to === "followers" ? to : await Promise.all(to.map(uri => lookup(uri, by)));
  await contextOf(signature).sendActivity({ identifier: by }, receivers, activity, { preferSharedInbox: to === "followers" });
  return { activity: activity.id.href, knocks: world.sent.slice(before) };
}

const plain = (by, to, Kind, object, signature) =>
  send(by, [to], new Kind({ id: fresh(by, Kind.name), actor: actorUri(by), object, to: new URL(to) }), signature);

// To the followers and whomever it names; a note to nobody else goes to them alone.
async function spread(by, note, activity, signature) {
  const sent = note.audience === "direct" ? [] : [await send(by, "followers", activity, signature)];
  for (const { uri } of note.mentions) sent.push(await send(by, [uri], activity, signature));
  return { uri: contextOf().getObjectUri(Note, { identifier: by, number: note.number }).href, sent };
}

const aboutNote = (by, note, Kind, object) => new Kind({
  id: fresh(by, Kind.name), actor: actorUri(by), object,
  ...addressing(contextOf(), by, note.audience, note.mentions.map(m => new URL(m.uri))),
});

const commands = {
  async person({ name, locked, guarded }) {
    await world.add(name, { locked, guarded });
    return { uri: actorUri(name).href };
  },
  rename({ by, title, summary, signature }) {
    const person = Object.assign(world.person(by), { title, summary });
    return actorOf(contextOf(), person).then(object => send(by, "followers", new Update({
      id: fresh(by, "Update"), actor: actorUri(by), object, to: PUBLIC_COLLECTION }), signature));
  },
  state({ by }) {
    const { followers, following, requests } = world.person(by);
    return {
      followers: [...followers.keys()], requests: [...requests.keys()],
      following: Object.fromEntries([...following].map(([uri, { isAccepted }]) => [uri, isAccepted])),
    };
  },
  received: ({ since = 0 }) => world.received.slice(since),
  arrived: ({ since = 0 }) => world.arrived.slice(since),
  refuse: ({ signature }) => void (world.refused = signature),
  sign_documents: ({ by, on }) => void (world.person(by).signs = on),

  // --- reading ---
  lookup: async ({ uri, by }) => describe(await lookup(uri, by), contextOf()),
  webfinger: ({ resource }) => contextOf().lookupWebFinger(resource, { allowPrivateAddress: true }),
  // Fedify's own way to it refuses loopback.
  async nodeinfo({ url }) {
    const { links } = await (await fetch(new URL("/.well-known/nodeinfo", url))).json();
    const { software, protocols } = parseNodeInfo(await (await fetch(links[0].href)).json());
    return { software: software.name, protocols };
  },
  async traverse({ uri, by }) {
    const collection = await lookup(uri, by);
    const items = [];
    for await (const item of traverseCollection(collection, loaders(contextOf())))
      items.push(await describe(item, contextOf()));
    return { type: collection.constructor.name, total: collection.totalItems, items };
  },

  // --- relations ---
  follow({ by, whom, signature }) {
    const follow = new Follow({ id: fresh(by, "Follow"), actor: actorUri(by), object: new URL(whom), to: new URL(whom) });
    world.person(by).following.set(whom, { follow, isAccepted: false });
    return send(by, [whom], follow, signature);
  },
  unfollow({ by, whom, signature }) {
    const { follow } = world.person(by).following.get(whom);
    world.person(by).following.delete(whom);
    return plain(by, whom, Undo, follow, signature);
  },
  async decide({ by, whom, accepts }) {
    const person = world.person(by);
    await answer(contextOf(), person, person.requests.get(whom), accepts ? Accept : Reject);
    person.requests.delete(whom);
  },
  block: ({ by, whom, signature }) => plain(by, whom, Block, new URL(whom), signature),

  // --- notes ---
  async post({ by, content, warning, audience = "public", mentions = [], answers, options, chosen, signature }) {
    const person = world.person(by);
    const note = { number: world.next(), content, warning, audience, mentions, answers, options, chosen, published: Temporal.Now.instant() };
    person.notes.set(note.number, note);
    const create = aboutNote(by, note, Create, noteOf(contextOf(), by, note));
    if (audience === "public") person.outbox.push(create);
    return { number: note.number, ...(await spread(by, note, create, signature)) };
  },
  edit({ by, number, signature, ...changes }) {
    const note = Object.assign(world.person(by).notes.get(number), { ...changes, updated: Temporal.Now.instant() });
    return spread(by, note, aboutNote(by, note, Update, noteOf(contextOf(), by, note)), signature);
  },
  remove({ by, number, signature }) {
    const person = world.person(by);
    const note = person.notes.get(number);
    person.notes.delete(number);
    const id = contextOf().getObjectUri(Note, { identifier: by, number });
    return spread(by, note, aboutNote(by, note, Delete, new Tombstone({ id })), signature);
  },
  // What was sent before, once more and as it was.
  async repeat({ by, number, to, signature }) {
    const note = world.person(by).notes.get(number);
    return send(by, [to], aboutNote(by, note, Create, noteOf(contextOf(), by, note)), signature);
  },

  // --- marks; `undone` is the activity that is taken back ---
  // In the name of someone else, signed by the one who sends it.
  forge: ({ by, as, what, author }) =>
    send(by, [author], new Like({ id: fresh(as, "Like"), actor: actorUri(as), object: new URL(what) })),
  like: ({ by, what, author, signature }) => plain(by, author, Like, new URL(what), signature),
  unlike: ({ by, what, author, undone, signature }) =>
    plain(by, author, Undo, new Like({ id: new URL(undone), actor: actorUri(by), object: new URL(what) }), signature),
  async boost({ by, what, author, signature }) {
    const activity = announce(by, what, fresh(by, "Announce"));
    const sent = [await send(by, "followers", activity, signature)];
    if (author) sent.push(await send(by, [author], activity, signature));
    return { activity: activity.id.href, sent };
  },
  async unboost({ by, what, author, undone, signature }) {
    const undo = new Undo({
      id: fresh(by, "Undo"), actor: actorUri(by), object: announce(by, what, new URL(undone)), to: PUBLIC_COLLECTION,
    });
    await send(by, "followers", undo, signature);
    return author && send(by, [author], undo, signature);
  },
};

const announce = (by, what, id) => new Announce({
  id, actor: actorUri(by), object: new URL(what), to: PUBLIC_COLLECTION, cc: contextOf().getFollowersUri(by),
  published: Temporal.Now.instant(),
});

// --- start ---

// Forgets which kind of signature a host took, so that each knock is as the first one and no case depends on another.
class Forgetful extends MemoryKvStore {
  set(key, ...rest) {
    return key.includes("httpMessageSignaturesSpec") ? Promise.resolve() : super.set(key, ...rest);
  }
}

const [certificate, key] = process.argv.slice(2);
const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, handle);
await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
origin = `https://localhost:${server.address().port}`;
const builder = federation(world);
servers = Object.fromEntries(await Promise.all(Object.entries(SPECS).map(async ([kind, firstKnock]) =>
  [kind, await builder.build({ kv: new Forgetful(), origin, firstKnock, allowPrivateAddress: true })])));
const say = line => process.stdout.write(JSON.stringify(line) + "\n");
say({ ready: origin });

for await (const line of createInterface({ input: process.stdin })) {
  const { call, command, ...fields } = JSON.parse(line);
  try {
    say({ call, result: (await commands[command](fields)) ?? null });
  } catch (error) {
    say({ call, error: error.stack ?? String(error) });
  }
}
server.close();
server.closeAllConnections();
process.exit(0);
