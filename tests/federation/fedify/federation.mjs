// What the Fedify server is: its documents, and what it does with what arrives. Every listener that runs was called by Fedify
// after it had verified who sent the activity.
import {
  Accept, Activity, Block, Collection, Endpoints, Follow, Mention, Note, Object as AnyObject, PUBLIC_COLLECTION, Person, Question,
  Reject, Tombstone, Undo, createFederationBuilder,
} from "@fedify/fedify";

const PAGE = 2; // items; small, so that a handful of posts fills several

export const federation = world => {
  const builder = createFederationBuilder();
  const known = name => world.people.get(name) ?? null;
  const isOpen = async (context, name) => !known(name)?.guarded || (await context.getSignedKeyOwner()) !== null;

  builder.setActorDispatcher("/users/{identifier}", async (context, name) => {
    const person = known(name);
    return person && actorOf(context, person);
  }).setKeyPairsDispatcher((_, name) => {
    const person = known(name);
    return person ? (person.signs ? person.keys : person.keys.slice(0, 1)) : [];
  }).authorize(isOpen);

  builder.setObjectDispatcher(Note, "/users/{identifier}/notes/{number}", (context, { identifier, number }) => {
    const note = known(identifier)?.notes.get(number);
    return note ? noteOf(context, identifier, note) : null;
  }).authorize((context, { identifier }) => isOpen(context, identifier));

  const paged = (setter, itemsOf) => setter((context, name, cursor) => {
    const items = itemsOf(context, known(name));
    if (cursor === null) return { items };
    const at = Number(cursor);
    return { items: items.slice(at, at + PAGE), nextCursor: at + PAGE < items.length ? String(at + PAGE) : null };
  }).setCounter((context, name) => itemsOf(context, known(name)).length).setFirstCursor(() => "0");
  paged(d => builder.setOutboxDispatcher("/users/{identifier}/outbox", d), (_, person) => [...person.outbox].reverse());
  paged(d => builder.setFollowersDispatcher("/users/{identifier}/followers", d), (_, person) => [...person.followers.values()]);
  paged(d => builder.setFollowingDispatcher("/users/{identifier}/following", d),
        (_, person) => [...person.following.keys()].map(uri => new URL(uri)));
  builder.setFeaturedDispatcher("/users/{identifier}/featured", (context, name) => {
    const person = known(name);
    return person && { items: person.pinned.map(number => noteOf(context, name, person.notes.get(number))) };
  });

  builder.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
    software: { name: "fedify-peer", version: "1.0.0" },
    protocols: ["activitypub"],
    usage: { users: { total: world.people.size }, localPosts: 0, localComments: 0 },
  }));

  builder.setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .on(Activity, async (context, activity) => {
      await takeEffect(world, context, activity);
      world.received.push({ ...(await describe(activity, context)), inbox: context.recipient, ...context.data });
    });
  return builder;
};

export async function actorOf(context, person) {
  const { name } = person;
  const keys = await context.getActorKeyPairs(name);
  return new Person({
    id: context.getActorUri(name), preferredUsername: name, name: person.title, summary: person.summary,
    url: new URL(`/@${name}`, context.origin), manuallyApprovesFollowers: person.locked,
    inbox: context.getInboxUri(name), endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
    outbox: context.getOutboxUri(name), followers: context.getFollowersUri(name), following: context.getFollowingUri(name),
    featured: context.getFeaturedUri(name), publicKey: keys[0].cryptographicKey, assertionMethods: keys.map(k => k.multikey),
  });
}

export function addressing(context, name, audience, others) {
  const followers = context.getFollowersUri(name);
  switch (audience) {
    case "public": return { tos: [PUBLIC_COLLECTION], ccs: [followers, ...others] };
    case "unlisted": return { tos: [followers], ccs: [PUBLIC_COLLECTION, ...others] };
    case "followers": return { tos: [followers], ccs: others };
    case "direct": return { tos: others };
    default: throw new Error(`no such audience: ${audience}`);
  }
}

const option = ([name, votes]) => new Note({ name, replies: new Collection({ totalItems: votes }) });

// A note, or a question where it has options: [name, votes].
export function noteOf(context, name, note) {
  const asked = note.options && { exclusiveOptions: note.options.map(option), endTime: note.published.add({ hours: 1 }) };
  return new (asked ? Question : Note)({
    ...asked, name: note.chosen ?? null,
    id: context.getObjectUri(Note, { identifier: name, number: note.number }), attribution: context.getActorUri(name),
    ...addressing(context, name, note.audience, note.mentions.map(m => new URL(m.uri))),
    content: note.content ?? null, summary: note.warning ?? null, sensitive: Boolean(note.warning), published: note.published,
    updated: note.updated, replyTarget: note.answers ? new URL(note.answers) : null,
    tags: note.mentions.map(m => new Mention({ href: new URL(m.uri), name: `@${m.handle}` })),
  });
}

