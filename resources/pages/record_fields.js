// SPDX-License-Identifier: GPL-3.0-only
// Which fields of a page ask for secrets, or for numbers of people and accounts: by what they are, what they are called and
// what stands beside them, in French and English. A birth date is not among them: the agent helps to fill it in, and the
// log keeps no text of a field at all. Part of the recorder (record.js), in the page and in frames of listed sites.
const secretFieldsOf = (config) => {
  const SENSITIVE = config.sensitive;

  // Names are compared as plain words: no accents, no capitals, `numeroCompte` and `numero_compte` are "numero compte".
  const plain = (text) =>
    text
      .normalize("NFKD")
      .replace(/[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]/g, "")
      .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, " ")
      .trim();

  const SECRET =
    /passw|pass ?(code|phrase)|\bpwd\d*\b|mdp\d*\b|mots? ?(de ?)?passe|secret(?!a)|confiden[tc]i|token|jeton|csrf|xsrf|\bt?otp\d*\b|\bpin\d*\b|pincode|\bcvv\d?\b|\bcvc\d?\b|\bcvn\b|\bcsc\b|crypto|usage unique|one time|signature electronique/;
  const CODE =
    /\bcodes? (a |d |de |de la |de l |du |par |qui |que )*(secr|confid|acces|recu|verif|valid|securit|confirm|connexion|activ|authent|usage|unique|sms|envoy|temporaire|provisoire|personnel|pin|otp|bancaire|banque|carte|\d+ chiffres|texto|message|mail|courrier|vous)|\b(sms|otp|pin|secret|acces|access|auth|authentication|verification|security|activation|confirmation) ?code/;
  const NUMBER =
    /iban|\bbic\b|\bswift\b|\brib\b|\bnir\d*\b|\bnia\b|\bnss\b|\bn(um|umero)?o? ?(de )?ss\b|\bsecu\b|secu(rite)? ?soc|num ?secu|social ?sec|\bssn\b|numero (d )?(assure|identification|immatriculation sociale)|allocataire|\bcb\b|\bcartes? (bancaire|bleue|de credit|de paiement|vitale|nationale|d identite|de sejour)|\b(n|no|num|numero|number)( de| d| of)?( la| votre)? ?(carte|compte|client bancaire|passeport|fiscal|teledeclarant|titre de sejour)|(carte|compte|card|account) ?(bancaire|num|no\b|nr\b)|card ?(code|csc|cvv)|credit ?card|identifiant (de )?(connexion )?(caf|msa|pole emploi|france travail|fiscal|bancaire)|\bspi\b|numero fiscal|\bfiscal num/;
  const ALONE = /^((votre|mon|le|la|ma|n|no|num|numero|saisir|saisissez|entrez|indiquez|tapez|enter|your|the|de|du|votre) )*(code|codes|compte|carte|pin|secret|card)( \d+)?$/;
  // Words over a group of fields: "Your account" over a whole form hides nothing, "Bank card" does.
  const namesSecret = (text) => SECRET.test(text) || CODE.test(text) || NUMBER.test(text);
  const AUTOCOMPLETE = /(^|\s)(cc-\S*|one-time-code|\S*password)(\s|$)/i;

  const shortText = (element, most = 120) => (element ? (element.textContent || "").slice(0, most) : "");

  function referred(field, name) {
    const root = field.getRootNode();
    const ids = (field.getAttribute(name) || "").split(/\s+/).filter(Boolean).slice(0, 5);
    return ids.map((id) => shortText(root.getElementById ? root.getElementById(id) : null)).join(" ");
  }

  // The heads of the column and of the row in which a field stands.
  function headsOf(field) {
    const cell = field.closest("td,th");
    const row = cell && cell.parentElement;
    const table = row && row.closest("table");
    if (!table) return [];
    const first = table.rows[0];
    const above = first && first !== row ? first.cells[cell.cellIndex] : null;
    const beside = row.cells[0] !== cell ? row.cells[0] : null;
    return [shortText(above), shortText(beside)];
  }

  // What stands right before a field, when nothing else names it.
  function wordsBefore(field) {
    const found = [];
    for (let at = field, steps = 0; at && steps < 3; at = at.parentElement, steps++) {
      const before = at.previousElementSibling;
      if (before && !before.querySelector("input,select,textarea") && !before.matches("input,select,textarea,script,style")) {
        found.push(shortText(before, 200).slice(-80));
      }
      const text = at.previousSibling;
      if (text && text.nodeType === Node.TEXT_NODE) found.push(text.data.slice(-80));
      if (found.some((words) => words.trim())) break;
      if (!at.parentElement || at.parentElement.querySelectorAll("input,select,textarea").length > 1) break;
    }
    return found;
  }

  function groupsOf(field) {
    const words = [referred(field, "aria-describedby")];
    const group = field.closest("fieldset,[role=group],[role=radiogroup]");
    if (group) {
      const legend = group.querySelector("legend");
      words.push(shortText(legend), group.getAttribute("aria-label") || "", referred(group, "aria-labelledby"));
    }
    return words;
  }

  function isNamedSecret(field) {
    const attribute = (name) => (field.getAttribute(name) || "").slice(0, 120);
    const labels = field.labels ? Array.from(field.labels, (label) => shortText(label)) : [];
    const spoken = ["aria-label", "title", "placeholder", "label", "data-label"].map(attribute);
    spoken.push(...labels, shortText(field.closest("label")), referred(field, "aria-labelledby"), ...headsOf(field));
    const before = spoken.some((words) => words.trim()) ? [] : wordsBefore(field);
    const words = [...["name", "id", "formcontrolname"].map(attribute), ...spoken, ...before].map(plain);
    return words.some((name) => namesSecret(name) || ALONE.test(name)) || groupsOf(field).map(plain).some(namesSecret);
  }

  // Boxes of a few letters side by side hold one number together; three of them are a date.
  const isBox = (field) =>
    field.matches("input") &&
    !["checkbox", "radio", "button", "submit", "reset", "image", "hidden", "range", "color", "file"].includes(field.type) &&
    ((field.maxLength > 0 && field.maxLength <= 4) || field.size <= 2 || /^(\[0-9\]|\\d|\.)(\{1\})?\*?$/.test(field.pattern));

  function isOneOfBoxes(field) {
    if (!field.matches("input") || !isBox(field)) return false;
    for (let around = field.parentElement, steps = 0; around && steps < 3; around = around.parentElement, steps++) {
      const all = around.querySelectorAll("input");
      if (all.length > 30) return false;
      if (Array.from(all).filter(isBox).length >= 4) return true;
    }
    return false;
  }

  function isShownAsDots(field) {
    const shown = getComputedStyle(field).webkitTextSecurity;
    return Boolean(shown) && shown !== "none";
  }

  const isCustom = (element) => element.localName.includes("-");
  const MOST_IN_CUSTOM = 300;

  // A custom element says what it is in its own name and attributes; a whole part of a page is no field.
  function isSecretCustom(element) {
    const words = Array.from(element.attributes, ({ name, value }) => `${name} ${value.slice(0, 120)}`);
    const names = [element.localName, ...words.filter((word) => !/^(class|style) /.test(word))].map(plain);
    return names.some(namesSecret) && (element.textContent || "").length <= MOST_IN_CUSTOM;
  }

  const once = new WeakSet(); // once secret, always secret: pages turn passwords into text to show them
  const isField = (element) => element.matches("input,textarea,select,[contenteditable],[role=textbox],[role=spinbutton]") || isCustom(element);

  function isMarked(element) {
    try {
      return Boolean(element && element.closest(SENSITIVE));
    } catch (error) {
      return true;
    }
  }

  function looksSecret(field) {
    if (["password", "hidden", "file"].includes(field.type) || field.hasAttribute("data-rr-is-password")) return true;
    if (AUTOCOMPLETE.test(field.getAttribute("autocomplete") || "") || isMarked(field)) return true;
    if (isCustom(field) && !field.isContentEditable) return isSecretCustom(field);
    return isNamedSecret(field) || isOneOfBoxes(field) || isShownAsDots(field);
  }

  function isSecretField(field) {
    if (once.has(field)) return true;
    const secret = looksSecret(field);
    if (secret) once.add(field);
    return secret;
  }

  const BUTTONS = ["button", "submit", "reset", "image", "checkbox", "radio"];
  const isButton = (element) => element.localName === "input" && BUTTONS.includes(element.type);

  return {
    isMarked,
    isField,
    isSecretField,
    // What a finger types a secret into, and not what a page hides anyway.
    isTypedSecret: (element) =>
      isField(element) && !["hidden", "file"].includes(element.type) && !isButton(element) && isSecretField(element),
    // Whether an element is, or stands in, a field that asks for a secret, or in what the site marks as private.
    // `looked` keeps what was found out about the elements around it.
    isSecret(element, looked) {
      if (!element) return false;
      if (isMarked(element)) return true;
      const path = [];
      let found = false;
      for (let at = element; at && !found; at = at.parentElement || (at.getRootNode() || {}).host) {
        if (looked.has(at)) {
          found = looked.get(at);
          break;
        }
        path.push(at);
        found = isField(at) && !isButton(at) && isSecretField(at);
      }
      for (const at of path) looked.set(at, found);
      return found;
    },
  };
};
