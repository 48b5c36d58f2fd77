// The deals board: drag by SortableJS, the same moves by keys and by the Move to menu. The server
// decides: it answers with both columns, the sums and a toast, or the card goes back to where it was.
import { place, say } from "./app.js";

const board = document.getElementById("board");
const lists = () => [...board.querySelectorAll(".cards")];
const spot = (card) => ({ list: card.parentElement, next: card.nextElementSibling });
const put = (card, at) => at.list.insertBefore(card, at.next?.parentElement === at.list ? at.next : null);

/* ---- one move at a time for each card; a later one waits and takes the newer version with it ---- */
const waiting = new Map();

function send(card, from) {
  const turn = (waiting.get(card.id) ?? Promise.resolve()).then(() => post(card, from));
  waiting.set(card.id, turn);
}
async function post(card, from) {
  const { list, next } = spot(card);
  const values = { stage: list.dataset.stage, before: next?.dataset.deal ?? list.parentElement.querySelector("[data-following]")?.dataset.following ?? "", version: card.dataset.version };
  let status = 0;
  const note = (event) => (status = event.detail.ctx.response.status);
  card.addEventListener("htmx:after:request", note, { once: true });
  card.classList.add("sending");
  await htmx.ajax("POST", card.dataset.moveUrl, { source: card, target: card, swap: "none", values });
  const now = document.getElementById(card.id);
  now?.classList.remove("sending");
  if (status >= 200 && status < 300) return;
  if (now !== card || !from.list.isConnected) return; // the answer put it where it is by now
  put(card, from);
  say(`${card.getAttribute("aria-label")} went back to ${from.list.getAttribute("aria-label")}`);
}
function moved(card, from) {
  const { list } = spot(card), place = [...list.children].indexOf(card) + 1;
  say(`${card.getAttribute("aria-label")}: ${list.getAttribute("aria-label")}, position ${place} of ${list.children.length}`);
  send(card, from);
}

/* ---- pointer ---- */
let picked;
function start(list) {
  if (Sortable.get(list)) return;
  new Sortable(list, {
    group: "deals", draggable: ".deal", filter: "button, .fixed", preventOnFilter: false, animation: 140,
    delay: 180, delayOnTouchOnly: true, ghostClass: "ghost", dragClass: "lifted",
    onStart: (event) => { picked = spot(event.item); },
    onEnd: (event) => {
      const now = spot(event.item);
      if (now.list !== picked.list || now.next !== picked.next) moved(event.item, picked);
    },
  });
}
lists().forEach(start);
document.addEventListener("htmx:after:swap", () => lists().forEach(start));

/* ---- keys: arrows walk, shift moves, M asks where to ---- */
function keyMove(card, key) {
  if (!card.dataset.moveUrl) return;
  const all = lists(), from = spot(card), list = from.list;
  const at = all.indexOf(list), row = [...list.children].indexOf(card);
  const side = { ArrowLeft: all[at - 1], ArrowRight: all[at + 1] }[key];
  if (side) side.insertBefore(card, side.children[row] ?? null);
  else if (key === "ArrowUp" && card.previousElementSibling) list.insertBefore(card, card.previousElementSibling);
  else if (key === "ArrowDown" && from.next) from.next.after(card);
  else return;
  card.focus();
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
  moved(card, from);
}
function keyWalk(card, key) {
  const all = lists(), list = card.parentElement, row = [...list.children].indexOf(card);
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
  let to = { ArrowUp: card.previousElementSibling, ArrowDown: card.nextElementSibling }[key];
  for (let at = all.indexOf(list) + step; step && all[at] && !to; at += step) to = all[at].children[Math.min(row, all[at].children.length - 1)];
  to?.focus();
}
board.addEventListener("keydown", (event) => {
  const card = event.target.closest(".deal");
  if (!card || event.target !== card || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key.startsWith("Arrow")) event.shiftKey ? keyMove(card, event.key) : keyWalk(card, event.key);
  else if (event.key === "Enter") card.querySelector("a[href]")?.click();
  else if (event.key === "m" && card.dataset.moveUrl && document.documentElement.dataset.keys !== "off") askWhere(card, card);
  else return;
  event.preventDefault();
});

/* ---- Move to: one menu for all cards ---- */
const menu = document.getElementById("move-menu");
let asking;
function askWhere(card, anchor) {
  asking = card;
  menu.querySelectorAll("[data-to]").forEach((entry) => (entry.dataset.to === card.parentElement.dataset.stage ? entry.setAttribute("aria-current", "true") : entry.removeAttribute("aria-current")));
  menu.showPopover();
  place(menu, anchor);
}
board.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (button) askWhere(button.closest(".deal"), button);
});
menu?.addEventListener("click", (event) => {
  const to = event.target.closest("[data-to]"), list = to && lists().find((one) => one.dataset.stage === to.dataset.to);
  if (!list) return;
  menu.hidePopover();
  if (list !== asking.parentElement) {
    const from = spot(asking);
    list.prepend(asking);
    moved(asking, from);
  }
  asking.focus();
});

/* ---- phone: the stage bar shows which column is in view ---- */
const tabs = [...document.querySelectorAll(".stagebar a")];
if (tabs.length) {
  const seen = new IntersectionObserver((entries) => {
    const column = entries.find((entry) => entry.isIntersecting)?.target;
    if (column) tabs.forEach((tab) => (tab.hash === `#${column.id}` ? tab.setAttribute("aria-current", "true") : tab.removeAttribute("aria-current")));
  }, { root: board, threshold: 0.6 });
  board.querySelectorAll(".col").forEach((column) => seen.observe(column));
}