// --- what arrives ---

async function takeEffect(world, context, activity) {
  const from = activity.actorId.href;
  if (activity instanceof Follow) {
    const person = personAt(world, context, activity.objectId);
    if (person) await (person.locked ? person.requests.set(from, activity) : answer(context, person, activity, Accept));
  } else if (activity instanceof Accept || activity instanceof Reject) {
    const follow = await objectOf(activity, context);
    const person = follow instanceof Follow && personAt(world, context, follow.actorId);
    if (!person || follow.objectId.href !== from || !person.following.has(from)) return;
    if (activity instanceof Accept) person.following.get(from).isAccepted = true;
    else person.following.delete(from);
  } else if (activity instanceof Undo) {
    const undone = await objectOf(activity, context);
    if (undone instanceof Follow) personAt(world, context, undone.objectId)?.followers.delete(from);
  } else if (activity instanceof Block) {
    const person = personAt(world, context, activity.objectId);
    person?.following.delete(from);
    person?.followers.delete(from);
  }
}

export async function answer(context, person, follow, Answer) {
  const follower = await follow.getActor(loaders(context));
  if (Answer === Accept) {
    const { id, inboxId, endpoints } = follower;
    person.followers.set(id.href, { id, inboxId, endpoints });
  }
  const id = new URL(`#answers/${globalThis.crypto.randomUUID()}`, context.getActorUri(person.name));
  await context.sendActivity({ identifier: person.name }, follower,
                             new Answer({ id, actor: context.getActorUri(person.name), object: follow }));
}

function personAt(world, context, uri) {
  const place = context.parseUri(uri);
  return place?.type === "actor" ? world.people.get(place.identifier) ?? null : null;
}

export const loaders = ({ documentLoader, contextLoader }) => ({ documentLoader, contextLoader });

// An answer repeats what it answers, which lives on another server: taken as told, for its actor and object are compared.
function objectOf(activity, context) {
  const crossOrigin = activity instanceof Accept || activity instanceof Reject ? "trust" : "ignore";
  return activity.getObject({ ...loaders(context), crossOrigin, suppressError: true });
}

// As Fedify understands it: what it does not is not in it.
export async function describe(thing, context) {
  const out = { type: thing.constructor.name, id: thing.id?.href ?? null };
  if (thing instanceof AnyObject) {
    out.to = thing.toIds.map(String);
    out.cc = thing.ccIds.map(String);
  }
  // A question is an activity by its class, but it is posted as a note is.
  if (thing instanceof Activity && !(thing instanceof Question)) {
    out.actor = thing.actorId?.href ?? null;
    out.target = thing.targetId?.href ?? null;
    const object = await objectOf(thing, context);
    out.object = object ? await describe(object, context) : { id: thing.objectId?.href ?? null };
  } else if (thing instanceof Tombstone) {
    out.deleted = thing.deleted?.toString() ?? null;
  } else if (thing instanceof Person) {
    Object.assign(out, {
      name: thing.name?.toString(), username: thing.preferredUsername?.toString(), url: thing.url?.toString(),
      summary: thing.summary?.toString(), inbox: thing.inboxId?.href, sharedInbox: thing.endpoints?.sharedInbox?.href,
      outbox: thing.outboxId?.href, followers: thing.followersId?.href, following: thing.followingId?.href,
      featured: thing.featuredId?.href, locked: thing.manuallyApprovesFollowers, keys: await keysOf(thing, context),
    });
  } else if (thing instanceof AnyObject) {
    Object.assign(out, {
      author: thing.attributionId?.href, content: thing.content?.toString(), warning: thing.summary?.toString(),
      sensitive: thing.sensitive, answers: thing.replyTargetId?.href ?? null, url: thing.url?.toString(),
      published: thing.published?.toString(), updated: thing.updated?.toString() ?? null, mentions: [], tags: [],
    });
    out.name = thing.name?.toString() ?? null;
    if (thing instanceof Question) {
      out.options = [];
      for await (const asked of thing.getExclusiveOptions(loaders(context)))
        out.options.push([asked.name.toString(), (await asked.getReplies(loaders(context))).totalItems]);
    }
    for await (const tag of thing.getTags(loaders(context)))
      (tag instanceof Mention ? out.mentions : out.tags).push(tag.href?.href ?? tag.name?.toString());
  }
  return out;
}

async function keysOf(actor, context) {
  const keys = [];
  const add = ({ id, ownerId, controllerId, publicKey }) =>
    keys.push({ id: id.href, owner: (ownerId ?? controllerId)?.href, kind: publicKey?.algorithm.name });
  for await (const key of actor.getPublicKeys(loaders(context))) add(key);
  for await (const key of actor.getAssertionMethods(loaders(context))) add(key);
  return keys;
}
