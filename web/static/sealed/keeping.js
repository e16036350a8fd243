// A teller's own key: made in the teller's browser, kept there so that no script can copy it out, and in a file that
// only the teller's pass phrase opens. Neither the key nor the phrase is ever sent.
import { fromText, joined, toText } from "./sealing.js";

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const FORMAT = "neuguong teller key 1";
const ROUNDS = 600000; // of PBKDF2 with SHA-256: what a guess at the phrase costs
export const SHORTEST = 12; // letters of a pass phrase

async function phraseKey(phrase, salt, rounds) {
  const base = await crypto.subtle.importKey("raw", new TextEncoder().encode(phrase.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function imported(secret, key) {
  const point = fromText(key);
  const jwk = { kty: "EC", crv: "P-256", d: toText(secret), x: toText(point.slice(1, 33)), y: toText(point.slice(33)) };
  return crypto.subtle.importKey("jwk", jwk, CURVE, false, ["deriveBits"]);
}

// A new pair: `key` to be given away, `file` the text to be kept under the phrase, `own` for this browser.
export async function makeKey(box, phrase) {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const secret = fromText((await crypto.subtle.exportKey("jwk", pair.privateKey)).d);
  const key = toText(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  const [salt, iv] = [crypto.getRandomValues(new Uint8Array(16)), crypto.getRandomValues(new Uint8Array(12))];
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await phraseKey(phrase, salt, ROUNDS), secret);
  const said = { format: FORMAT, box, public: key, rounds: ROUNDS, salt: toText(salt), sealed: toText(joined(iv, new Uint8Array(sealed))) };
  return { key, file: JSON.stringify(said, null, 1), own: await imported(secret, key) };
}

// The private key in a file; null for another box's or another key's, a wrong phrase, or something that is no key file.
export async function openFile(text, phrase, box, key) {
  try {
    const said = JSON.parse(text);
    if (said.format !== FORMAT || said.box !== box || said.public !== key || said.rounds > 10 * ROUNDS) return null;
    const bytes = fromText(said.sealed);
    const by = await phraseKey(phrase, fromText(said.salt), said.rounds);
    const secret = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.slice(0, 12) }, by, bytes.slice(12));
    return await imported(new Uint8Array(secret), key);
  } catch {
    return null;
  }
}

function store(mode, act) {
  return new Promise((done, failed) => {
    const asked = indexedDB.open("neuguong-teller", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("keys");
    asked.onerror = () => failed(asked.error);
    asked.onsuccess = () => {
      const change = asked.result.transaction("keys", mode);
      const found = act(change.objectStore("keys"));
      change.oncomplete = () => {
        asked.result.close();
        done(found ? found.result : undefined);
      };
      change.onabort = () => failed(change.error);
    };
  });
}

// In this browser, under the box and the public half; where a browser keeps nothing, the file alone must do.
export const keep = (box, key, own) => store("readwrite", (keys) => keys.put(own, `${box}|${key}`)).catch(() => undefined);
export const kept = (box, key) => store("readonly", (keys) => keys.get(`${box}|${key}`)).catch(() => undefined);
// Everything of this box: also keys that were made and never given.
export const forget = (box) => store("readwrite", (keys) => keys.delete(IDBKeyRange.bound(`${box}|`, `${box}|~`))).catch(() => undefined);
