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
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const open of document.querySelectorAll("details.menu[open]")) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const form = event.target.closest && event.target.closest("form[data-confirm-key]");
    if (form && !event.isComposing) form.requestSubmit();
    return;
  }
  // Single letters act only where nobody is typing, and never while an input method composes.
  if (!shortcuts || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest && event.target.closest("input, textarea, select, [contenteditable]")) return;
  const wanted = event.shiftKey && event.key.length === 1 && /[a-z]/i.test(event.key) ? "Shift+" + event.key.toUpperCase() : event.key;
  for (const element of document.querySelectorAll("[data-hotkey]")) {
    if (element.dataset.hotkey.split(" ").includes(wanted) && element.offsetParent !== null) {
      event.preventDefault();
      if (element.matches("a")) element.click();
      else if (element.matches("summary")) unfold(element.parentElement);
      else element.focus();
      return;
    }
  }
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
    if (control.type === "checkbox") control.checked = false;
    else if ("value" in control) control.value = "";
  }
  for (const error of fresh.querySelectorAll(".field__error")) error.remove();
  last.after(fresh);
  fresh.querySelector("input, select, textarea").focus();
});

// How many letters are left, once it matters.
document.addEventListener("input", (event) => {
  const most = Number(event.target.dataset && event.target.dataset.most);
  const count = most && document.getElementById(event.target.id + "-count");
  if (count) count.textContent = event.target.value.length > most * 0.8 ? `${event.target.value.length}/${most}` : "";
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
});
focusFirst(document);
