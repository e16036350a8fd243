// Comfort only: every page works without this file.
"use strict";

const shortcuts = document.documentElement.dataset.shortcuts !== "off";

function focusFirst(root) {
  const target = root.querySelector("[data-focus]");
  if (target) target.focus({ preventScroll: false });
}

// What a key opens can be filled in at once, and sent with Enter or Ctrl+Enter.
function unfold(fold) {
  fold.open = true;
  const fields = "input:not([type=hidden]), select, textarea, button";
  (fold.querySelector(fields) || fold.querySelector("summary")).focus();
}

// A menu closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.menu[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
  const sheet = event.target.closest && event.target.closest("[data-opens]");
  if (sheet) {
    event.preventDefault();
    document.getElementById(sheet.dataset.opens).showModal();
  }
});

// What a key means: links and switches are used; what sends something is only brought into reach.
function use(element) {
  if (element.matches("a, input[type=checkbox], [data-at-once]")) element.click();
  else if (element.matches("summary")) unfold(element.parentElement);
  else element.focus();
}

const before = { key: "", at: 0 };

// The element of a key, or of two pressed one after the other ("g+i").
function meant(key, at) {
  const pair = at - before.at < 1500 ? before.key + "+" + key : "";
  Object.assign(before, { key, at });
  const seen = [...document.querySelectorAll("[data-hotkey]")].filter((one) => one.offsetParent !== null);
  const of = (wanted) => wanted && seen.find((one) => one.dataset.hotkey.split(" ").includes(wanted));
  return of(pair) || of(key);
}

document.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.keyCode === 229;
  if (event.key === "Escape") {
    for (const open of document.querySelectorAll("details.menu[open]")) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const form = event.target.closest && event.target.closest("form[data-confirm-key]");
    if (form && !composing) form.requestSubmit();
    return;
  }
  // Single letters act only where nobody is typing, and never while an input method composes.
  if (!shortcuts || composing || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog[open]";
  if (document.querySelector("dialog[open]") || (event.target.closest && event.target.closest(typing))) return;
  const letter = event.key.length === 1 && /[a-z]/i.test(event.key);
  const found = meant(event.shiftKey && letter ? "Shift+" + event.key.toUpperCase() : event.key, event.timeStamp);
  if (!found) return;
  event.preventDefault();
  use(found);
});

// A ready sentence goes to where the cursor stands, to be changed there.
document.addEventListener("click", (event) => {
  const snippet = event.target.closest && event.target.closest("[data-into]");
  const field = snippet && document.getElementById(snippet.dataset.into);
  if (!field) return;
  const gap = field.value && !/\s$/.test(field.value.slice(0, field.selectionStart)) ? " " : "";
  field.focus();
  field.setRangeText(gap + snippet.textContent.trim(), field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// The text at an address of ours; null where there is none, or a sign-in came instead.
async function asked(address) {
  const answer = await fetch(address).catch(() => null);
  return answer && answer.ok && !answer.redirected ? answer.text() : null;
}

// A paper opens beneath its name, and closes again; what one was doing stays in sight.
document.addEventListener("click", async (event) => {
  const link = event.target.closest && event.target.closest("a[data-inside]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const row = link.closest("li");
  const open = row.querySelector(".inside");
  link.setAttribute("aria-expanded", String(!open));
  if (open) return open.remove();
  const inside = Object.assign(document.createElement("div"), { className: "inside", tabIndex: 0, role: "region" });
  inside.setAttribute("aria-label", link.getAttribute("aria-label"));
  row.append(inside);
  const paper = await asked(link.href + "?phan=1");
  if (paper === null) location.assign(link.href);
  else inside.innerHTML = paper;
});

// One more row in a table of a form, without asking the server.
document.addEventListener("click", (event) => {
  const button = event.target.closest && event.target.closest("button[data-add-row]");
  if (!button) return;
  const rows = document.getElementById(button.dataset.addRow);
  const last = rows && rows.querySelector("tbody tr:last-child");
  if (!last) return;
  event.preventDefault();
  const fresh = last.cloneNode(true);
  const number = rows.querySelectorAll("tbody tr").length;
  for (const control of fresh.querySelectorAll("input, select, textarea, label")) {
    for (const name of ["name", "id", "for"]) {
      const given = control.getAttribute(name);
      if (given) control.setAttribute(name, given.replace(/([.-])\d+([.-])/, "$1" + number + "$2"));
    }
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
    if (control.type === "checkbox") control.checked = control.defaultChecked = false;
    else if ("value" in control) control.value = control.defaultValue = "";
  }
  for (const error of fresh.querySelectorAll(".field__error")) error.remove();
  last.after(fresh);
  fresh.querySelector("input, select, textarea").focus();
});

// What was chosen to be sent along, in our own words.
function tellChosen(input) {
  const name = input.closest(".pick") && input.closest(".pick").querySelector(".pick__name");
  if (!name) return;
  const { none, several } = name.dataset;
  const files = [...input.files];
  name.textContent = files.length > 1 ? several.replace("#", files.length) : files.length ? files[0].name : none;
}
document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file]")) tellChosen(event.target);
});

// How many letters are left, once it matters.
document.addEventListener("input", (event) => {
  const most = Number(event.target.dataset && event.target.dataset.most);
  const count = most && document.getElementById(event.target.id + "-count");
  if (count) count.textContent = event.target.value.length > most * 0.8 ? `${event.target.value.length}/${most}` : "";
});

// Who may be meant by what is being typed; a name chosen from the list asks nothing more.
let typing = 0;
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.dataset.near || (event.inputType || "insertReplacementText") === "insertReplacementText") return;
  clearTimeout(typing);
  typing = setTimeout(async () => {
    const names = await asked(field.dataset.near + "?q=" + encodeURIComponent(field.value));
    if (names !== null) field.list.innerHTML = names;
  }, 200);
});

