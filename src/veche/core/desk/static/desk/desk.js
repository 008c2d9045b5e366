// The desk: the opened row is marked, the panel takes the focus, what is typed is kept on the
// server. The page works without it.
(() => {
  "use strict";
  for (const one of document.querySelectorAll("[data-without-script]")) one.hidden = true;
  const bar = document.querySelector("[data-bulk]");
  if (bar) bar.hidden = !document.querySelector(".q-pick input:checked");
  document.addEventListener("htmx:afterSwap", (event) => {
    const panel = document.querySelector("#panel");
    if (!panel || (event.detail.target.id !== "panel" && event.target.id !== "panel")) return;
    for (const one of panel.querySelectorAll("[data-without-script]")) one.hidden = true;
    for (const row of document.querySelectorAll(".queue tbody tr")) {
      const title = row.querySelector(".q-title");
      const here = title === event.detail.requestConfig?.elt;
      row.classList.toggle("is-open", here);
      row.classList.toggle("is-at", here);
      if (here) { title.setAttribute("aria-current", "true"); row.querySelector(".new-mark")?.remove(); } else title.removeAttribute("aria-current");
    }
    const heading = panel.querySelector("#panel-title");
    if (heading) heading.focus({ preventScroll: matchMedia("(min-width: 1100px)").matches });
  });
  // A form unfolded by its key is where one types next.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches(".panel details[open]")) event.target.querySelector("select, textarea")?.focus();
  }, true);
  // Ready words go where one types, after what stands there.
  document.addEventListener("change", (event) => {
    const choice = event.target.closest("[data-words-for]");
    if (!choice || !choice.value) return;
    const field = document.getElementById(choice.dataset.wordsFor);
    if (!field) return;
    field.value = field.value.trim() ? `${field.value.trim()}\n\n${choice.value}` : choice.value;
    choice.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  // Drafts: kept a moment after the last letter, and when one leaves the field or the page.
  const waiting = new Map();
  const keep = (form) => {
    clearTimeout(waiting.get(form));
    waiting.delete(form);
    const sheet = new FormData(form);
    for (const [name, value] of [...sheet]) if (value instanceof File) sheet.delete(name);
    const note = form.querySelector("[data-kept-note]");
    fetch(form.dataset.keepAt, { method: "POST", body: sheet, headers: { "X-Draft": "1" }, keepalive: true })
      .then((answer) => { if (note && answer.ok) note.hidden = false; }).catch(() => { /* kept in this browser still */ });
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep-at]");
    if (!form || !event.target.matches("textarea")) return;
    clearTimeout(waiting.get(form));
    const note = form.querySelector("[data-kept-note]");
    if (note) note.hidden = true;
    waiting.set(form, setTimeout(() => keep(form), 2500));
  });
  const now = () => { for (const form of [...waiting.keys()]) if (form.isConnected) keep(form); };
  document.addEventListener("submit", () => { for (const timer of waiting.values()) clearTimeout(timer); waiting.clear(); });
  document.addEventListener("htmx:beforeRequest", now);
  addEventListener("pagehide", now);
  document.querySelector("[data-print]")?.addEventListener("click", () => print());
})();
