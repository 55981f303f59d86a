// What a page cannot do without a script: show a slider's number while it moves, fold filters away on a phone, and take
// a file that is dropped on the box. Everything else works without.
for (const slider of document.querySelectorAll("input[type=range]")) {
  const shown = document.querySelector(`output[for="${CSS.escape(slider.id)}"]`);
  if (shown) slider.addEventListener("input", () => { shown.textContent = slider.value; });
}
if (matchMedia("(max-width: 50rem)").matches) {
  for (const fold of document.querySelectorAll("details.fold")) fold.open = false;
}
for (const box of document.querySelectorAll(".box")) {
  const input = box.querySelector("input[type=file]");
  box.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) event.preventDefault(); });
  box.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.form.requestSubmit(box.querySelector(".primary"));
  });
}
