// This browser offers itself to be called; where it cannot be, the page says so.
"use strict";

const offer = document.querySelector("form[data-push]");

function bytes(text) {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
}

function letters(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function thisBrowser() {
  const found = /(Edg|OPR|Firefox|Chrome|Safari)\/\d+/.exec(navigator.userAgent);
  const at = /\(([^;)]+)/.exec(navigator.userAgent);
  return [found && found[1].replace("Edg", "Edge").replace("OPR", "Opera"), at && at[1]].filter(Boolean).join(", ");
}

async function add() {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("not allowed");
  await navigator.serviceWorker.register(offer.dataset.worker);
  const place = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: bytes(offer.dataset.push) };
  const called = await place.pushManager.subscribe(options);
  offer.elements.endpoint.value = called.endpoint;
  offer.elements.public_key.value = letters(called.getKey("p256dh"));
  offer.elements.secret.value = letters(called.getKey("auth"));
  offer.elements.name.value = thisBrowser();
}

if (offer && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  offer.hidden = false;
  document.querySelector("[data-push-without]").hidden = true;
  offer.addEventListener("submit", async (event) => {
    if (offer.elements.endpoint.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      await add();
      offer.submit();
    } catch {
      document.querySelector("[data-push-refused]").hidden = false;
    }
  });
}
