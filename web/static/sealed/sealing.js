// Sealing and opening of slips, with the browser's own cryptography (WebCrypto) and nothing else.
//
// A slip is sealed to all tellers at once: a fresh key pair for each slip, its shared secrets with every teller's key,
// put together and drawn out (HKDF) to the one key of AES-GCM. Who lacks one teller's secret lacks the key. For each
// teller a slip carries a tag of that one's secret: a teller who sends another part than the right one is found out.
// `states/ballots/recount_sealed.py` opens the same with lines of its own.
const encoder = new TextEncoder();
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const [POINT, SEALED, PLAIN, TAG, PART] = [65, 48, 32, 16, 32];
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

export function joined(...parts) {
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
const tagOf = async (box, paper, point, key, secret) =>
  (await sha256(encoder.encode(`neuguong tag 1|${box}|${paper}|`), point, fromText(key), secret)).slice(0, TAG);
// Each slip has a key of its own, used this one time.
const once = (tags) => ({ name: "AES-GCM", iv: new Uint8Array(12), additionalData: tags });

export async function seal(box, paper, mark, keys) {
  const sorted = [...keys].sort();
  const pair = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const secrets = await Promise.all(sorted.map(async (key) => meet(pair.privateKey, await importPublic(key))));
  const tags = joined(...(await Promise.all(sorted.map((key, at) => tagOf(box, paper, point, key, secrets[at])))));
  const plain = new Uint8Array(PLAIN);
  plain[0] = mark.charCodeAt(0);
  const key = await drawn(joined(...secrets), slipInfo(box, paper, point, sorted));
  return toText(joined(point, new Uint8Array(await crypto.subtle.encrypt(once(tags), key, plain)), tags));
}

const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");

// The seal of these slips, worked out here: it must be the one the history has.
export async function sealOf(slips) {
  const leaves = await Promise.all(slips.map(async ([id, paper, mark]) => hex(await sha256(encoder.encode(`${id}${paper}${mark}`)))));
  return hex(await sha256(encoder.encode(leaves.sort().join(""))));
}

const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
const isNothing = (bytes) => bytes.every((byte) => byte === 0);

// What a slip is made of; null where it is not even as long as one.
function read(mark, keys) {
  try {
    const bytes = fromText(mark);
    if (bytes.length !== POINT + SEALED + TAG * keys.length) return null;
    const [point, tags] = [bytes.slice(0, POINT), bytes.slice(POINT + SEALED)];
    return { point, sealed: bytes.slice(POINT, POINT + SEALED), tags, tag: (at) => tags.slice(at * TAG, at * TAG + TAG) };
  } catch {
    return null;
  }
}

// Whether a part is the one its slip was sealed with.
async function fits(box, [, paper, mark], keys, key, secret) {
  const slip = read(mark, keys);
  return Boolean(slip) && same(await tagOf(box, paper, slip.point, key, secret), slip.tag(keys.indexOf(key)));
}

// This teller's part of the opening: the secret shared with each slip's own point; zeros where the slip's tag of it is
// another, so that nobody is opened by half.
async function partOf(own, ownKey, box, slips, keys) {
  const secrets = [];
  for (const slip of slips) {
    let secret = new Uint8Array(PART);
    try {
      const met = await meet(own, await importPublic(fromText(slip[2]).slice(0, POINT)));
      if (await fits(box, slip, keys, ownKey, met)) secret = met;
    } catch {
      // No point of the curve: nothing to open.
    }
    secrets.push(secret);
  }
  return joined(...secrets);
}

const partKey = async (own, other, box, root, from, to) =>
  drawn(await meet(own, await importPublic(other)), encoder.encode(`neuguong part 1|${box}|${root}|${from}|${to}`));

export async function partsFor(own, ownKey, box, root, slips, others) {
  const part = await partOf(own, ownKey, box, slips, [ownKey, ...Object.values(others)].sort());
  const sealed = {};
  for (const [id, other] of Object.entries(others)) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const key = await partKey(own, other, box, root, ownKey, other);
    sealed[id] = toText(joined(iv, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, part))));
  }
  return sealed;
}

// Another teller's part; null where it cannot be read or is not as long as it must be.
async function readPart(own, ownKey, box, root, other, sealed, slips) {
  try {
    const bytes = fromText(sealed);
    const key = await partKey(own, other, box, root, other, ownKey);
    const part = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.slice(0, 12) }, key, bytes.slice(12)));
    return part.length === slips.length * PART ? part : null;
  } catch {
    return null;
  }
}

const ofSlip = (part, at) => part.slice(at * PART, at * PART + PART);

// How many of each paper are for, against, blank, unreadable, not to be opened. `others`: id → key, `parts`: id → part.
// `misfit`: ids of tellers whose part is certainly false; then nothing is counted. `withheld`: id → for how many slips
// that fit here another teller says that they do not.
export async function count(own, ownKey, box, root, papers, slips, others, parts) {
  const keys = [ownKey, ...Object.values(others)].sort();
  const byKey = { [ownKey]: await partOf(own, ownKey, box, slips, keys) };
  const [misfit, withheld] = [[], {}];
  for (const [id, other] of Object.entries(others)) {
    const part = await readPart(own, ownKey, box, root, other, parts[id] || "", slips);
    byKey[other] = part;
    if (part === null || (await isFalse(box, slips, keys, other, part))) misfit.push(id);
    else withheld[id] = slips.filter((_, at) => isNothing(ofSlip(part, at)) && !isNothing(ofSlip(byKey[ownKey], at))).length;
  }
  if (misfit.length) return { misfit, withheld: {}, counts: null };
  const counts = Object.fromEntries(papers.map((paper) => [paper, [0, 0, 0, 0, 0]]));
  for (const [at, slip] of slips.entries()) {
    counts[slip[1]][await kindOf(box, slip, keys.map((key) => ofSlip(byKey[key], at)), keys)] += 1;
  }
  return { misfit, withheld, counts };
}

// A part that opens a slip must fit its tag: only who made it up, or another key, can send one that does not.
async function isFalse(box, slips, keys, key, part) {
  for (const [at, slip] of slips.entries()) {
    const secret = ofSlip(part, at);
    if (!isNothing(secret) && !(await fits(box, slip, keys, key, secret))) return true;
  }
  return false;
}

async function kindOf(box, [, paper, mark], secrets, keys) {
  const slip = read(mark, keys);
  if (!slip || secrets.some(isNothing)) return 4;
  try {
    const key = await drawn(joined(...secrets), slipInfo(box, paper, slip.point, keys));
    const plain = new Uint8Array(await crypto.subtle.decrypt(once(slip.tags), key, slip.sealed));
    const kind = MARKS.indexOf(String.fromCharCode(plain[0]));
    return kind < 0 || plain.slice(1).some((one) => one !== 0) ? 3 : kind;
  } catch {
    return 4;
  }
}
