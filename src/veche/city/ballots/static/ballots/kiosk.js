// The kiosk begins anew when nobody touches it: a warning after 45 seconds, the start after 60.
(() => {
  const box = document.querySelector("[data-kiosk]");
  if (!box || location.pathname === box.dataset.kiosk) return;
  let warn, leave;
  const again = () => {
    clearTimeout(warn);
    clearTimeout(leave);
    box.textContent = "";
    warn = setTimeout(() => { box.textContent = box.dataset.said; }, 45_000);
    leave = setTimeout(() => { location.replace(box.dataset.kiosk); }, 60_000);
  };
  for (const sign of ["pointerdown", "keydown", "scroll", "input"]) {
    addEventListener(sign, again, { passive: true });
  }
  // What the browser kept of the one before is not shown to the next: it is asked anew.
  addEventListener("pageshow", (shown) => { if (shown.persisted) location.reload(); });
  again();
})();
