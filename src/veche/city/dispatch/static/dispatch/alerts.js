// Beside every text of a message: how many characters are left.
"use strict";
for (const form of document.querySelectorAll("form[data-counted]")) {
  for (const control of form.querySelectorAll("[data-most]")) {
    const most = Number(control.dataset.most);
    const told = document.createElement("span");
    told.className = "left";
    control.after(told);
    const show = () => {
      const left = most - Array.from(control.value).length;
      told.textContent = `${left} ${form.dataset.left}`;
      told.classList.toggle("few", left < most / 10);
    };
    control.addEventListener("input", show);
    show();
  }
}
