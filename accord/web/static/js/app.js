// The shell: theme, toasts, dialogs, palette, keyboard, chart tips, and what to do when the server
// does not answer. Everything starts on elements by data attributes; no dependency but htmx.
import { focusFirstBad } from "./forms.js";

const root = document.documentElement;
const byId = (id) => document.getElementById(id);
const live = byId("live");

export function say(text) {
  live.textContent = "";
  requestAnimationFrame(() => (live.textContent = text));
}
const csrfToken = () => JSON.parse(document.body.getAttribute("hx-headers:inherited"))["X-CSRFToken"];

/* ---- theme: shown at once, kept in the profile ---- */
async function toggleTheme() {
  const known = root.dataset.theme;
  const dark = known === "dark" || (known !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
  say(dark ? "Light" : "Dark");
  const body = new URLSearchParams({ theme: root.dataset.theme });
  const answer = await fetch("/settings/theme/", { method: "POST", headers: { "X-CSRFToken": csrfToken() }, body }).catch(() => null);
  if (!answer?.ok) toast("The theme changed here, but was not saved to your profile.");
}

/* ---- toasts: six seconds, longer while looked at; errors stay ---- */
const toasts = byId("toasts");
const SHOWN = 6000;

export function toast(text, { error = false } = {}) {
  const box = document.createElement("div");
  box.className = "toast";
  if (error) box.dataset.stays = "";
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  Object.assign(close, { type: "button", className: "x", textContent: "×" });
  close.dataset.closeToast = "";
  close.setAttribute("aria-label", "Dismiss");
  box.append(words, close);
  toasts.append(box);
}
function arm(box) {
  if ("stays" in box.dataset) return;
  let timer;
  const stop = () => clearTimeout(timer);
  const start = () => { stop(); timer = setTimeout(() => box.remove(), SHOWN); };
  box.addEventListener("pointerenter", stop);
  box.addEventListener("focusin", stop);
  box.addEventListener("pointerleave", () => box.contains(document.activeElement) || start());
  box.addEventListener("focusout", () => box.matches(":hover") || start());
  start();
}
function keepThree() {
  const boxes = [...toasts.querySelectorAll(".toast:not([data-stays])")];
  boxes.slice(0, -3).forEach((box) => box.remove());
}
const watch = (box, act) => new MutationObserver((changes) => act(changes.flatMap((change) => [...change.addedNodes]).filter((node) => node instanceof Element))).observe(box, { childList: true });
if (toasts) {
  toasts.querySelectorAll(".toast").forEach(arm);
  watch(toasts, (added) => { added.forEach(arm); keepThree(); });
}
function undo() {
  const button = [...toasts.querySelectorAll("[data-undo] button")].at(-1);
  button?.click();
  return Boolean(button);
}

/* ---- dialogs: named ones on the page, others answered into #dialog ---- */
const slot = byId("dialog");
let opener;
export function open(dialog) {
  if (dialog.open) return;
  opener = document.activeElement;
  dialog.showModal();
}
if (slot) {
  watch(slot, (added) => {
    const dialog = added.find((node) => node.matches("dialog"));
    if (dialog) {
      open(dialog);
      focusFirstBad(dialog);
      dialog.addEventListener("close", () => dialog.remove());
    }
  });
  new MutationObserver(() => {
    if (!slot.childElementCount && document.activeElement === document.body && opener?.isConnected) opener.focus();
  }).observe(slot, { childList: true });
}
function outside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector);
  if (event.target.matches("dialog[open]") && !event.target.querySelector("form[method=post]") && outside(event.target, event)) event.target.close();
  if (hit("[data-close]")) hit("dialog")?.close();
  if (hit("[data-close-toast]")) hit(".toast").remove();
  if (hit("[data-theme-toggle]")) toggleTheme();
  if (hit("[data-open-palette]")) openPalette();
  if (hit("[data-open]")) open(byId(hit("[data-open]").dataset.open));
  if (hit("[data-peek-close]")) closePeek();
});

/* ---- the command palette: combobox and listbox; local entries at once, records from the server ---- */
const palette = byId("palette");
const input = palette?.querySelector("input");
const found = byId("palette-found");
const shown = () => [...palette.querySelectorAll("[role=option]:not([hidden])")].filter((option) => !option.closest("[hidden]"));

function select(option) {
  palette.querySelectorAll("[aria-selected=true]").forEach((other) => other.setAttribute("aria-selected", "false"));
  input.removeAttribute("aria-activedescendant");
  if (!option) return;
  option.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}
