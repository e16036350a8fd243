// Sealing and opening of slips, with the browser's own cryptography (WebCrypto) and nothing else.
//
// A slip is sealed to all tellers at once: a fresh key pair for each slip, its shared secrets with every teller's key,
// put together and drawn out (HKDF) to the one key of AES-GCM. Who lacks one teller's secret lacks the key.
// `states/ballots/recount_sealed.py` opens the same with lines of its own.
const encoder = new TextEncoder();
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const [POINT, SEALED, PLAIN] = [65, 48, 32];
export const MARKS = ["a", "g", "b"]; // for, against, blank: the letters a box without seal holds, too

export const canSeal = () => Boolean(globalThis.isSecureContext && globalThis.crypto && crypto.subtle);

export function toText(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function fromText(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
}

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
}

function base32(bytes) {
  let [text, held, bits] = ["", 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return text;
}

function fromBase32(text) {
  const bytes = [];
  let [held, bits] = [0, 0];
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 255);
    }
    held &= (1 << bits) - 1;
  }
  return Uint8Array.from(bytes);
}

// What somebody compares by eye: 100 bits of a digest.
async function code(kind, parts) {
  return base32((await sha256(encoder.encode([kind, ...parts].join("|")))).slice(0, 15)).slice(0, 20);
}

export const fingerprint = (key) => code("neuguong key 1", [key]);
export const boxCode = (box, keys) => code("neuguong keys 1", [box, ...[...keys].sort()]);
export const inFives = (text) => text.match(/.{1,5}/g).join(" ");

const importPublic = (key) => crypto.subtle.importKey("raw", typeof key === "string" ? fromText(key) : key, CURVE, false, []);
const meet = async (own, other) => new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: other }, own, 256));

async function drawn(secret, info) {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

// The point, the box, the paper and all keys go into the key: a slip that was altered, or put elsewhere, does not open.
const slipInfo = (box, paper, point, keys) => joined(encoder.encode(`neuguong slip 1|${box}|${paper}|`), point, ...keys.map(fromText));
const once = { name: "AES-GCM", iv: new Uint8Array(12) }; // each slip has a key of its own, used this one time

export async function seal(box, paper, mark, keys) {
  const sorted = [...keys].sort();
  const pair = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const secrets = await Promise.all(sorted.map(async (key) => meet(pair.privateKey, await importPublic(key))));
  const plain = new Uint8Array(PLAIN);
  plain[0] = mark.charCodeAt(0);
  const key = await drawn(joined(...secrets), slipInfo(box, paper, point, sorted));
  return toText(joined(point, new Uint8Array(await crypto.subtle.encrypt(once, key, plain))));
}

// A teller's own key: made here, kept as a code of 56 letters, the last of which tell a slip of the pen.
export async function makeKey() {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const secret = fromText((await crypto.subtle.exportKey("jwk", pair.privateKey)).d);
  const checked = joined(secret, (await sha256(secret)).slice(0, 3));
  return { code: base32(checked), key: toText(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey))) };
}

// The private key behind a code, or behind the file that holds it; null where it is misspelt or another key's.
export async function readKey(typed, key) {
  const found = typed.trim().startsWith("{") ? String((tryJson(typed) || {}).code || "") : typed;
  const bytes = fromBase32(found.toUpperCase().replace(/[^A-Z2-7]/g, ""));
  if (!bytes || bytes.length !== 35) return null;
  const secret = bytes.slice(0, 32);
  if (toText((await sha256(secret)).slice(0, 3)) !== toText(bytes.slice(32))) return null;
  const point = fromText(key);
  try {
    const jwk = { kty: "EC", crv: "P-256", d: toText(secret), x: toText(point.slice(1, 33)), y: toText(point.slice(33)) };
    const own = await crypto.subtle.importKey("jwk", jwk, CURVE, false, ["deriveBits"]);
    const test = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
    const [here, there] = [await meet(own, test.publicKey), await meet(test.privateKey, await importPublic(key))];
    return toText(here) === toText(there) ? own : null;
  } catch {
    return null;
  }
}

function tryJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");

// The seal of these slips, worked out here: it must be the one the history has.
export async function sealOf(slips) {
  const leaves = await Promise.all(slips.map(async ([id, paper, mark]) => hex(await sha256(encoder.encode(`${id}${paper}${mark}`)))));
  return hex(await sha256(encoder.encode(leaves.sort().join(""))));
}

// This teller's part of the opening: the secret shared with each slip's own point; nothing but zeros where that is none.
async function partOf(own, slips) {
  const secrets = [];
  for (const [, , mark] of slips) {
    try {
      secrets.push(await meet(own, await importPublic(fromText(mark).slice(0, POINT))));
    } catch {
      secrets.push(new Uint8Array(32));
    }
  }
  return joined(...secrets);
}

const partKey = async (own, other, box, root, from, to) =>
  drawn(await meet(own, await importPublic(other)), encoder.encode(`neuguong part 1|${box}|${root}|${from}|${to}`));

export async function partsFor(own, ownKey, box, root, slips, others) {
  const part = await partOf(own, slips);
  const sealed = {};
  for (const [id, other] of Object.entries(others)) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const key = await partKey(own, other, box, root, ownKey, other);
    sealed[id] = toText(joined(iv, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, part))));
  }
  return sealed;
}

async function readPart(own, ownKey, box, root, other, sealed) {
  const bytes = fromText(sealed);
  const key = await partKey(own, other, box, root, other, ownKey);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.slice(0, 12) }, key, bytes.slice(12)));
}

// How many of each paper are for, against, blank, unreadable, not to be opened. `others`: id → key, `parts`: id → part.
// Throws when another teller's part cannot be read: then nothing was opened.
export async function count(own, ownKey, box, root, papers, slips, others, parts) {
  const byKey = { [ownKey]: await partOf(own, slips) };
  for (const [id, other] of Object.entries(others)) {
    byKey[other] = await readPart(own, ownKey, box, root, other, parts[id]);
    if (byKey[other].length !== slips.length * 32) throw new Error("part");
  }
  const keys = Object.keys(byKey).sort();
  const counts = Object.fromEntries(papers.map((paper) => [paper, [0, 0, 0, 0, 0]]));
  for (const [at, [, paper, mark]] of slips.entries()) {
    const secret = joined(...keys.map((key) => byKey[key].slice(at * 32, at * 32 + 32)));
    counts[paper][await kindOf(box, paper, fromText(mark), secret, keys)] += 1;
  }
  return counts;
}

async function kindOf(box, paper, slip, secret, keys) {
  try {
    const key = await drawn(secret, slipInfo(box, paper, slip.slice(0, POINT), keys));
    const plain = new Uint8Array(await crypto.subtle.decrypt(once, key, slip.slice(POINT, POINT + SEALED)));
    const kind = MARKS.indexOf(String.fromCharCode(plain[0]));
    return kind < 0 || plain.slice(1).some((one) => one !== 0) ? 3 : kind;
  } catch {
    return 4;
  }
}
