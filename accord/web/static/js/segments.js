/* The builder: a menu closes when its condition was added, and the new row has the focus.
   A morph keeps what was ticked or chosen at a place; once rows move, the answer says what is. */
document.addEventListener("click", (event) => {
  if (event.target.closest(".menu.adding button")) event.target.closest(".menu").hidePopover?.();
});
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.target?.id === "rule") asAnswered(document.getElementById("rule"));
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
