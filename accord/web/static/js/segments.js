/* The builder: a menu closes when its condition was added, and the new row has the focus.
   A morph keeps what was ticked or chosen at a place; once rows move, the answer says what is. */
document.addEventListener("click", (event) => {
  if (event.target.closest(".menu.adding button")) event.target.closest(".menu").hidePopover?.();
});
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.target?.id === "rule") {
    asAnswered(document.getElementById("rule"));
    document.querySelectorAll(".picks .find").forEach(find);
  }
  const fresh = document.querySelector("[data-fresh]");
  if (!fresh) return;
  fresh.removeAttribute("data-fresh");
  fresh.querySelector(".ruleline > :is(select, input, button)")?.focus();
});

function asAnswered(rule) {
  for (const box of rule.querySelectorAll("input[type=checkbox]")) box.checked = box.defaultChecked;
  for (const option of rule.querySelectorAll("option")) {
    if (option.selected !== option.defaultSelected) option.selected = option.defaultSelected;
  }
}

/* ---- many choices: those with the words sought stay; the field itself is no part of the rule ---- */
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
function find(field) {
  const words = plain(field.value.trim());
  for (const label of field.parentElement.querySelectorAll(".item")) label.hidden = !plain(label.textContent).includes(words);
}
const sought = (handle) => (event) => event.target.matches?.(".picks .find") && handle(event);
document.addEventListener("input", sought((event) => find(event.target)));
document.addEventListener("change", sought((event) => event.stopPropagation()), true);
document.addEventListener("keydown", sought((event) => event.key === "Enter" && event.preventDefault()));
document.addEventListener("toggle", (event) => {
  const field = event.newState === "closed" && event.target.querySelector?.(".picks > .find");
  if (!field) return;
  field.value = "";
  find(field);
}, true);
