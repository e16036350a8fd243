// Passkeys need a script; where the browser takes none, nothing of them is shown.
"use strict";

const passkeysHere =
  window.PublicKeyCredential &&
  typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function" &&
  typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function";

function passkeyButton(part, ask) {
  part.hidden = false;
  const problem = part.querySelector("[data-passkey-problem]");
  const button = part.querySelector("[data-passkey-do]");
  button.addEventListener("click", async () => {
    problem.hidden = true;
    button.disabled = true;
    try {
      const credential = await ask();
      part.querySelector("[data-passkey-credential]").value = JSON.stringify(credential.toJSON());
      part.closest("form").submit();
    } catch (failure) {
      problem.hidden = false;
      button.disabled = false;
    }
  });
}

if (passkeysHere) {
  for (const part of document.querySelectorAll("[data-passkey]")) {
    passkeyButton(part, async () => {
      const secret = part.closest("form").elements.csrf_token.value;
      const answer = await fetch(part.dataset.passkey, { method: "POST", headers: { "X-CSRFToken": secret } });
      if (!answer.ok) throw new Error("no challenge");
      const asked = await answer.json();
      part.querySelector("[data-passkey-step]").value = asked.step;
      return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked.options) });
    });
  }
  for (const part of document.querySelectorAll("[data-passkey-new]")) {
    const options = JSON.parse(part.dataset.passkeyNew);
    passkeyButton(part, () =>
      navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
    );
    part.closest("form").querySelector("[data-passkey-without]").hidden = true;
  }
}
