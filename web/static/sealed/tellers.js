// A teller's page: a key made here and kept by the teller; the opening, with parts only other tellers can read.
import { SHORTEST, forget, keep, kept, makeKey, openFile } from "./keeping.js";
import { boxCode, canSeal, count, fingerprint, inFives, partsFor, sealOf } from "./sealing.js";

const page = document.getElementById("teller");
const { box, own, step, root } = page.dataset;
const tellers = JSON.parse(page.dataset.tellers); // id → public key, or null while there is none
const mine = tellers[own];
const others = Object.fromEntries(Object.entries(tellers).filter(([id]) => id !== own));
const form = document.getElementById("teller-form");
const at = (id) => document.getElementById(id);

function say(id) {
  for (const one of page.querySelectorAll("[data-says]")) one.hidden = one.id !== id;
  if (id) at(id).focus();
}

function working(id, act) {
  const button = at(id);
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    say("");
    try {
      await act();
    } catch {
      say("teller-trouble");
    }
    button.removeAttribute("aria-disabled");
  });
}

// The key out of the chosen file; what is wrong with it is said, and null comes back.
async function fromFile(key) {
  const file = at("teller-file").files[0];
  const found = file ? await openFile(await file.text(), at("teller-phrase").value, box, key) : null;
  say(found ? "" : file ? "teller-wrong" : "teller-none");
  return found;
}

// This browser's own copy, else the file's.
const ownKey = async () => (await kept(box, mine)) || fromFile(mine);

function download(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function beginKey() {
  let made = null;
  working("teller-make", async () => {
    const phrase = at("teller-new").value;
    if (phrase.length < SHORTEST || phrase !== at("teller-again").value) return say("teller-phrases");
    made = await makeKey(box, phrase);
    for (const id of ["teller-new", "teller-again"]) at(id).value = "";
    download(made.file, page.dataset.file);
    at("teller-print").textContent = inFives(await fingerprint(made.key));
    at("teller-made").hidden = false;
    at("teller-made").querySelector("h2").focus();
  });
  working("teller-give", async () => {
    const found = made && (await fromFile(made.key)); // what was saved must open: nobody else can help later
    if (!found) return;
    await keep(box, made.key, found);
    form.elements.public.value = made.key;
    form.submit();
  });
}

async function asked() {
  const answer = await fetch(page.dataset.slips, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  const found = await answer.json();
  if ((await sealOf(found.slips)) === root) return found;
  say("teller-seal");
  return null;
}

function beginShare() {
  working("teller-share", async () => {
    const key = await ownKey();
    const found = key && (await asked());
    if (!found) return;
    const parts = await partsFor(key, mine, box, root, found.slips, others);
    for (const [id, part] of Object.entries(parts)) form.elements[`part-${id}`].value = part;
    form.submit();
  });
}

function beginOpen() {
  const papers = JSON.parse(page.dataset.papers);
  working("teller-open", async () => {
    const key = await ownKey();
    const found = key && (await asked());
    if (!found) return;
    const opened = await count(key, mine, box, root, papers, found.slips, others, found.parts);
    if (opened.counts) show(opened);
    else accuse(opened.misfit);
  });
}

function show({ counts, withheld }) {
  for (const [paper, numbers] of Object.entries(counts)) {
    at(`teller-row-${paper}`).querySelectorAll("[data-kind]").forEach((cell, kind) => {
      cell.textContent = String(numbers[kind]);
    });
    form.elements[`c${paper}`].value = numbers.join(" ");
  }
  at("teller-spoilt").hidden = !Object.values(counts).some((numbers) => numbers[3] + numbers[4] > 0);
  for (const [id, slips] of Object.entries(withheld)) {
    const line = at(`teller-withheld-${id}`);
    line.querySelector("strong").textContent = String(slips);
    line.hidden = slips === 0;
  }
  at("teller-counted").hidden = false;
  at("teller-counted").querySelector("h2").focus();
}

function accuse(misfit) {
  for (const id of misfit) at(`teller-misfit-${id}`).hidden = false;
  at("teller-dispute").elements.against.value = misfit.join(" ");
  at("teller-false").hidden = false;
  at("teller-false").querySelector("h2").focus();
}

function beginCheck() {
  working("teller-check", async () => {
    if (await ownKey()) say("teller-right");
  });
}

async function sayWhereTheKeyIs() {
  if (mine && at("teller-kept") && (await kept(box, mine))) {
    at("teller-kept").hidden = false;
    at("teller-own").hidden = true;
  }
}

async function begin() {
  if (!canSeal()) return; // the page says what to do instead
  if (Object.values(tellers).every(Boolean)) {
    const code = inFives(await boxCode(box, Object.values(tellers)));
    for (const one of document.querySelectorAll(".sealed-code")) one.textContent = code;
  }
  await sayWhereTheKeyIs();
  const begins = { key: beginKey, check: beginCheck, share: beginShare, open: beginOpen, gone: () => forget(box) };
  if (begins[step]) await begins[step]();
  at("sealed-cannot").hidden = true;
  page.hidden = false;
}

begin();
