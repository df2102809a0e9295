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
  const KEY = /\bcles? (a |d |de |de la |l |du )*(acces|secur|activ|connexion|privee|recup|chiffr|wifi|reseau)|\b(access|security|recovery|private|secret|network|wifi|wi fi) key\b/;
  // What only the person is said to know, asked instead of a password.
  const QUESTION =
    /jeune fille de (votre|ta|la) mere|mother s? ?maiden|(question|reponse|security|challenge) (de )?(secur\w*|secr\w*|question|answer)|(premiere?|first) (animal|pet|voiture|car|ecole|school|instit\w*|professeur|teacher|concert)|animal de compagnie|(prefere|favou?rite) (animal|pet|film|movie|livre|book|professeur|teacher|chanson|song|couleur|color|colour)|(professeur|film|livre|animal|chanson|couleur|plat|acteur|heros) prefere|(ami|surnom|friend|nickname) (d |of )?(enfance|childhood)|childhood (friend|nickname)/;
  // The word for a password, a secret code or the number of a proof in the languages that callers read sites in.
  const UNSEEN = new RegExp("[\\p{M}\\p{Cf}\\u0640]", "gu");
  const spelled = (text) => text.normalize("NFKD").replace(UNSEEN, "").toLowerCase();
  const FOREIGN = new RegExp(
    spelled(
      "contrase[nñ]a|(?<!palabras? )\\bclave\\b|\\bsenha\\b|palavra.passe|passwor[dt]|kennwort|zugangscode|wachtwoord|toegangscode|has[lł]o\\b|\\bparol[aă]\\b(?! chiave)|\\bheslo\\b|jelsz[oó]|lozink|zaporka|fjal[eë]kalim|\\b[sş]ifre|m[aậ]t kh[aẩ]u|salasana|l[oö]senord|kodeord|adgangskode|slapta[zž]od|parool|nywila|furaha ya siri|" +
        "كلم[ةه] ?(ال)?(مرور|سر)|(ال)?(رقم|رمز|كود|رمز) ?(ال)?(سري|تحقق|مرور|دخول|تاكيد|تأكيد)|رمز ?عبور|گذرواژه|کلمه ?عبور|پاس ?ورڈ|تێپەڕەوشە|" +
        "סיסמ[הא]|קוד (סודי|אימות|גישה)|парол|секретн|пин.?код|код (подтверждения|доступа|підтвердження|доступу)|лозинк|κωδικ[οό]ς (πρ[οό]σβασης|επαλ[ηή]θευσης|μιας)|συνθηματικ|գաղտնաբառ|პაროლ|" +
        "密[码碼]|口令|[验驗][证證][码碼]|パスワード|暗証番号|認証コード|合言葉|비밀번호|암호|인증번호|पासवर्ड|कूटशब्द|পাসওয়ার্ড|ਪਾਸਵਰਡ|પાસવર્ડ|கடவுச்சொல்|పాస్వర్డ్|പാസ്വേഡ്|රහස් ?පදය|รหัสผ่าน|ລະຫັດຜ່ານ|ពាក្យសម្ងាត់|စကားဝှက်|የይለፍ ?ቃል|مخفی شمیره",
    ),
    "u",
  );
  const ALONE = /^((votre|mon|le|la|ma|n|no|num|numero|saisir|saisissez|entrez|indiquez|tapez|enter|your|the|de|du|votre) )*(code|codes|compte|carte|pin|secret|card)( \d+)?$/;
  // Words over a group of fields: "Your account" over a whole form hides nothing, "Bank card" does.
  const namesPassword = (text) => [SECRET, CODE, KEY, QUESTION].some((words) => words.test(plain(text))) || FOREIGN.test(spelled(text));
  const namesNumber = (text) => NUMBER.test(plain(text));
  const namesSecret = (text) => namesPassword(text) || namesNumber(text);
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
    const words = [...["name", "id", "formcontrolname"].map(attribute), ...spoken, ...before];
    return words.some((name) => namesSecret(name) || ALONE.test(plain(name))) || groupsOf(field).some(namesSecret);
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
    const names = [element.localName, ...words.filter((word) => !/^(class|style) /.test(word))];
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

  // ---- secrets in the text of a page ---------------------------------------------------------------------------------

  const GIVEN = /(provisoire|temporaire|initial|temporary|generated|genere|attribue)( \w+)?$/;
  const WORD = /^[^\s,;()]{4,60}$/;
  const LETTER = new RegExp("\\p{L}", "u"); // each name has one; what stands before a cell of a table has none
  const isNumber = (word) => /^\d(?:[ .\u00a0\u202f-]?\d){4,}$/.test(word);
  // Neither a word of a language nor a short number: "Zq9", "aB", "a_b".
  const MADE = new RegExp("\\d|[a-z][A-Z]|\\p{L}[#@$%&*_+=^~!]|[#@$%&*_+=^~!]\\p{L}", "u");
  const looksMade = (word) => word.length >= 4 && MADE.test(word);

  // "Your password: X": X, when these words end in the name of a secret.
  function isGivenBy(words, value) {
    const last = words.slice(-80).split(/[.!?\n]\s/).pop();
    if (!LETTER.test(last)) return false;
    if (isNumber(value) ? namesSecret(last) : looksMade(value) && namesPassword(last)) return true;
    return GIVEN.test(plain(last)) && namesPassword(last);
  }

  // The text with what is named as a secret before it: in the same text, or in what stands before.
  function maskGiven(text, element, mask) {
    const at = Math.max(...[":", "：", "="].map((sign) => text.lastIndexOf(sign))) + 1;
    const named = text.slice(at, at + 80).replace(/[«»"“”]/g, "").trim().replace(/[.]$/, "");
    const isWhole = at > 0 && text.length - at <= 80 && (isNumber(named) || WORD.test(named));
    if (isWhole && isGivenBy(text.slice(0, at - 1), named)) return `${text.slice(0, at)} ${mask}`;
    const value = text.trim();
    if (!element || value.length < 4 || value.length > 60 || !(isNumber(value) || !/\s/.test(value))) return text;
    const before = wordsBefore(element).find((words) => words.trim()) || "";
    return isGivenBy(before.trim().replace(/[:：=]$/, ""), value) ? mask : text;
  }

  // A page may write beside a field what is typed into it.
  const typing = new Set();
  const copied = [];
  const MOST_COPIED = 100;

  function seeTyped(field) {
    if (!["input", "textarea"].includes(field.localName) || ["hidden", "file"].includes(field.type) || isButton(field)) return;
    typing.add(field);
    readTyped();
  }

  function readTyped() {
    for (const field of typing) {
      if (!field.isConnected) typing.delete(field);
      else if (field.value.length >= (field.type === "password" ? 1 : 4) && !copied.includes(field.value)) copied.push(field.value);
    }
    copied.sort((one, other) => other.length - one.length); // what was typed first is a part of the whole
    copied.length = Math.min(copied.length, MOST_COPIED);
  }

  function maskCopies(text, mask) {
    for (const value of copied) {
      if (value.length >= 4) text = text.replaceAll(value, mask);
      else if (text.trim() === value) text = mask;
    }
    return text;
  }

  return {
    maskGiven,
    seeTyped,
    readTyped,
    maskCopies,
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
