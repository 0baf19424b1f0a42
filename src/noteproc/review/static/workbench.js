// The workbench: a note, its codes, and a command for each key.

import { CodeList, LEVELS, codeId, finding, moment } from "./codes.js";
import { dialogs } from "./dialogs.js";
import { $, alarm, call, el, inLine, say, themeButton } from "./page.js";
import { NoteText } from "./text.js";
import { Worklist, progress } from "./worklist.js";

export async function workbench() {
  const about = await call("/api/start");
  const preferences = about.preferences;
  const commandOf = new Map();
  const text = new NoteText($("text"), $("strip"));
  let view = null, picked = null, before = [], worked = 0, last = Date.now();
  themeButton(preferences);

  const learnKeys = () => {
    commandOf.clear();
    for (const [command, key] of Object.entries(preferences.keys)) commandOf.set(key, command);
    for (const kbd of document.querySelectorAll("[data-key]")) kbd.textContent = preferences.keys[kbd.dataset.key];
  };

  const pickedNow = () => {
    const words = picked;
    if (!words) throw new Error("Pick words in the note first: with the mouse, or with the arrow keys in the note.");
    if (view.original) throw new Error("Hide the original first: decisions are made on the redacted note.");
    return words;
  };
  const codeNow = () => {
    if (!list.current) throw new Error("Choose a code first.");
    return { system: list.current.system, code: list.current.code };
  };

  const list = new CodeList($("codes"), $("detail"), text, {
    key: (name) => preferences.keys[name],
    replaceBy: (near) => inLine(() => replaceBy(near)),
    addLeft: (left) => inLine(() => decide("add", { system: left.system, code: left.code, evidence: [[left.start, left.end]] }, `${left.code} added`)),
  });
  const worklist = new Worklist((place) => inLine(() => openNote(place)));

  // How long the note is really worked on: pauses of more than a minute do not count.
  const beat = () => { const now = Date.now(); worked += Math.min(now - last, 60000); last = now; };
  addEventListener("pointermove", beat, { passive: true });
  addEventListener("keydown", beat, { capture: true, passive: true });

  function draw(next, keep) {
    const same = view && view.place === next.place;
    const scroll = text.holder.scrollTop;
    view = next;
    const items = view.codes.map((code) => ({ id: codeId(code), evidence: code.evidence }));
    view.not_coded.forEach((left, n) => items.push({ id: `left-${n}`, evidence: [] }));
    const drawn = [view.place, view.revision, view.original, view.text.length, JSON.stringify([view.masks, view.phi.map((p) => p.exposed), items])].join();
    if (drawn !== draw.last || !same) {
      const before = same ? picked : null;
      view.not_coded.forEach((left, n) => { items[view.codes.length + n].evidence = [{ start: left.start, end: left.end, role: "main", quiet: true }]; });
      text.show(view.text, items, view.phi, view.masks);
      draw.last = drawn;
      if (before) text.pick(before.start, before.end);
    }
    text.holder.scrollTop = same ? scroll : 0;
    if (!same) { picked = null; showPicked(); getSelection().removeAllRanges(); list.at = -1; }
    $("note-title").textContent = view.note_id;
    const status = { open: "open", started: "started", query: "waiting for an answer", done: "done ✓" }[view.status];
    $("chips").replaceChildren(el("span", { class: `chip ${view.status}` }, status), el("span", { class: "chip" }, view.setting),
      ...(view.earlier ? [el("span", { class: "chip", title: "made on an earlier result of this note; they are in the history and do not count here" }, `${view.earlier} earlier decisions`)] : []),
      ...(view.asked ? [el("button", { type: "button", class: "plain", "data-command": "answered" }, "Answered ", el("kbd", {}, preferences.keys.answered))] : []),
      ...(view.comments.length ? [el("span", { class: "chip", title: view.comments.map((c) => `${c.text} (${c.who})`).join("\n") }, `✎ ${view.comments.length}`)] : []));
    $("banner").hidden = !view.original;
    $("banner").className = view.original ? "alarm" : "";
    $("banner").textContent = view.original ? "The original is shown: it holds PHI. That it was shown is in the log." : "";
    text.holder.classList.toggle("bare", view.original);
    $("original").hidden = !about.originals;
    $("original").setAttribute("aria-pressed", String(view.original));
    const of = (verdict) => view.codes.filter((code) => code.verdict === verdict).length;
    $("tally").textContent = `${of("accepted")} accepted, ${of("undecided")} left`;
    drawFindings();
    list.show(view, same ? keep : null);
    worklist.update(view);
    progress(view.progress);
  }

  function drawFindings() {
    const box = $("findings"), count = (level) => view.findings.filter((f) => f.level === level).length;
    box.hidden = !view.findings.length;
    if (box.dataset.place !== String(view.place)) { box.open = false; box.dataset.place = view.place; }
    $("findings-title").replaceChildren(...["error", "warning", "info"].filter(count).map((level) =>
      el("span", { class: `level ${level}` }, `${LEVELS[level][0]} ${count(level)} ${LEVELS[level][1]}${count(level) > 1 ? "s" : ""}`)));
    $("findings-list").replaceChildren(...view.findings.map(finding));
  }

  function showPicked() {
    $("picked").hidden = !picked;
    if (picked) $("picked-count").textContent = `${text.slice(picked.start, picked.end).split(/\s+/).length} words`;
    if (globalThis.CSS && CSS.highlights) {
      CSS.highlights.delete("picked");
      const from = picked && text.position(picked.start), to = picked && text.position(picked.end);
      if (from && to) { const range = new Range(); range.setStart(...from); range.setEnd(...to); CSS.highlights.set("picked", new Highlight(range)); }
    }
  }

  async function openNote(place, { remember = true } = {}) {
    if (remember && view && view.place !== place) before.push(view.place);
    draw(await call(`/api/notes/${place}`));
    worked = 0;
    last = Date.now();
    worklist.mark(place);
    document.querySelector(".panes").classList.remove("listed");
    $("codes").focus({ preventScroll: true });
    const left = view.codes.filter((code) => code.verdict === "undecided").length;
    say(`${view.note_id}: ${left} codes to decide`);
  }

  async function nextNote() {
    const { place } = await call("/api/next", { ...worklist.wish, after: view ? view.place : null });
    if (place === null) say("No open note is left.");
    else await openNote(place);
    return place !== null;
  }

  // Every decision goes this way: to the server, which has it on its disk when it answers.
  async function decide(action, data, words, keep) {
    if (!view) return false;
    if (view.original) throw new Error("Hide the original first: decisions are made on the redacted note.");
    beat();
    const told = await call(`/api/notes/${view.place}/decide`, { revision: view.revision, action, data, seconds: worked / 1000 });
    draw(told, keep);
    if (told.stale) { alarm(`Not saved: ${told.error}. The note is shown as it stands now; decide again.`); return false; }
    worked = 0;
    say(words);
    return true;
  }

  // After a verdict: the next code to decide; after the last one the next note, unless an error stands on the claim.
  async function verdict(action, data, words) {
    const order = list.order.filter((code) => code.verdict === "undecided" || code.id === list.current.id);
    const here = order.findIndex((code) => code.id === list.current.id);
    const following = [...order.slice(here + 1), ...order.slice(0, here)][0];
    if (!(await decide(action, data, words, following ? following.id : null))) return;
    if (following || view.codes.some((code) => code.verdict === "undecided")) return;
    if (view.status === "done") await wentWell(words);
  }

  async function wentWell(words) {
    const errors = view.findings.filter((f) => f.level === "error").length;
    if (errors) { $("findings").open = true; say(`${words}. All is decided, but ${errors === 1 ? "an error stands" : `${errors} errors stand`} on the claim.`); return; }
    const done = view.note_id;
    if (preferences.advance && (await nextNote())) say(`${done} is done. Next: ${view.note_id}`);
    else say(`${words}. ${done} is done.`);
  }

  async function replaceBy(near) {
    const old = codeNow();
    let others = list.current.alternatives.map((a) => ({ ...a, title: a.title || a.why, billable: true }));
    if (!near && !others.length) {
      const family = old.system === "ICD-10-CM" ? old.code.split(".")[0] : list.current.display;
      others = (await call("/api/lookup", { words: family })).hits.filter((hit) => hit.code !== old.code);
    }
    const by = near || await dialogs.find(`Replace ${old.code} by`, "", others);
    if (by) await verdict("replace", { ...old, by: { system: by.system, code: by.code } }, `${old.code} replaced by ${by.code}`);
  }

  async function move(by) {
    const code = codeNow(), now = list.current;
    if (now.verdict !== "accepted") throw new Error("Only accepted codes have a sequence.");
    const order = view.codes.map((c) => [c.system, c.code]);
    const peers = view.codes.map((c, n) => [c, n]).filter(([c]) => c.verdict === "accepted" && c.kind === now.kind).map(([, n]) => n);
    const at = peers.findIndex((n) => order[n][0] === code.system && order[n][1] === code.code), to = at + by;
    if (to < 0 || to >= peers.length) return say(by < 0 ? "It is the first already." : "It is the last already.");
    [order[peers[at]], order[peers[to]]] = [order[peers[to]], order[peers[at]]];
    await decide("sequence", { order }, `${code.code} is now number ${to + 1}`, now.id);
  }

  async function refused(action, data) {
    try { return (await decide(action, data, "Saved")) ? "" : "Not saved."; } catch (error) { return error.message; }
  }

  const commands = {
    accept: async () => { const code = codeNow(); await verdict("accept", code, `${code.code} accepted`); },
    reject: async () => {
      const code = codeNow();
      const reason = await dialogs.choose(`Reject ${code.code}: why?`, about.reasons.map((r) => ({ value: r.reason, words: r.words })));
      if (reason) await verdict("reject", { ...code, reason }, `${code.code} rejected`);
    },
    replace: () => replaceBy(null),
    add: async () => {
      const words = picked && !view.original ? picked : null;
      const quote = words ? text.slice(words.start, words.end).replace(/\s+/g, " ") : "";
      if (words && words.end - words.start > 200) throw new Error("Pick at most 200 characters.");
      const code = await dialogs.find(words ? "Add a code for the picked words" : "Add a code", quote.slice(0, 200));
      if (code) await decide("add", { ...code, evidence: words ? [[words.start, words.end]] : [] }, `${code.code} added`, codeId(code));
    },
    undo: async () => moved(await call("/api/undo", {}), "Undone"),
    redo: async () => moved(await call("/api/redo", {}), "Done again"),
    units: async () => {
      const code = codeNow();
      await dialogs.ask(`Units of ${code.code}`, "A whole number", String(list.current.units), { check: (value) => refused("units", { ...code, units: Number(value) || 0 }) });
    },
    modifiers: async () => {
      const code = codeNow();
      await dialogs.ask(`Modifiers of ${code.code}`, "Two characters each, blanks between", list.current.modifiers.join(" "),
        { check: (value) => refused("modifiers", { ...code, modifiers: value.split(/[\s,-]+/).filter(Boolean) }) });
    },
    earlier: () => move(-1),
    later: () => move(1),
    comment: async () => {
      const code = list.current ? codeNow() : {};
      await dialogs.ask(`Comment on ${code.code || "the note"}`, "For those who read after you; no words that identify a person", "", { long: true, check: (value) => refused("comment", { ...code, text: value }) });
    },
    query: async () => {
      const code = list.current ? codeNow() : {};
      const draft = await call(`/api/notes/${view.place}/draft`, { ...code, ...(picked && !view.original ? picked : {}) });
      await dialogs.ask(`Query to the physician${code.code ? ` on ${code.code}` : ""}`, "A draft, never sent: change it, copy it, and flag the note", draft.text,
        { long: true, copy: true, save: "Flag for query", check: (value) => refused("query", { ...code, text: value }) });
    },
    answered: async () => {
      if (!view.asked) throw new Error("No query is open on this note.");
      await decide("answered", {}, "The query is answered");
    },
    mask: async () => {
      const words = pickedNow();
      const first = ["PATIENT_NAME", "CLINICIAN_NAME", "OTHER_NAME", "DATE", "MEDICAL_RECORD_NUMBER", "PHONE_NUMBER", "STREET_ADDRESS", "FACILITY", "OTHER_ID"];
      const kinds = [...first.filter((k) => about.entity_types.includes(k)), ...about.entity_types.filter((k) => !first.includes(k))];
      const kind = await dialogs.choose("What was missed?", kinds.map((k) => ({ value: k, words: k.replaceAll("_", " ").toLowerCase() })));
      if (!kind) return;
      picked = null;
      getSelection().removeAllRanges();
      await decide("mask", { ...words, entity_type: kind }, "Hidden, and recorded for the owners of redaction");
      showPicked();
    },
    expose: async () => {
      const words = pickedNow();
      const phi = view.phi.findIndex((p) => p.start < words.end && words.start < p.end);
      if (phi < 0) throw new Error("Nothing is redacted in the picked words.");
      await decide("expose", { phi }, "Recorded: no PHI here");
    },
    original: async () => {
      if (!about.originals) throw new Error("The originals are not at hand: start with --originals, or with --vault and its key.");
      const place = view.place;
      draw(view.original ? await call(`/api/notes/${place}`) : await call(`/api/notes/${place}/original`, {}));
      say(view.original ? "The original is shown" : "The redacted note is shown");
    },
    next_code: () => list.move(1),
    previous_code: () => list.move(-1),
    next_words: () => list.nextWords(),
    supports: async () => {
      const words = pickedNow();
      const told = await call(`/api/notes/${view.place}/supports`, words);
      const rows = [
        ...told.codes.map((c) => ({ value: { goto: c }, words: `${c.code} ${c.display} (${c.verdict})` })),
        ...told.not_coded.map((c) => ({ value: { add: c }, words: `${c.code} ${c.display} (seen, not coded: ${c.words})` })),
        ...told.hits.filter((h) => h.billable && !told.codes.some((c) => c.code === h.code)).map((h) => ({ value: { add: h }, words: `${h.code} ${h.title} (add)` })),
      ];
      if (!rows.length) throw new Error("No code is found for these words.");
      const chosen = await dialogs.choose("Codes that these words support", rows);
      if (!chosen) return;
      if (chosen.goto) list.select(list.order.findIndex((c) => c.code === chosen.goto.code && c.system === chosen.goto.system));
      else await decide("add", { system: chosen.add.system, code: chosen.add.code, evidence: [[words.start, words.end]] }, `${chosen.add.code} added`);
    },
    page: async () => {
      const code = codeNow(), told = await call("/api/page", code);
      await dialogs.show(`${told.system} ${told.code}`, el("p", {}, told.title, told.own_words ? el("span", { class: "by" }, " (our own words)") : null),
        ...told.sections.flatMap((s) => [el("h3", {}, s.title),
          ...(s.statements.length ? [el("table", {}, el("tbody", {}, ...s.statements.map((t) => el("tr", {}, el("th", { scope: "row" }, t.label), el("td", {}, t.value), el("td", {}, t.text, el("cite", {}, t.source))))))] : []),
          ...s.missing.map((m) => el("p", { class: "missing" }, m))]), el("p", { class: "soft" }, told.notice));
    },
    history: async () => {
      const told = await call(`/api/notes/${view.place}/history`);
      await dialogs.show("History", told.length ? el("table", {}, el("thead", {}, el("tr", {}, ...["when", "who", "what"].map((h) => el("th", { scope: "col" }, h)))), el("tbody", {}, ...told.map((d) => el("tr", {},
        el("td", {}, moment(d.at)), el("td", {}, d.who), el("td", {}, `${d.action} ${d.what}${d.earlier ? " (on an earlier result)" : ""}${d.reading ? ` (independent reading of ${d.reading})` : ""}`,
          el("cite", {}, `noteproc ${d.versions.result.noteproc}, ${Object.entries(d.versions.result.codesets).map(([k, v]) => `${k} ${v}`).join(", ")}`)))))) : el("p", { class: "soft" }, "Nothing yet."),
        ...view.queries.flatMap((q) => [el("h3", {}, `Query${q.code ? ` on ${q.code}` : ""}, ${q.who}, ${moment(q.at)}`), el("pre", {}, q.text)]),
        ...view.comments.flatMap((c) => [el("h3", {}, `Comment, ${c.who}, ${moment(c.at)}`), el("p", {}, c.text)]));
    },
    next_note: () => nextNote(),
    previous_note: async () => {
      const place = before.pop();
      if (place === undefined) say("There is no note before."); else await openNote(place, { remember: false });
    },
    finish: async () => { if (view.status === "done") await wentWell("Nothing is left here"); else if (await decide("finish", {}, "Note done")) await wentWell("Note done"); },
    text: () => { $("text").focus({ preventScroll: true }); if (!picked) text.step("right", false); },
    codes: () => $("codes").focus(),
    worklist: () => {
      const open = document.querySelector(".panes").classList.toggle("listed", document.activeElement !== $("rows"));
      $(open ? "rows" : "codes").focus();
    },
    find: () => { document.querySelector(".panes").classList.add("listed"); $("find").focus(); $("find").select(); },
    help: () => help(),
  };

  async function moved(told, words) {
    if (view && told.place === view.place) draw(told); else { if (view) before.push(view.place); draw(told); worklist.mark(told.place); }
    worked = 0;
    say(`${words}: ${told.told}`);
  }

  async function help() {
    const groups = [...new Set(about.commands.map((c) => c.group))];
    const wrong = el("p", { class: "error", role: "alert" });
    const set = async (given) => {
      try { Object.assign(preferences, await call("/api/preferences", given)); wrong.textContent = ""; } catch (error) { wrong.textContent = error.message; }
      learnKeys();
      for (const button of document.querySelectorAll(".keys button")) button.textContent = preferences.keys[button.dataset.of];
    };
    const remap = (command) => (event) => {
      const button = event.currentTarget;
      button.textContent = "…";
      button.onkeydown = (pressed) => {
        if (["Tab", "Shift", "Control", "Alt", "Meta"].includes(pressed.key)) return;
        pressed.preventDefault();
        pressed.stopPropagation();
        button.onkeydown = null;
        if (pressed.key === "Escape" || pressed.key.length !== 1) button.textContent = preferences.keys[command];
        else set({ keys: { ...preferences.keys, [command]: pressed.key } });
      };
    };
    const advance = el("input", { type: "checkbox", id: "advance", onchange: (event) => set({ advance: event.target.checked }) });
    advance.checked = preferences.advance;
    await dialogs.show("Keys", el("p", { class: "soft" }, "Press a key's button and then the key that you want instead. Arrow keys, Enter, Tab and Esc do what they always do; in the note arrow keys pick words."), wrong,
      ...groups.flatMap((group) => [el("h3", {}, group), el("table", { class: "keys" }, el("tbody", {}, ...about.commands.filter((c) => c.group === group).map((c) => el("tr", {},
        el("td", {}, el("button", { type: "button", "data-of": c.command, "aria-label": `${preferences.keys[c.command]}: change the key of: ${c.does}`, onclick: remap(c.command) }, preferences.keys[c.command])), el("td", {}, c.does)))))]),
      el("p", {}, el("label", {}, advance, " the next note opens by itself when all is decided")),
      el("p", {}, el("button", { type: "button", onclick: () => set({ keys: Object.fromEntries(about.commands.map((c) => [c.command, c.key])) }) }, "All keys as they were")));
  }

  // A browser tells late that the selection has changed: what is picked is read when a key is pressed.
  const readPicked = () => {
    if (document.querySelector("dialog[open]")) return;
    const selection = getSelection();
    if (!selection.rangeCount || !text.holder.contains(selection.anchorNode)) return;
    picked = text.picked();
    showPicked();
  };

  const run = (command) => {
    readPicked();
    return inLine(() => obey(command));
  };
  const obey = async (command) => {
    if (!view && !["help", "find", "worklist", "undo", "redo", "next_note"].includes(command)) return;
    await commands[command]();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-command]");
    if (button) run(button.dataset.command);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (typing) { if (event.key === "Escape") { document.querySelector(".panes").classList.remove("listed"); $("codes").focus(); } return; }
    if (document.activeElement === $("text")) {
      const how = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Home: "home", End: "end" }[event.key];
      if (how) { event.preventDefault(); text.step(how, event.shiftKey); return; }
      if (event.key === "Escape") { getSelection().removeAllRanges(); picked = null; showPicked(); $("codes").focus(); return; }
    }
    if (event.key === "Escape") { document.querySelector(".panes").classList.remove("listed"); return; }
    const command = commandOf.get(event.key);
    if (!command || (event.repeat && ["accept", "reject", "replace"].includes(command))) return;
    event.preventDefault();
    run(command);
  });
  document.addEventListener("selectionchange", readPicked);
  text.holder.addEventListener("click", (event) => {
    const span = event.target.closest("span");
    if (!span || span.place === undefined || (picked && picked.end - picked.start > 0)) return;
    const held = text.spans[span.place];
    if (held.phi >= 0 && !held.marks.length) { text.pick(held.start, held.end); return; }
    const ids = [...new Set(held.marks.map((mark) => mark.id))].filter((id) => list.order.some((code) => code.id === id));
    if (!ids.length) return;
    const next = ids[(ids.indexOf(list.current ? list.current.id : "") + 1) % ids.length];
    const top = text.holder.scrollTop;
    list.select(list.order.findIndex((code) => code.id === next), { scroll: false });
    text.holder.scrollTop = top;
  });

  learnKeys();
  progress(about.progress);
  await worklist.reload();
  if (!(await nextNote()) && worklist.row(0)) await openNote(worklist.row(0).place);
  document.body.dataset.ready = "";
}
