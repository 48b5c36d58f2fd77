// Forms everywhere, signed in or not: focus goes to the first thing to repair, chips fill fields,
// files can be dropped, a form is sent once.
export function focusFirstBad(scope) {
  const bad = scope.querySelector("[data-error-summary]") ?? scope.querySelector("[aria-invalid='true']");
  bad?.focus();
  return Boolean(bad);
}
if (!focusFirstBad(document)) document.querySelector("[data-autofocus]")?.focus();

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-fill]");
  if (!chip) return;
  const field = document.getElementById(chip.dataset.fill);
  field.value = chip.dataset.value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.focus();
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.hasAttribute("data-autosubmit") || event.target.hasAttribute("data-autosubmit")) form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) event.target.closest("form")?.requestSubmit();
});

/* ---- sent once: a second press soon after does nothing (a download leaves the page standing) ---- */
const sent = new Set();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post") || event.defaultPrevented) return;
  if (sent.has(form)) event.preventDefault();
  sent.add(form);
  setTimeout(() => sent.delete(form), 5000);
});
addEventListener("pageshow", () => sent.clear());

/* ---- drop a file ---- */
for (const type of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    const zone = event.target.closest?.(".drop");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("over", type === "dragover");
    if (type !== "drop") return;
    const field = zone.querySelector("input[type=file]");
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
