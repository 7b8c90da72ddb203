// The people of the Fedify server and what they know; all of it in memory.
import { webcrypto } from "node:crypto";

const RSA = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };

export class World {
  people = new Map(); // by name
  received = []; // what Fedify verified and handed to the inbox listener, oldest first
  arrived = []; // every POST that came in, verified or not
  sent = []; // every POST that went out
  refused = null; // the kind of signature that is answered with 401, as by a server that does not know it
  #last = 0;
  #keys = [];

  async add(name, { locked = false, guarded = false } = {}) {
    const person = {
      name, locked, guarded, keys: await this.#nextKeys(), title: name, summary: "",
      signs: true, // documents, with its Ed25519 key
      followers: new Map(), // by address: what deliveries need
      requests: new Map(), // Follow activities that wait for an answer, by their sender's address
      following: new Map(), // by address: the Follow, and whether it was accepted
      notes: new Map(), // by number
      outbox: [], // activities
      pinned: [], // numbers of notes
    };
    this.people.set(name, person);
    return person;
  }

  // Making keys takes longer than all else here, so every other person has the same.
  async #nextKeys() {
    const generate = kind => webcrypto.subtle.generateKey(kind, true, ["sign", "verify"]);
    while (this.#keys.length < 2) this.#keys.push([await generate(RSA), await generate("Ed25519")]);
    return this.#keys[this.people.size % 2];
  }

  person(name) {
    const person = this.people.get(name);
    if (!person) throw new Error(`nobody is called ${name}`);
    return person;
  }

  next() {
    return String(++this.#last);
  }
}
