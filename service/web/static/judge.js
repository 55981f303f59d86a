// Keys 0 to 3 press the buttons of the same grade, for as long as the check box says so, which is remembered.
const form = document.querySelector(".grading");
const keys = document.querySelector(".keys");
const box = keys?.querySelector("input");
let isSent = false;
if (form && box) {
  keys.hidden = false;
  box.checked = localStorage.getItem("judge-keys") !== "off";
  box.addEventListener("change", () => localStorage.setItem("judge-keys", box.checked ? "on" : "off"));
  // One answer to one pair, however long a key is held. A page that comes back from the browser's memory asks again.
  form.addEventListener("submit", () => { isSent = true; });
  addEventListener("pageshow", () => { isSent = false; });
  document.addEventListener("keydown", (event) => {
    if (!box.checked || isSent || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[0-3]$/.test(event.key)) form.querySelector(`button[value="${event.key}"]`).click();
  });
}
