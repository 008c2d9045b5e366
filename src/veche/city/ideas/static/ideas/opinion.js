/* Keys for the three answers, while one of their buttons has the focus: a, d, p or the arrows. */
(function () {
  "use strict";
  document.addEventListener("keydown", function (event) {
    var here = document.activeElement;
    if (event.altKey || event.ctrlKey || event.metaKey || !here || !here.closest) return;
    var box = here.closest(".say-buttons");
    if (!box) return;
    var buttons = Array.prototype.slice.call(box.querySelectorAll("button"));
    var at = buttons.indexOf(here);
    var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      buttons[(at + step + buttons.length) % buttons.length].focus();
      return;
    }
    var wanted = box.querySelector('[data-key="' + (/^[adp]$/.test(event.key) ? event.key : "-") + '"]');
    if (wanted) { event.preventDefault(); wanted.click(); }
  });
})();