function offerPageActions() {
  const offered = [...document.querySelectorAll("[data-create], [data-key]")].filter((action) => action.checkVisibility() && action.dataset.key !== "[" && action.dataset.key !== "]");
  const box = palette.querySelector("[data-page-actions]");
  box.replaceChildren(...offered.map((action, at) => {
    const option = document.createElement("div");
    option.id = `po-page-${at}`;
    option.setAttribute("role", "option");
    const key = action.dataset.key ?? "c";
    const words = Object.assign(document.createElement("span"), { className: "grow", textContent: (action.getAttribute("aria-label") ?? action.dataset.name ?? action.textContent.replace(action.querySelector("kbd")?.textContent ?? "", "")).trim() });
    const icon = action.querySelector(".icon")?.cloneNode(true);
    option.append(...(icon ? [icon] : []), words, Object.assign(document.createElement("kbd"), { textContent: key.toUpperCase() }));
    option.run = () => press(action);
    return option;
  }));
}
function filterLocal() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  palette.querySelectorAll("[data-local] [role=option]").forEach((option) => (option.hidden = !words.every((word) => option.textContent.toLowerCase().includes(word))));
  palette.querySelectorAll("[data-local]").forEach((group) => (group.hidden = !group.querySelector("[role=option]:not([hidden])")));
  settle();
}
function settle() {
  const options = shown();
  palette.querySelector(".none").hidden = options.length > 0;
  select(options[0]);
}
function openPalette() {
  document.querySelectorAll("dialog.sheet[open]").forEach((sheet) => sheet.close());
  input.value = "";
  offerPageActions();
  filterLocal();
  open(palette);
  input.focus();
  input.dispatchEvent(new CustomEvent("palette:open"));
}
function run(option, event) {
  if (!option) return;
  palette.close();
  if (option.run) option.run();
  else if (option.dataset.do === "theme") toggleTheme();
  else if (option.dataset.do === "shortcuts") open(byId("shortcuts"));
  else if (option.href && (event.metaKey || event.ctrlKey)) window.open(option.href, "_blank");
  else if (option.href) location.href = option.href;
}
if (palette) {
  input.addEventListener("input", filterLocal);
  watch(found, settle);
  // htmx gives what it swapped in its own attributes back once it has settled.
  found.addEventListener("htmx:after:settle", () => shown().some((option) => option.getAttribute("aria-selected") === "true") || settle());
  input.addEventListener("keydown", (event) => {
    const list = shown(), at = list.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.length) { event.preventDefault(); select(list[(at + step + list.length) % list.length]); }
    if (event.key === "Enter") { event.preventDefault(); run(list[at], event); }
  });
  palette.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    run(option, event);
  });
}

/* ---- keyboard ---- */
const FIELD = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=true]";
function press(target) {
  target?.focus(); // what opens gives the focus back to it
  if (target && !target.matches(FIELD)) target.click();
}
const rows = () => [...document.querySelectorAll("[data-list] [data-row]")].filter((row) => row.checkVisibility());
let prefix = 0;

export function closePeek() {
  const peek = byId("peek");
  if (!peek?.childElementCount) return false;
  const row = document.querySelector("[data-row][data-peeked]");
  peek.replaceChildren();
  row?.removeAttribute("data-peeked");
  row?.focus();
  const url = new URL(location.href);
  if (url.searchParams.has("peek")) { url.searchParams.delete("peek"); history.replaceState(history.state, "", url); }
  return true;
}
function peek(row) {
  const button = row.querySelector("[data-peek]");
  if (!button) return;
  document.querySelector("[data-peeked]")?.removeAttribute("data-peeked");
  row.dataset.peeked = "";
  button.click();
}
function walk(step) {
  const list = rows(), at = list.indexOf(document.activeElement.closest("[data-row]"));
  const row = list[at < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + step))];
  if (!row) return false;
  if (!row.hasAttribute("tabindex")) row.tabIndex = -1;
  row.focus();
  if (byId("peek")?.childElementCount) peek(row);
  return true;
}
function onRow(event) {
  const row = event.target.closest("[data-row]");
  if (!row) return false;
  if (event.key === "x" || event.key === "X") {
    row.querySelector("[data-select]")?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: event.key === "X" }));
    return true;
  }
  if (event.target !== row) return false;
  if (event.key === "Enter") { row.querySelector("a[href]")?.click(); return true; }
  if (event.key === " ") { peek(row); return true; }
  return false;
}
function goTo(key) {
  const link = [...document.querySelectorAll("[data-go]")].find((entry) => entry.dataset.go === key);
  if (link) location.href = link.href;
  return Boolean(link);
}
function pageKey(key) {
  const wanted = key === "c" ? "[data-create]" : "[data-key]";
  const target = [...document.querySelectorAll(wanted)].find((entry) => (key === "c" || entry.dataset.key === key) && entry.checkVisibility());
  press(target);
  return Boolean(target);
}
function singleKey(event) {
  const { key } = event;
  if (Date.now() - prefix < 900) { prefix = 0; return goTo(key.toLowerCase()); }
  if (key === "g") { prefix = Date.now(); return true; }
  if (key === "/") { openPalette(); return true; }
  if (key === "?") { open(byId("shortcuts")); return true; }
  if (key === "D") { toggleTheme(); return true; }
  if (key === "j" || key === "k") return walk(key === "j" ? 1 : -1);
  return onRow(event) || (key.length === 1 && pageKey(key));
}
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !palette) return;
  const command = event.metaKey || event.ctrlKey;
  if (command && event.key.toLowerCase() === "k") { event.preventDefault(); palette.open ? palette.close() : openPalette(); return; }
  if (event.target.matches?.(FIELD) || event.altKey || document.querySelector("dialog[open]")) return;
  if (command) { if (event.key === "z" && undo()) event.preventDefault(); return; }
  if (event.key === "Escape") { closePeek(); return; }
  const plain = event.key === "Enter" || event.key === " ";
  if (plain ? onRow(event) : root.dataset.keys !== "off" && singleKey(event)) event.preventDefault();
});
if (/Mac|iPhone|iPad/.test(navigator.platform)) document.querySelectorAll("[data-mod]").forEach((key) => (key.textContent = `⌘${key.dataset.mod}`));

