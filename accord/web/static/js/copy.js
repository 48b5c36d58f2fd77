// Text to be copied: marked as well, so that it can be copied by hand where the browser refuses.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  if (source.matches("input")) source.select();
  else getSelection().selectAllChildren(source);
  const label = button.textContent;
  const done = await navigator.clipboard?.writeText(source.value ?? source.textContent).then(() => true, () => false);
  button.textContent = done ? "Copied" : "Marked: copy it";
  setTimeout(() => (button.textContent = label), 3000);
});
