// What is typed and not sent yet stays in this tab: over a sign-in that ended, another language, a page left by mistake.
// Never a secret, never for another person, never on the server. Comfort only, like app.js.
"use strict";
{
  const STORE = "unsent";
  const LONGEST = 12 * 3600 * 1000; // a sign-in lasts no longer
  const { unsent: whose, unsentNever: never } = document.documentElement.dataset;
  const SECRET = "[type=hidden], [type=password], [type=file], [autocomplete=one-time-code]";
  const nothing = () => ({ whose, forms: {}, sent: "", at: "", since: Date.now() });

  function read() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(STORE));
      if (kept && Date.now() - kept.since < LONGEST) return kept;
    } catch {}
    return nothing();
  }

  function write(kept) {
    try {
      sessionStorage.setItem(STORE, JSON.stringify(kept));
    } catch {} // full, or forbidden: then nothing is kept
  }

  // A form that was sent is accepted when another page follows: no error, no question who sits here, no way back.
  function accepted() {
    if (!whose || document.querySelector("[data-unsent-asks]")) return false;
    const [walk] = performance.getEntriesByType("navigation");
    return !walk || ((walk.responseStatus || 200) < 400 && (walk.type === "navigate" || walk.redirectCount > 0));
  }

  let kept = read();
  if (whose && kept.whose !== whose) kept = nothing();
  // A form that comes back with its errors stands at the address it was sent to, and belongs to the page it came from.
  const here = kept.sent && kept.at && !accepted() ? kept.at : location.pathname + location.search;
  if (kept.sent && accepted()) {
    for (const place in kept.forms) if (kept.forms[place].action === kept.sent) delete kept.forms[place];
  }
  if (kept.sent) for (const back of document.querySelectorAll("input[name=next][value='']")) back.value = here;
  kept.sent = "";
  write(kept);

  const action = (form) => form.getAttribute("action") || "";
  function place(form) {
    const alike = [...document.forms].filter((one) => action(one) === action(form));
    return [here, action(form), alike.indexOf(form)].join(" ");
  }

  function mayKeep(form) {
    return whose && never === undefined && form && form.getAttribute("method") === "post" && form.getAttribute("autocomplete") !== "off";
  }

  // Its fields by name and number among those of the same name.
  function fields(form) {
    const seen = {};
    return [...form.elements]
      .filter((one) => one.name && one.matches("input, textarea, select:not([multiple])") && !one.matches(SECRET))
      .map((field) => ({ field, name: field.name, number: (seen[field.name] = (seen[field.name] ?? -1) + 1) }));
  }

  const ticks = (field) => field.matches("[type=checkbox], [type=radio]");
  const valueOf = (field) => (ticks(field) ? field.checked : field.value);
  function drawn(field) {
    if (ticks(field)) return field.defaultChecked;
    if (!field.options) return field.defaultValue;
    const chosen = [...field.options].find((one) => one.defaultSelected) || field.options[0];
    return chosen ? chosen.value : "";
  }
  function put(field, value) {
    if (ticks(field)) field.checked = value;
    else field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const same = (one) => (other) => one.name === other.name && one.number === other.number;

  function keep(form) {
    const kept = read();
    const before = (kept.forms[place(form)] || { fields: [] }).fields;
    const changed = fields(form)
      .map((one) => ({ name: one.name, number: one.number, value: valueOf(one.field), drawn: (before.find(same(one)) || { drawn: drawn(one.field) }).drawn }))
      .filter((one) => one.value !== one.drawn);
    if (changed.length) kept.forms[place(form)] = { action: action(form), fields: changed };
    else delete kept.forms[place(form)];
    write(kept);
  }

  // Rows that were added to a table are added again.
  function addRow(form, name) {
    const begin = name.replace(/[.-]\d+[.-].*$/, "");
    const rows = (button) => document.getElementById(button.dataset.addRow);
    const button = [...form.querySelectorAll("[data-add-row]")].find((one) => rows(one).querySelector(`[name^="${CSS.escape(begin)}"]`));
    if (button && begin !== name) button.click();
  }

  function restore(form) {
    const { fields: kept } = read().forms[place(form)] || { fields: [] };
    const given = [];
    for (const one of kept) {
      if (!fields(form).some(same(one))) addRow(form, one.name);
      const found = fields(form).find(same(one));
      if (found && valueOf(found.field) === one.drawn && drawn(found.field) === one.drawn) given.push({ ...one, field: found.field });
    }
    for (const { field, value } of given) {
      put(field, value);
      for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    }
    if (given.length) tell(form, given);
  }

  function tell(form, given) {
    const line = document.getElementById("unsent").content.firstElementChild.cloneNode(true);
    line.querySelector("button").addEventListener("click", () => {
      for (const { field, drawn } of given) put(field, drawn);
      line.remove();
      given[0].field.focus();
    });
    form.prepend(line);
  }

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (mayKeep(form)) keep(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.unsentEnd !== undefined) return sessionStorage.removeItem(STORE);
    if (mayKeep(event.target)) write({ ...read(), sent: action(event.target), at: here });
  });
  for (const form of document.forms) if (mayKeep(form)) restore(form);
}
