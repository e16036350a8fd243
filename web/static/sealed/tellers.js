// A teller's page: a key made here and saved by the teller; the opening, with parts only other tellers can read.
import { boxCode, canSeal, count, fingerprint, inFives, makeKey, partsFor, readKey, sealOf } from "./sealing.js";

const page = document.getElementById("teller");
const { box, own, step } = page.dataset;
const tellers = JSON.parse(page.dataset.tellers); // id → public key, or null while there is none
const mine = tellers[own];
const others = Object.fromEntries(Object.entries(tellers).filter(([id]) => id !== own));
const form = document.getElementById("teller-form");
const at = (id) => document.getElementById(id);
const say = (id) => {
  for (const one of page.querySelectorAll("[data-says]")) one.hidden = one.id !== id;
  if (id) at(id).focus();
};

async function typed() {
  const file = at("teller-file").files[0];
  return file ? file.text() : at("teller-code").value;
}

// The private key of what was chosen or typed; what is wrong with it is said, and null comes back.
async function ownKey(key) {
  const given = await typed();
  const found = given.trim() ? await readKey(given, key) : null;
  say(found ? "" : given.trim() ? "teller-wrong" : "teller-none");
  return found;
}

function working(button, act) {
  button.addEventListener("click", async () => {
    if (button.disabled) return;
    button.disabled = true;
    try {
      await act();
    } catch {
      say("teller-trouble");
    }
    button.disabled = false;
  });
}

function beginKey() {
  let made = null;
  working(at("teller-make"), async () => {
    made = await makeKey();
    at("teller-shown").textContent = made.code.match(/.{4}/g).join(" ");
    at("teller-print").textContent = inFives(await fingerprint(made.key));
    at("teller-made").hidden = false;
    at("teller-made").querySelector("h2").focus();
  });
  at("teller-save").addEventListener("click", () => {
    const said = { format: "neuguong teller key 1", box, public: made.key, code: made.code };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(said, null, 1)], { type: "application/json" }));
    link.download = page.dataset.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  });
  working(at("teller-give"), async () => {
    if (!(await ownKey(made.key))) return;
    form.elements.public.value = made.key;
    form.submit();
  });
}

async function asked() {
  const answer = await fetch(page.dataset.slips, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  const found = await answer.json();
  if ((await sealOf(found.slips)) === page.dataset.root) return found;
  say("teller-seal");
  return null;
}

function beginShare() {
  working(at("teller-share"), async () => {
    const key = await ownKey(mine);
    const found = key && (await asked());
    if (!found) return;
    const parts = await partsFor(key, mine, box, page.dataset.root, found.slips, others);
    for (const [id, part] of Object.entries(parts)) form.elements[`part-${id}`].value = part;
    form.submit();
  });
}

function beginOpen() {
  const papers = JSON.parse(page.dataset.papers);
  working(at("teller-open"), async () => {
    const key = await ownKey(mine);
    const found = key && (await asked());
    if (!found) return;
    const counts = await count(key, mine, box, page.dataset.root, papers, found.slips, others, found.parts);
    for (const [paper, numbers] of Object.entries(counts)) {
      at(`teller-row-${paper}`).querySelectorAll("[data-kind]").forEach((cell, kind) => {
        cell.textContent = String(numbers[kind]);
      });
      form.elements[`c${paper}`].value = numbers.join(" ");
    }
    at("teller-spoilt").hidden = !Object.values(counts).some((numbers) => numbers[3] + numbers[4] > 0);
    at("teller-counted").hidden = false;
    at("teller-counted").querySelector("h2").focus();
  });
}

function beginCheck() {
  working(at("teller-check"), async () => {
    if (await ownKey(mine)) say("teller-right");
  });
}

async function begin() {
  if (!canSeal()) {
    at("sealed-cannot").hidden = false;
    return;
  }
  if (Object.values(tellers).every(Boolean)) {
    const code = inFives(await boxCode(box, Object.values(tellers)));
    for (const one of document.querySelectorAll(".sealed-code")) one.textContent = code;
  }
  ({ key: beginKey, check: beginCheck, share: beginShare, open: beginOpen })[step]();
  page.hidden = false;
}

begin();
