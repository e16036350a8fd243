// Runs when this browser is called: says that there is work, and opens the list when asked.
"use strict";

self.addEventListener("push", (event) => {
  const { title, body, url } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag: "viec", data: url }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    (async () => {
      const to = new URL(event.notification.data, self.location.origin).href;
      const open = await self.clients.matchAll({ type: "window" });
      const here = open.find((one) => one.url === to);
      return here ? here.focus() : self.clients.openWindow(to);
    })(),
  );
});
