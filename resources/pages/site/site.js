// SPDX-License-Identifier: GPL-3.0-only
// The form of the demonstration's web site: adds up the income, checks that a name is there, thanks.
(function () {
  "use strict";
  const form = document.getElementById("declaration");
  if (!form) return;
  const total = document.getElementById("total");
  const message = document.getElementById("message");
  const euros = new Intl.NumberFormat("fr-FR", { style: "currency", currency: "EUR" });

  function addUp() {
    let sum = 0;
    for (const field of form.querySelectorAll("input[type=number]")) sum += Number(field.value) || 0;
    total.textContent = euros.format(sum);
  }

  form.addEventListener("input", addUp);
  addUp();

  const password = document.getElementById("motdepasse");
  document.getElementById("voir").addEventListener("click", (event) => {
    const hidden = password.type === "password";
    password.type = hidden ? "text" : "password";
    event.currentTarget.textContent = hidden ? "Masquer" : "Afficher";
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const named = form.elements.nom.value.trim() !== "";
    message.className = named ? "avis" : "erreur";
    message.textContent = named
      ? "Merci. Votre déclaration est prête : relisez-la avec votre conseiller avant de l’envoyer."
      : "Indiquez votre nom pour continuer.";
  });
})();
