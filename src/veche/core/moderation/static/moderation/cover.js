// Rectangles over a photograph: drawn with mouse, pen or finger; the numbers in the form follow.
(() => {
  "use strict";
  const board = document.getElementById("cover-board");
  const layer = board && board.querySelector("[data-rectangles]");
  if (!layer) return;
  const picture = board.querySelector("image");
  const form = board.closest("form");
  const most = Number(board.dataset.most);
  const said = form.querySelector("[data-cover-said]");
  const sides = ["left", "top", "width", "height"];
  const field = (n, side) => form.elements[`r${n}-${side}`];
  const NS = "http://www.w3.org/2000/svg";
  const round = (x) => Math.round(x * 10) / 10;
  const filled = () => {
    const rows = [];
    for (let n = 0; n < most; n++) {
      const values = sides.map((side) => parseFloat(field(n, side).value));
      if (values.every((v) => !Number.isNaN(v)) && values[2] > 0 && values[3] > 0) rows.push({ n, values });
    }
    return rows;
  };
  const draw = (extra) => {
    layer.replaceChildren();
    const rows = filled().map((row) => row.values);
    if (extra) rows.push(extra);
    for (const [x, y, w, h] of rows) {
      const rect = document.createElementNS(NS, "rect");
      for (const [name, value] of Object.entries({ x, y, width: w, height: h, class: "cover-one" })) rect.setAttribute(name, value);
      layer.append(rect);
    }
    said.textContent = `${said.dataset.words} ${rows.length}`;
  };
  const place = (event) => {
    const box = picture.getBoundingClientRect();
    const part = (value, low, size) => Math.min(100, Math.max(0, ((value - low) / size) * 100));
    return [part(event.clientX, box.left, box.width), part(event.clientY, box.top, box.height)];
  };
  const between = (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])].map(round);
  let start = null;
  board.classList.add("drawing");
  board.addEventListener("pointerdown", (event) => {
    if (event.button || filled().length >= most) return;
    event.preventDefault();
    board.setPointerCapture(event.pointerId);
    start = place(event);
  });
  board.addEventListener("pointermove", (event) => { if (start) draw(between(start, place(event))); });
  board.addEventListener("pointerup", (event) => {
    if (!start) return;
    const made = between(start, place(event));
    start = null;
    if (made[2] >= 0.5 && made[3] >= 0.5) {
      const used = new Set(filled().map((row) => row.n));
      let n = 0;
      while (used.has(n)) n++;
      sides.forEach((side, i) => { field(n, side).value = made[i]; });
    }
    draw();
  });
  board.addEventListener("pointercancel", () => { start = null; draw(); });
  form.addEventListener("input", () => draw());
  form.querySelector("[data-cover-undo]").addEventListener("click", () => {
    const last = filled().pop();
    if (last) sides.forEach((side) => { field(last.n, side).value = ""; });
    draw();
  });
  draw();
})();
