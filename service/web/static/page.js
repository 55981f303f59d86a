// What a page cannot do without a script: show a slider's number while it moves, and fold filters away on a phone.
for (const slider of document.querySelectorAll("input[type=range]")) {
  const shown = document.querySelector(`output[for="${CSS.escape(slider.id)}"]`);
  if (shown) slider.addEventListener("input", () => { shown.textContent = slider.value; });
}
if (matchMedia("(max-width: 50rem)").matches) {
  for (const fold of document.querySelectorAll("details.fold")) fold.open = false;
}
