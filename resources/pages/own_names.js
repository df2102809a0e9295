// SPDX-License-Identifier: GPL-3.0-only
// A page may call a field `matches`: its form, and for pictures and frames the document itself, then give that field where
// the engine's own method is meant (HTML standard, section 3.1.5, [LegacyOverrideBuiltIns]). No name of a page is a symbol:
// resources/own_names.py writes `x.matches` of our scripts as `x[posteOwn.matches]`, and here is what that means.
const posteOwn = (() => {
  "use strict";
  const names = __NAMES__;
  const own = Object.fromEntries(names.map((name) => [name, Symbol.for(`poste.${name}`)]));
  const viewOf = Object.getOwnPropertyDescriptor(Document.prototype, "defaultView").get;

  function found(prototype, name) {
    for (let at = prototype; at; at = Object.getPrototypeOf(at)) {
      const told = Object.getOwnPropertyDescriptor(at, name);
      if (told) return { ...told, configurable: true };
    }
    return null;
  }

  // Other objects give what they have under the plain name; a frame's content gets the same names first.
  function plain(name) {
    const inner = { contentDocument: (value) => viewOf.call(value), contentWindow: (value) => value }[name];
    return {
      configurable: true,
      get() {
        const value = this[name];
        if (inner && value) install(inner(value));
        return value;
      },
      set(value) {
        this[name] = value;
      },
    };
  }

  // Where most of the names are at home: there the engine answers at once, with its own.
  const OFTEN = ["Node", "Element", "HTMLElement", "SVGElement", "CharacterData", "DocumentFragment", "ShadowRoot"];

  function install(realm) {
    try {
      if (!realm || Object.hasOwn(realm.Object.prototype, own.nodeType)) return;
      for (const { prototype } of OFTEN.map((kind) => realm[kind])) {
        for (const name of names.filter((each) => Object.hasOwn(prototype, each))) {
          Object.defineProperty(prototype, own[name], Object.getOwnPropertyDescriptor(prototype, name));
        }
      }
      for (const name of names) {
        Object.defineProperty(realm.Object.prototype, own[name], plain(name));
        for (const { prototype } of [realm.HTMLFormElement, realm.Document]) {
          const told = found(prototype, name);
          if (told) Object.defineProperty(prototype, own[name], told);
        }
      }
    } catch (error) {
      // Another site's: nothing of it is read from here.
    }
  }

  install(window);
  return own;
})();