// Which day of the week a typed date is, and whether anybody works then.
document.addEventListener("change", async (event) => {
  const told = event.target.dataset.weekday && document.getElementById(event.target.id + "-weekday");
  if (!told) return;
  told.textContent = await asked(event.target.dataset.weekday + "?ngay=" + encodeURIComponent(event.target.value));
});

// A form is sent once; the server would notice a second time too.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  else if (event.target.method === "post" && !event.target.dataset.again) {
    event.target.dataset.sent = "1";
    setTimeout(() => delete event.target.dataset.sent, 4000);
  }
});

document.addEventListener("htmx:afterSettle", (event) => focusFirst(event.target));
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const input of document.querySelectorAll(".pick input")) tellChosen(input);
});
focusFirst(document);

// A link to hand on, copied; where the browser may not, it stands selected.
document.addEventListener("click", async (event) => {
  const button = event.target.closest && event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy);
  getSelection().selectAllChildren(text);
  const done = navigator.clipboard && (await navigator.clipboard.writeText(text.textContent).then(() => true, () => false));
  if (done) button.textContent = button.dataset.copied;
});

// Who else looks at this: asked now and then while somebody does.
const looking = document.querySelector("form[data-looking]");
async function look() {
  if (document.hidden) return;
  const answer = await fetch(looking.action, { method: "POST", body: new FormData(looking) }).catch(() => null);
  if (answer && answer.ok) looking.querySelector("span").textContent = await answer.text();
}
if (looking && looking.offsetParent !== null) {
  look();
  setInterval(look, 45000);
}

// What has come since the list was drawn: told, while the list stays where it is.
const arrivals = document.querySelector("[data-arrivals]");
async function arrived() {
  if (document.hidden) return;
  const answer = await fetch(arrivals.dataset.arrivals).catch(() => null);
  if (!answer || answer.status !== 200 || answer.redirected) return;
  const said = await answer.text();
  if (arrivals.textContent === said) return;
  arrivals.replaceChildren(Object.assign(document.createElement("a"), { href: arrivals.dataset.to, textContent: said }));
}
if (arrivals) {
  setInterval(arrived, 60000);
  document.addEventListener("visibilitychange", arrived);
}

// The bar brings the decision into reach; where it is in sight already, it would only stand in the way.
const decide = document.getElementById("quyet-dinh");
const bar = document.querySelector(".decide-bar");
if (decide && bar) {
  const parts = Array.from({ length: 21 }, (_, part) => part / 20); // an open form is longer than a phone's screen
  const inSight = (seen) => seen.intersectionRatio > 0.6 || seen.intersectionRect.height > innerHeight / 2;
  new IntersectionObserver((told) => (bar.hidden = inSight(told.at(-1))), { threshold: parts }).observe(decide);
  bar.addEventListener("click", (event) => {
    const to = event.target.closest("a");
    const form = to && document.querySelector(to.hash);
    if (!form) return;
    event.preventDefault();
    const fold = form.closest("details");
    if (fold) unfold(fold);
    else form.querySelector("button").focus();
  });
}

// What was done is said aloud on the page one comes to, too: a region speaks of what changes in it.
const status = document.getElementById("status");
if (status && status.children.length) setTimeout(() => status.replaceChildren(...status.children), 150);
