// Woken by the city's push service: shows one sentence; pressed, it opens the matter's page.
"use strict";
self.addEventListener("push", (event) => {
  let said = {};
  try { said = event.data ? event.data.json() : {}; } catch { said = {}; }
  const title = String(said.title || "veche");
  event.waitUntil(self.registration.showNotification(title, {
    body: String(said.body || ""),
    tag: String(said.tag || "veche"),
    data: { url: String(said.url || "/") },
  }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.url, self.location.origin);
  // Only pages of this site are opened, whatever the message says.
  if (url.origin !== self.location.origin) return;
  event.waitUntil(self.clients.openWindow(url.href));
});
