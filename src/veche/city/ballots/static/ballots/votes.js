// The ballot counts down while one chooses. Every page works without this file.
(() => {
  "use strict";
  const whole = (box) => Number(box.dataset.purse);
  const used = (box) => {
    let sum = 0;
    for (const one of box.querySelectorAll("[data-cost]:checked")) sum += Number(one.dataset.cost);
    for (const one of box.querySelectorAll(".points-in")) sum += Number(one.value.replace(/\s/g, "")) || 0;
    return sum;
  };
  const show = (box) => {
    const purse = document.querySelector(".purse");
    if (!purse || !box.dataset.purse) return;
    const left = whole(box) - used(box);
    const number = new Intl.NumberFormat(document.documentElement.lang);
    purse.classList.toggle("over", left < 0);
    purse.querySelector("[data-left]").textContent = number.format(Math.abs(left));
    purse.querySelector("[data-purse-left]").hidden = left < 0;
    purse.querySelector("[data-purse-over]").hidden = left >= 0;
  };
  document.addEventListener("input", (event) => {
    const box = event.target.closest("[data-purse]");
    if (box) show(box);
  });
  document.addEventListener("change", (event) => {
    const box = event.target.closest("[data-purse]");
    if (box) show(box);
  });
  // The buttons beside points count here; without this file the server does it.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    event.preventDefault();
    const box = button.closest("[data-purse]");
    const field = button.parentElement.querySelector(".points-in");
    const now = Number(field.value.replace(/\s/g, "")) || 0;
    let step = Number(button.dataset.step);
    if (step > 0 && box.dataset.purse) step = Math.min(step, Math.max(0, whole(box) - used(box)));
    field.value = String(Math.max(0, now + step));
    show(box);
  });
  for (const box of document.querySelectorAll("[data-purse]")) show(box);
})();
