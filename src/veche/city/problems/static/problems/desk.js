// The desk: the opened row is marked, and the panel takes the focus. The page works without it.
(() => {
  "use strict";
  document.addEventListener("htmx:afterSwap", (event) => {
    const panel = document.querySelector("#panel");
    if (!panel || (event.detail.target.id !== "panel" && event.target.id !== "panel")) return;
    for (const row of document.querySelectorAll(".queue tbody tr")) {
      const title = row.querySelector(".q-title");
      const here = title === event.detail.requestConfig?.elt;
      row.classList.toggle("is-open", here);
      row.classList.toggle("is-at", here);
      if (here) title.setAttribute("aria-current", "true"); else title.removeAttribute("aria-current");
    }
    const heading = panel.querySelector("#panel-title");
    if (heading) heading.focus({ preventScroll: matchMedia("(min-width: 1100px)").matches });
  });
  // A form unfolded by its key is where one types next.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches(".panel details[open]")) event.target.querySelector("select, textarea")?.focus();
  }, true);
})();
