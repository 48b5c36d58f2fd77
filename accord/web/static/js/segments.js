/* The builder: a menu closes when its condition was added, and the new row has the focus. */
document.addEventListener("click", (event) => {
  if (event.target.closest(".menu.adding button")) event.target.closest(".menu").hidePopover?.();
});
document.addEventListener("htmx:after:swap", () => {
  const fresh = document.querySelector("[data-fresh]");
  if (!fresh) return;
  fresh.removeAttribute("data-fresh");
  fresh.querySelector(".ruleline > :is(select, input, button)")?.focus();
});
