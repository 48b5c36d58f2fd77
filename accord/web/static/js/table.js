// Lists and records: selecting rows with ranges, the bulk bar, editing a value where it stands.
// Everything is delegated, so rows that the server adds or morphs need no start-up.
import { closePeek, say } from "./app.js";

/* ---- selection ---- */
const boxes = () => [...document.querySelectorAll("[data-select]")];
let anchor;

function mark(box, on) {
  box.checked = on;
  const row = box.closest("[data-row]");
  on ? row.setAttribute("aria-selected", "true") : row.removeAttribute("aria-selected");
}
function count() {
  const all = boxes(), chosen = all.filter((box) => box.checked);
  all.forEach((box) => mark(box, box.checked));
  const top = document.querySelector("[data-select-all]");
  if (top) { top.checked = all.length > 0 && chosen.length === all.length; top.indeterminate = chosen.length > 0 && !top.checked; }
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  const every = bar.querySelector("[data-all]"), whole = bar.querySelector("[data-select-whole]");
  const total = every?.value === "1" ? Number(bar.dataset.total) : chosen.length;
  bar.hidden = chosen.length === 0;
  bar.setAttribute("aria-label", `Actions for ${total} selected`);
  bar.querySelector("[data-count]").textContent = `${total.toLocaleString("en")} selected`;
  if (whole) whole.hidden = !(top?.checked && every?.value !== "1" && Number(bar.dataset.total) > all.length);
}
function only(value) {
  const every = document.querySelector("[data-bulk] [data-all]");
  if (every) every.value = value;
}
function clear() {
  if (!boxes().some((box) => box.checked)) return false;
  boxes().forEach((box) => mark(box, false));
  only("");
  count();
  return true;
}
document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-select]");
  if (box) {
    const all = boxes(), at = all.indexOf(box), from = all.indexOf(anchor);
    if (event.shiftKey && from >= 0) all.slice(Math.min(at, from), Math.max(at, from) + 1).forEach((other) => mark(other, true));
    anchor = box;
    only("");
    setTimeout(count);
  }
  if (event.target.closest("[data-select-all]")) {
    const on = event.target.closest("[data-select-all]").checked;
    boxes().forEach((other) => mark(other, on));
    only("");
    count();
    say(on ? `${boxes().length} selected` : "Nothing selected");
  }
  if (event.target.closest("[data-select-whole]")) { only("1"); count(); }
  if (event.target.closest("[data-select-none]")) clear();
});

/* ---- editing in place: Enter or double click opens, Enter saves and stays, Tab saves and goes on, Esc reverts ---- */
let editing; // { cell, before: the nodes that stood there, next: where focus goes after saving }

const cells = () => [...document.querySelectorAll("[data-edit]")].filter((cell) => cell.checkVisibility());
const focusable = (cell) => cell.querySelector("button, a") ?? cell;

function focusCell(cell) {
  if (!cell) return;
  const target = cell.matches("td") ? cell : focusable(cell);
  if (target === cell && !cell.hasAttribute("tabindex")) cell.tabIndex = -1;
  target.focus();
}
async function edit(cell) {
  if (editing || cell.querySelector("[data-editor]")) return;
  editing = { cell, before: [...cell.childNodes] };
  await htmx.ajax("GET", cell.dataset.edit, { source: cell, target: cell, swap: "innerHTML" });
  const field = cell.querySelector("[data-editor] :is(input:not([type=hidden]), select, textarea)");
  if (!field) { editing = undefined; return; }
  field.focus();
  field.select?.();
  editing.value = field.value;
}
function revert({ stay = true } = {}) {
  const { cell, before } = editing;
  editing = undefined;
  cell.replaceChildren(...before);
  htmx.process(cell, true);
  if (stay) focusCell(cell);
}
function save(next) {
  editing.next = next;
  editing.cell.querySelector("[data-editor]").requestSubmit();
}
document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest("td[data-edit]");
  if (cell && !event.target.closest("[data-editor]")) edit(cell);
});
document.addEventListener("click", (event) => {
  const cell = event.target.closest("[data-edit]:not(td)");
  if (event.target.closest("[data-revert]")) return editing && revert();
  if (cell && !event.target.closest("[data-editor], a[href]")) edit(cell);
});
document.addEventListener("keydown", (event) => {
  const inside = event.target.closest("[data-editor]");
  if (inside && editing) {
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); revert(); }
    if (event.key === "Tab") {
      const all = cells(), at = all.indexOf(editing.cell);
      event.preventDefault();
      save(all[at + (event.shiftKey ? -1 : 1)] ?? editing.cell);
    }
    if (event.key === "Enter" && !event.target.matches("textarea, button")) { event.preventDefault(); save(editing.cell); }
    return;
  }
  if (event.target.matches("td[data-edit]") && event.key === "Enter") { event.preventDefault(); edit(event.target); return; }
  walkCells(event);
  if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]") && !closePeek() && clear()) event.preventDefault();
}, true);

