// Comfort only: a live page that nobody looks at asks for nothing.
"use strict";

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "live-beat" && document.hidden) event.preventDefault();
});