/* ---- menus: arrow keys, and a place for browsers without anchor positioning ---- */
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || !step || event.target.matches(FIELD)) return;
  const entries = [...menu.querySelectorAll("a, button, input")];
  entries[(entries.indexOf(event.target) + step + entries.length) % entries.length]?.focus();
  event.preventDefault();
});
export function place(menu, anchor) {
  const at = anchor.getBoundingClientRect(), box = menu.getBoundingClientRect();
  const below = at.bottom + 4 + box.height < innerHeight;
  Object.assign(menu.style, { position: "fixed", margin: 0, left: `${Math.max(8, Math.min(at.left, innerWidth - box.width - 8))}px`, top: `${below ? at.bottom + 4 : Math.max(8, at.top - box.height - 4)}px` });
}
document.addEventListener("toggle", (event) => {
  if (event.newState !== "open" || !event.target.matches(".menu")) return;
  const anchor = document.querySelector(`[popovertarget="${event.target.id}"]`);
  if (anchor && !CSS.supports("position-area: block-end")) place(event.target, anchor);
  event.target.querySelector("a, button, input:not([type=hidden]), select")?.focus();
}, true);

/* ---- chart tips: hover, focus and touch; Escape or scrolling hides them ---- */
let tip;
function showTip(mark) {
  tip ??= document.body.appendChild(Object.assign(document.createElement("div"), { className: "tip" }));
  tip.textContent = mark.dataset.tip;
  tip.hidden = false;
  const at = mark.getBoundingClientRect(), box = tip.getBoundingClientRect();
  const left = at.right + 8 + box.width > innerWidth ? at.left - box.width - 8 : at.right + 8;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${Math.max(8, Math.min(at.top + at.height / 2 - box.height / 2, innerHeight - box.height - 8))}px`;
}
const hideTip = () => tip && (tip.hidden = true);
for (const type of ["pointerover", "focusin"]) {
  document.addEventListener(type, (event) => {
    const mark = event.target.closest?.("[data-tip]");
    mark ? showTip(mark) : hideTip();
  });
}
document.addEventListener("scroll", hideTip, true);
document.addEventListener("keydown", (event) => event.key === "Escape" && hideTip());

/* ---- phone: section switch of a record ---- */
function markTab() {
  document.querySelectorAll(".rectabs a").forEach((tab, at) => (tab.hash === location.hash || (!location.hash && !at) ? tab.setAttribute("aria-current", "true") : tab.removeAttribute("aria-current")));
}
addEventListener("hashchange", markTab);
markTab();
document.querySelectorAll(":is(.topics, .views) [aria-current]").forEach((here) => here.scrollIntoView({ block: "nearest", inline: "center" }));

/* ---- what the server did not do ---- */
const offline = byId("offline");
const showOffline = () => offline && (offline.hidden = navigator.onLine);
addEventListener("online", showOffline);
addEventListener("offline", showOffline);

const SENTENCES = {
  400: "The server did not understand this. Load the page anew and try again.",
  403: "You may not do this, or the page is too old. Load it anew and try again.",
  404: "That is not there any more. Load the page anew to see what is.",
  429: "Too many tries. Wait a minute, then try again.",
};
document.addEventListener("htmx:before:response", (event) => {
  const { raw } = event.detail.ctx.response;
  if (!raw.redirected || !new URL(raw.url).pathname.startsWith(document.body.dataset.signIn)) return;
  event.preventDefault();
  location.reload();
});
document.addEventListener("htmx:response:error", (event) => {
  const { response, text } = event.detail.ctx;
  if (text.includes("<hx-partial")) return;
  const incident = response.headers.get("X-Incident");
  if (response.status >= 500) toast(`Something broke on our side; nothing was changed.${incident ? ` Incident ${incident}.` : ""}`, { error: true });
  else if (SENTENCES[response.status]) toast(SENTENCES[response.status], { error: true });
});
document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (ctx && !ctx.response) toast("The server did not answer. What you typed is still here; try again.", { error: true });
});
document.addEventListener("htmx:after:swap", (event) => {
  const { response, target } = event.detail.ctx;
  if (response?.status === 422 && target instanceof Element) focusFirstBad(target);
  markTab();
});
document.addEventListener("htmx:finally:request", (event) => {
  const source = event.detail.ctx.sourceElement;
  if (source?.matches?.("[data-undo]") && event.detail.ctx.response?.status < 400) source.closest(".toast")?.remove();
});