function walkCells(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key], row = event.target.closest?.("[data-row]");
  if (!row || (event.target !== row && !event.target.matches("td[data-edit]"))) return;
  if (event.key === "ArrowUp" || event.key === "ArrowDown") return walkRows(event, row);
  if (!step) return;
  const list = [row, ...row.querySelectorAll("td[data-edit]")], at = list.indexOf(event.target);
  event.preventDefault();
  focusCell(list[Math.max(0, Math.min(list.length - 1, at + step))]);
}
function walkRows(event, row) {
  const other = event.key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
  if (!other?.matches("[data-row]")) return;
  event.preventDefault();
  focusCell(event.target === row ? other : other.cells[event.target.cellIndex]);
}
document.addEventListener("focusout", (event) => {
  const form = event.target.closest?.("[data-editor]");
  if (!form || !editing || editing.next || form.contains(event.relatedTarget) || !document.hasFocus()) return;
  // Focus went elsewhere by pointer: keep what was changed, leave what was not.
  setTimeout(() => {
    if (!editing || editing.next || form.contains(document.activeElement) || !form.isConnected) return;
    if (event.target.value === editing.value) revert({ stay: false });
    else save(null);
  });
});
document.addEventListener("htmx:after:swap", (event) => {
  const { response } = event.detail.ctx;
  if (editing && !editing.cell.querySelector("[data-editor]") && response) {
    const { next, cell } = editing;
    editing = undefined;
    if (next) focusCell(next);
    if (next && next !== cell) edit(next);
  } else if (editing && response?.status >= 400) {
    delete editing.next;
    editing.cell.querySelector("[aria-invalid], input:not([type=hidden])")?.focus();
  }
  count();
});
count();

/* ---- columns: Shift adds a second key to the order, the edge of a head sets its width, arrows move ---- */
document.addEventListener("click", (event) => {
  const head = event.target.closest("thead a[data-also]");
  if (head && event.shiftKey) { event.preventDefault(); location.assign(head.dataset.also); }
  const mover = event.target.closest("[data-columns] button:is([name=earlier], [name=later])");
  if (mover) { event.preventDefault(); moveColumn(mover); }
});
function moveColumn(button) {
  const line = button.closest("li"), other = button.name === "earlier" ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  button.name === "earlier" ? other.before(line) : other.after(line);
  button.focus();
  say(`${line.querySelector(".item").textContent.trim()}: place ${[...line.parentElement.children].indexOf(line) + 1}`);
}
document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip) return;
  event.preventDefault();
  const head = grip.parentElement, start = event.clientX, before = head.offsetWidth, at = head.cellIndex;
  const cells = [...head.closest("table").rows].map((row) => row.cells[at]);
  let width = before;
  const move = (now) => {
    width = Math.round(Math.min(640, Math.max(64, before + now.clientX - start)));
    cells.forEach((cell) => { cell.classList.add("sized"); cell.style.setProperty("--w", `${width}px`); });
  };
  grip.classList.add("held");
  grip.setPointerCapture(event.pointerId);
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", () => {
    grip.removeEventListener("pointermove", move);
    if (width !== before) keepWidth(grip.dataset.grip, width);
  }, { once: true });
});
function keepWidth(name, width) {
  const form = document.querySelector("[data-columns]"), known = form.elements[`width-${name}`];
  const field = known ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: `width-${name}` }));
  field.value = width;
  form.requestSubmit(form.elements.show);
}
