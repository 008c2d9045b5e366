// The wall follows by itself: pieces of the page come as server-sent events. Without this file the
// page loads itself anew. Nothing of the city is reckoned here but how old it is.
(() => {
  "use strict";
  const main = document.querySelector("[data-live]");
  if (!main) return;
  const language = document.documentElement.lang;
  const line = main.querySelector("[data-fresh-line]");
  const lost = main.querySelector("[data-lost]");
  const aloud = main.querySelector("[data-said-here]");
  const face = main.querySelector("[data-clock]");
  const SILENCE = 25; // seconds without a word after which the line is taken for lost
  const OLD = 40; // seconds after which what the city sends is itself too old
  let heard = performance.now(), madeAt = performance.now(), open = false;

  // The clock shows the city's time, however this screen's own clock is set.
  let cityAt = Date.parse(main.dataset.now), takenAt = performance.now();
  const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: main.dataset.zone || undefined });
  const long = (seconds) => {
    const [value, unit] = seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
    return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 }).format(Math.round(value));
  };
  const put = (box, text) => { if (box.textContent !== text) box.textContent = text; };
  const tick = () => {
    const now = performance.now();
    put(face, hours.format(new Date(cityAt + (now - takenAt))));
    const age = Math.round((now - madeAt) / 1000);
    const gone = (now - heard) / 1000 > SILENCE || age > OLD || (!open && age > 3);
    document.body.classList.toggle("w-is-lost", gone);
    if (gone) {
      // Said at once, and then by the minute: a reader aloud is not told every second.
      const text = line.dataset.saidLost.replace("{age}", long(age < 60 ? Math.max(5, Math.round(age / 5) * 5) : age));
      put(lost, text);
      if (lost.hidden) lost.hidden = false;
      put(line, line.dataset.saidAge.replace("{age}", long(age)));
    } else {
      if (!lost.hidden) { lost.hidden = true; lost.textContent = ""; }
      put(line, line.dataset.saidLive);
    }
  };
  setInterval(tick, 1000);

  // A piece takes the place of the one before; who stands in it with the keyboard stays there.
  const swap = (name, html) => {
    const old = document.getElementById(`w-${name}`);
    if (!old) return;
    const made = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    if (!made) return;
    const within = old.contains(document.activeElement) ? document.activeElement : null;
    const number = within ? [...old.querySelectorAll("a, button, input, [tabindex]")].indexOf(within) : -1;
    const far = within?.scrollTop || 0;
    old.replaceWith(document.adoptNode(made));
    if (number >= 0) {
      const again = [...made.querySelectorAll("a, button, input, [tabindex]")];
      const same = within.href ? again.find((one) => one.href && one.getAttribute("href") === within.getAttribute("href")) : null;
      const target = same || again[number];
      if (target) { target.focus({ preventScroll: true }); target.scrollTop = far; }
    }
    if (name === "head") {
      cityAt = Date.parse(made.dataset.at);
      takenAt = performance.now();
      put(aloud, made.dataset.said);
    }
  };
  let source;
  const listen = () => {
    source = new EventSource(main.dataset.live);
    source.addEventListener("open", () => { open = true; heard = performance.now(); });
    source.addEventListener("wall", (event) => {
      heard = madeAt = performance.now();
      open = true;
      let pieces;
      try { pieces = JSON.parse(event.data); } catch { return; /* the next one comes */ }
      for (const [name, html] of Object.entries(pieces)) swap(name, html);
      tick();
    });
    source.addEventListener("here", (event) => {
      heard = performance.now();
      open = true;
      madeAt = heard - JSON.parse(event.data).age * 1000;
      tick();
    });
    // The pass is old, or the screen was withdrawn: the page says how it is now.
    for (const name of ["again", "end"]) {
      source.addEventListener(name, () => { source.close(); setTimeout(() => location.reload(), Math.random() * 5000); });
    }
    source.addEventListener("error", () => {
      open = false;
      tick();
      if (source.readyState !== EventSource.CLOSED) return;
      // Refused for good: the page itself is asked, once the city answers at all.
      setTimeout(async () => {
        try { if ((await fetch(location.href, { method: "HEAD" })).status) location.reload(); } catch { listen(); }
      }, 4000 + Math.random() * 4000);
    });
  };
  listen();
})();
