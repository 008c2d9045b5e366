// The count follows by itself: numbers come as server-sent events. Without this file the page reloads.
(() => {
  "use strict";
  const box = document.querySelector("[data-live]");
  if (!box || !("EventSource" in window)) return;
  const language = document.documentElement.lang;
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const percent = new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const put = (name, text) => { for (const one of box.querySelectorAll(name)) one.textContent = text; };
  const show = (body) => {
    put("[data-turnout]", number.format(body.turnout.number));
    for (const question of body.questions || []) {
      const chart = box.querySelector(`[data-question="${CSS.escape(question.code)}"]`);
      if (!chart || !question.count.rounds.length) continue;
      const stood = Object.assign({}, ...question.count.rounds.map((round) => round.tally));
      const last = question.count.rounds[question.count.rounds.length - 1].tally;
      const sum = Object.values(last).reduce((all, one) => all + one, 0);
      const whole = { sum, ballots: question.count.ballots, top: Math.max(0, ...Object.values(stood)) }[chart.dataset.base];
      for (const bar of chart.querySelectorAll("[data-option]")) {
        const value = stood[bar.dataset.option] || 0;
        const share = whole ? Math.min(1, value / whole) : 0;
        bar.querySelector("[data-value]").textContent = chart.dataset.base === "top" ? number.format(value) : `${number.format(value)} · ${percent.format(share)}`;
        bar.querySelector("rect:last-of-type").setAttribute("width", `${(share * 100).toFixed(1)}%`);
      }
    }
  };
  // Sentences, tables and the map are written by the city: they follow every twenty seconds or so.
  let waits = 0;
  const freshen = async () => {
    waits = 0;
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const old of box.querySelectorAll("[data-fresh]")) {
        const now = page.querySelector(`[data-fresh="${CSS.escape(old.dataset.fresh)}"]`);
        if (now) old.replaceWith(document.adoptNode(now));
      }
    } catch { /* the next one comes */ }
  };
  const source = new EventSource(box.dataset.live);
  source.addEventListener("tally", (event) => {
    try { show(JSON.parse(event.data)); } catch { return; /* the next one comes */ }
    if (!waits) waits = setTimeout(freshen, 15000 + Math.random() * 10000);
  });
  source.addEventListener("end", () => {
    source.close();
    const note = box.querySelector("[data-live-note]");
    if (note) note.textContent = box.dataset.liveOver;
    setTimeout(() => location.reload(), 2000);
  });
})();
