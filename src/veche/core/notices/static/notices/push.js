// Lets the person say whether this browser is woken. The page says the same without it.
(() => {
  "use strict";
  const box = document.querySelector("[data-push]");
  if (!box) return;
  const said = box.querySelector("[data-push-said]");
  const on = box.querySelector("[data-push-on]");
  const off = box.querySelector("[data-push-off]");
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) {
    said.textContent = said.dataset.none;
    return;
  }
  const bytes = (text) => Uint8Array.from(
    atob((text + "=".repeat((4 - (text.length % 4)) % 4)).replace(/-/g, "+").replace(/_/g, "/")),
    (letter) => letter.charCodeAt(0),
  );
  const token = () => {
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    return field ? field.value : "";
  };
  const tell = (subscription, wake) => fetch(box.dataset.url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token(), Accept: "application/json" },
    body: JSON.stringify({ ...subscription.toJSON(), wake }),
  }).then((answer) => { if (!answer.ok) throw new Error(String(answer.status)); });
  const show = (subscription) => {
    on.hidden = Boolean(subscription);
    off.hidden = !subscription;
  };
  let worker;
  navigator.serviceWorker.register(box.dataset.worker).then((registered) => {
    worker = registered;
    return worker.pushManager.getSubscription();
  }).then(show).catch(() => { said.textContent = said.dataset.none; });
  on.addEventListener("click", async () => {
    try {
      const made = await worker.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: bytes(box.dataset.key),
      });
      await tell(made, true);
      show(made);
      said.textContent = said.dataset.on;
    } catch {
      said.textContent = said.dataset.denied;
    }
  });
  off.addEventListener("click", async () => {
    const made = await worker.pushManager.getSubscription();
    if (made) {
      await tell(made, false);
      await made.unsubscribe();
    }
    show(null);
    said.textContent = said.dataset.off;
  });
})();
