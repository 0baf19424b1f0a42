// Questions to the reviewer. Each resolves to the answer, or to null where it was put away.

import { $, call, el, say } from "./page.js";

export const dialogs = {
  // A list to choose from: number keys, arrow keys, first letters. Resolves to a value or null.
  choose(title, items) {
    const dialog = $("chooser"), list = $("chooser-list");
    $("chooser-title").textContent = title;
    let at = 0;
    const draw = () => {
      [...list.children].forEach((row, n) => row.setAttribute("aria-selected", String(n === at)));
      list.setAttribute("aria-activedescendant", `choice-${at}`);
      list.children[at].scrollIntoView({ block: "nearest" });
    };
    return shown(dialog, (end) => {
      list.replaceChildren(...items.map((item, n) => el("div", { class: "choice", role: "option", id: `choice-${n}`, "aria-selected": "false", onclick: () => end(item.value) },
        el("kbd", {}, n < 9 ? String(n + 1) : ""), el("span", {}, item.words))));
      draw();
      list.onkeydown = (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step) { at = (at + step + items.length) % items.length; draw(); }
        else if (event.key === "Enter") end(items[at].value);
        else if (/^[1-9]$/.test(event.key) && items[event.key - 1]) end(items[event.key - 1].value);
        else if (/^[a-z]$/i.test(event.key)) {
          const from = items.findIndex((item, n) => n > at && item.words.toLowerCase().startsWith(event.key.toLowerCase()));
          const any = items.findIndex((item) => item.words.toLowerCase().startsWith(event.key.toLowerCase()));
          if (any >= 0) { at = from >= 0 ? from : any; draw(); }
        } else return;
        event.preventDefault();
      };
      list.focus();
    });
  },

  // The look-up: words to codes. Resolves to {system, code} or null.
  find(title, words, near = []) {
    const dialog = $("finder"), input = $("finder-words"), list = $("finder-hits"), told = $("finder-said");
    $("finder-title").textContent = title;
    let hits = [], at = 0, shownFor = null, timer = 0, asked = 0;
    const draw = () => {
      list.replaceChildren(...hits.map((hit, n) => el("div", { class: `hit${hit.billable === false ? " heading" : ""}`, role: "option", id: `hit-${n}`, "aria-selected": String(n === at) },
        el("b", {}, hit.code), el("span", {}, hit.title), el("span", { class: "soft" }, hit.billable === false ? "heading" : hit.system))));
      if (hits.length) { input.setAttribute("aria-activedescendant", `hit-${at}`); list.children[at].scrollIntoView({ block: "nearest" }); }
      else input.removeAttribute("aria-activedescendant");
    };
    return shown(dialog, (end) => {
      const search = async () => {
        const wanted = input.value.trim(), mine = ++asked;
        let found = near;
        if (wanted) found = (await call("/api/lookup", { words: wanted })).hits;
        if (mine !== asked) return;
        [hits, at, shownFor] = [found, 0, wanted];
        list.toggleAttribute("data-settled", input.value.trim() === wanted);
        told.textContent = wanted ? `${hits.length} codes found` : near.length ? "Near codes; type to search" : "";
        draw();
      };
      const take = (hit) => {
        if (!hit) return;
        if (hit.billable === false) { input.value = hit.code; search(); } else end({ system: hit.system, code: hit.code });
      };
      list.onclick = (event) => { const row = event.target.closest(".hit"); if (row) take(hits[Number(row.id.slice(4))]); };
      input.oninput = () => { list.removeAttribute("data-settled"); clearTimeout(timer); timer = setTimeout(search, 90); };
      input.onkeydown = (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 }[event.key];
        if (step && hits.length) { at = Math.min(hits.length - 1, Math.max(0, at + step)); draw(); }
        else if (event.key === "Enter") {
          // Enter takes what is seen: while the list is not that of the words yet, it only brings the list.
          clearTimeout(timer);
          if (shownFor === input.value.trim()) take(hits[at]); else search();
        } else return;
        event.preventDefault();
      };
      hits = near;
      list.removeAttribute("data-settled");
      input.value = words;
      input.select();
      draw();
      search();
      input.focus();
    });
  },

  // Words: a line or a text. Resolves to the words or null. check gives what is wrong, or "".
  ask(title, label, value, { long = false, copy = false, save = "Save", check = async () => "" } = {}) {
    const dialog = $("asker"), field = long ? $("asker-text") : $("asker-line"), other = long ? $("asker-line") : $("asker-text");
    $("asker-title").textContent = title;
    $("asker-label").textContent = label;
    $("asker-error").textContent = "";
    $("asker-save").textContent = save;
    [field.hidden, other.hidden] = [false, true];
    $("asker-copy").hidden = !copy;
    field.value = value;
    return shown(dialog, (end) => {
      $("asker-cancel").onclick = () => end(null);
      $("asker-copy").onclick = async () => { field.select(); await navigator.clipboard.writeText(field.value); say("Copied"); };
      const finish = async () => {
        const wrong = await check(field.value);
        $("asker-error").textContent = wrong;
        if (!wrong) end(field.value);
      };
      dialog.querySelector("form").onsubmit = (event) => { event.preventDefault(); finish(); };
      field.onkeydown = (event) => { if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); finish(); } };
      field.focus();
      if (!long) field.select();
    });
  },

  show(title, ...inside) {
    $("drawer-title").textContent = title;
    $("drawer-body").replaceChildren(...inside);
    return shown($("drawer"), (end) => {
      $("drawer-close").onclick = () => end(null);
      $("drawer-body").scrollTop = 0;
      $("drawer-body").focus();
    });
  },
};

function shown(dialog, build) {
  return new Promise((resolve) => {
    const focus = document.activeElement;
    let value = null;
    dialog.onclose = () => { if (focus && focus.isConnected) focus.focus({ preventScroll: true }); resolve(value); };
    dialog.showModal();
    build((result) => { value = result; dialog.close(); });
  });
}
