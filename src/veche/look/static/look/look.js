// Small helpers. Every page works without this file.
(() => {
  "use strict";
  const store = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* full or closed */ } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* closed */ } },
  };

  // Theme: one button in the foot, its word names what it does.
  const dark = () => {
    const set = document.documentElement.dataset.theme;
    return set ? set === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  const switcher = document.querySelector("[data-theme-switch]");
  if (switcher) {
    const name = () => { switcher.textContent = dark() ? switcher.dataset.light : switcher.dataset.dark; };
    switcher.hidden = false;
    name();
    switcher.addEventListener("click", () => {
      document.documentElement.dataset.theme = dark() ? "light" : "dark";
      store.set("veche-theme", document.documentElement.dataset.theme);
      name();
    });
  }

  // Drafts: words typed into a form marked data-draft="name" wait in this browser until it is sent.
  const key = (form) => `veche-draft:${form.dataset.draft}`;
  // Of choices between several those marked data-keep wait with them.
  const wordy = (form) => form.querySelectorAll("textarea[name], input[type=text][name], [data-keep][name]:not([type=radio])");
  const choices = (form) => [...form.querySelectorAll("input[type=radio][data-keep][name]")];
  const restore = (form) => {
    let kept = {};
    try { kept = JSON.parse(store.get(key(form)) || "{}"); } catch { kept = {}; }
    let shown = false;
    for (const field of wordy(form)) {
      if (!field.value && kept[field.name]) { field.value = kept[field.name]; shown = true; }
    }
    const made = new Set(choices(form).filter((one) => one.checked).map((one) => one.name));
    for (const one of choices(form)) {
      if (!made.has(one.name) && kept[one.name] === one.value) { one.checked = true; shown = true; }
    }
    const word = form.querySelector("[data-draft-note]");
    if (word && shown) word.hidden = false;
  };
  const prepare = (root) => {
    for (const form of root.querySelectorAll("form[data-draft]")) restore(form);
    for (const box of root.querySelectorAll(".errors")) { box.focus(); break; }
    for (const one of root.querySelectorAll("[data-needs-script]")) one.hidden = false;
  };
  prepare(document);
  document.addEventListener("htmx:load", (event) => prepare(event.target));
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (!form) return;
    const words = {};
    for (const field of wordy(form)) if (field.value) words[field.name] = field.value;
    for (const one of choices(form)) if (one.checked) words[one.name] = one.value;
    store.set(key(form), JSON.stringify(words));
  });
  // The page after a form was taken says so; only then is the draft thrown away.
  for (const done of document.querySelectorAll("[data-draft-done]")) store.drop(`veche-draft:${done.dataset.draftDone}`);

  // Who signs out may leave the machine to somebody else: no words of theirs wait there.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-forget-drafts]")) return;
    try { for (const name of Object.keys(localStorage)) if (name.startsWith("veche-draft:")) store.drop(name); } catch { /* closed */ }
  });

  // One press, one sending; the button wakes again if the page is shown from the browser's memory.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll(".btn[aria-disabled=true]")) button.removeAttribute("aria-disabled");
  });

  // Filters send themselves when a choice changes.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto]");
    if (form) form.requestSubmit();
  });

  // Error pages: the way back, where there is one.
  const back = document.querySelector("[data-back]");
  if (back && history.length > 1) {
    back.hidden = false;
    for (const word of document.querySelectorAll("[data-kept]")) word.hidden = false;
    back.addEventListener("click", () => history.back());
  }

  // The queue: j, k move; x picks; Enter opens; any element with data-key is pressed by its letter.
  const rows = () => [...document.querySelectorAll(".queue tbody tr")];
  const chosen = () => rows().findIndex((row) => row.classList.contains("is-at"));
  const choose = (index) => {
    const all = rows();
    if (!all.length) return;
    const row = all[Math.max(0, Math.min(all.length - 1, index))];
    for (const other of all) other.classList.remove("is-at");
    row.classList.add("is-at");
    (row.querySelector(".q-title") || row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    if (event.key === "/" && document.querySelector("#q-top")?.offsetParent) {
      event.preventDefault();
      document.querySelector("#q-top").focus();
      return;
    }
    if (!document.querySelector(".queue") || document.querySelector(".queue[data-keys=off]")) return;
    if (event.key === "j") choose(chosen() + 1);
    else if (event.key === "k") choose(chosen() - 1);
    else if (event.key === "x") rows()[chosen()]?.querySelector("input[type=checkbox]")?.click();
    else if (event.key === "Enter" && event.target === document.body) rows()[chosen()]?.querySelector(".q-title")?.click();
    else {
      const target = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key);
      if (!target) return;
      event.preventDefault();
      if (target.matches("textarea, input, select")) target.focus(); else target.click();
    }
  });

  // How many rows are picked, in the bulk bar.
  document.addEventListener("change", () => {
    const bar = document.querySelector("[data-bulk]");
    if (!bar) return;
    const count = document.querySelectorAll(".q-pick input:checked").length;
    const word = bar.querySelector("[data-bulk-count]");
    if (word) word.textContent = String(count);
    bar.hidden = count === 0;
  });
})();
