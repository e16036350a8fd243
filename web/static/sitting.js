// Comfort only: a live page that nobody looks at asks for nothing, and one that is looked at again asks at once.
"use strict";

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "live-beat" && document.hidden) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  const beat = document.getElementById("live-beat");
  if (beat && !document.hidden) beat.dispatchEvent(new Event("look"));
});
