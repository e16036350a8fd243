// Marking a paper whose slips are sealed here: what is marked stays in this page; only sealed slips are sent.
import { boxCode, canSeal, inFives, seal } from "./sealing.js";

const paper = document.getElementById("sealed-paper");
const { box } = paper.dataset;
const keys = JSON.parse(paper.dataset.keys);
const form = document.getElementById("sealed-form");
const [marking, looking] = [document.getElementById("sealed-marking"), document.getElementById("sealed-looking")];
const lines = [...paper.querySelectorAll("[data-paper]")];
const missing = document.getElementById("sealed-missing");

const chosen = (line) => line.querySelector("input:checked");

function show(part) {
  for (const one of [marking, looking]) one.hidden = one !== part;
  const head = part.querySelector("h2");
  head.focus();
  head.scrollIntoView();
}

function sayWhatIsMissing() {
  const left = lines.filter((line) => !chosen(line));
  const list = missing.querySelector("ul");
  list.replaceChildren();
  for (const line of lines) {
    const wrong = left.includes(line);
    line.classList.toggle("field--wrong", wrong);
    if (!wrong) continue;
    const [item, link] = [document.createElement("li"), document.createElement("a")];
    link.href = `#${line.id}`;
    link.textContent = line.querySelector(".ballot__name").textContent;
    item.append(link);
    list.append(item);
  }
  missing.hidden = left.length === 0;
  if (left.length) missing.focus();
  return left.length > 0;
}

function look() {
  if (sayWhatIsMissing()) return;
  const list = looking.querySelector("ol");
  list.replaceChildren();
  for (const line of lines) {
    const [item, name, mark] = ["li", "p", "p"].map((tag) => document.createElement(tag));
    item.className = "ballot__line ballot__line--read";
    name.className = "ballot__name";
    name.textContent = line.querySelector(".ballot__name").textContent;
    mark.className = "ballot__mark";
    mark.append(Object.assign(document.createElement("strong"), { textContent: `● ${chosen(line).labels[0].textContent}` }));
    item.append(name, mark);
    list.append(item);
  }
  show(looking);
}

async function cast(event) {
  event.preventDefault();
  const button = form.querySelector("button");
  if (button.disabled) return;
  button.disabled = true; // a second press would seal anew, and send another paper
  try {
    for (const line of lines) {
      const number = line.dataset.paper;
      form.elements[`s${number}`].value = await seal(box, Number(number), chosen(line).value, keys);
    }
    form.submit();
  } catch {
    button.disabled = false;
    document.getElementById("sealed-trouble").hidden = false;
  }
}

async function begin() {
  if (!canSeal()) return; // the page says what to do instead
  const code = inFives(await boxCode(box, keys));
  for (const one of document.querySelectorAll(".sealed-code")) one.textContent = code;
  for (const button of paper.querySelectorAll("[data-all]")) {
    button.addEventListener("click", () => {
      for (const line of lines) if (!chosen(line)) line.querySelector(`input[value=${button.dataset.all}]`).checked = true;
    });
  }
  document.getElementById("sealed-look").addEventListener("click", look);
  document.getElementById("sealed-correct").addEventListener("click", () => show(marking));
  form.addEventListener("submit", cast);
  window.addEventListener("pagehide", () => {
    for (const line of lines) if (chosen(line)) chosen(line).checked = false;
  });
  document.getElementById("sealed-cannot").hidden = true;
  paper.hidden = false;
}

begin();
