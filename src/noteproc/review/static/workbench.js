// The workbench's script: kept by hand, no build step, nothing fetched from elsewhere. All text reaches the page
// through textContent, so that a note that holds markup is shown as text. Offsets of the server count code points.

const $ = (id) => document.getElementById(id);
const page = document.body.dataset.page;
const csrf = document.querySelector('meta[name="csrf"]').content;

function el(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inside.filter((part) => part !== null && part !== undefined));
  return made;
}

// ---------------------------------------------------------------- calls and announcements

let calls = 0;
async function call(path, body) {
  let answer;
  document.body.toggleAttribute("data-calling", (calls += 1) > 0);
  try {
    answer = await fetch(path, body === undefined ? {} : {
      method: "POST", headers: { "content-type": "application/json", "x-noteproc-csrf": csrf }, body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The workbench does not answer: is noteproc review still running? Nothing was lost.");
  } finally {
    document.body.toggleAttribute("data-calling", (calls -= 1) > 0);
  }
  const kind = answer.headers.get("content-type") || "";
  const told = kind.includes("json") ? await answer.json() : { error: await answer.text() };
  if (!answer.ok && !told.stale) throw new Error(told.error || "That did not work.");
  return told;
}

let quiet = 0;
function say(words) {
  const said = $("said");
  said.textContent = words;
  said.classList.remove("old");
  clearTimeout(quiet);
  quiet = setTimeout(() => said.classList.add("old"), 3500);
}
let calm = 0;
function alarm(words) {
  $("alarm").textContent = words;
  clearTimeout(calm);
  calm = setTimeout(() => { $("alarm").textContent = ""; }, 7000);
}

// One thing after the other: a key that is pressed while the last decision is on its way waits for it.
let line = Promise.resolve(), waiting = 0;
function inLine(work) {
  document.body.toggleAttribute("data-busy", (waiting += 1) > 0);
  line = line.then(work).catch((error) => alarm(error.message)).finally(() => document.body.toggleAttribute("data-busy", (waiting -= 1) > 0));
  return line;
}

// ---------------------------------------------------------------- a note's text

class NoteText {
  constructor(holder, strip) {
    this.holder = holder;
    this.strip = strip;
    this.spans = [];
    this.words = [];
    this.marks = [];
    strip.addEventListener("click", (event) => {
      const share = (event.clientY - strip.getBoundingClientRect().top) / strip.clientHeight;
      holder.scrollTop = share * holder.scrollHeight - holder.clientHeight / 2;
    });
    holder.addEventListener("scroll", () => this.drawView(), { passive: true });
    new ResizeObserver(() => this.drawStrip()).observe(holder);
  }

  // items: [{id, evidence: [{start, end, role}]}]; phi, masks: [{start, end, ...}]
  show(text, items, phi, masks) {
    this.text = text;
    this.points = /[\ud800-\udfff]/.test(text) ? Array.from(text) : null;
    this.length = this.points ? this.points.length : text.length;
    const cuts = new Set([0, this.length]);
    const marks = [];
    for (const item of items) for (const e of item.evidence) marks.push({ ...e, id: item.id });
    for (const mark of [...marks, ...phi, ...masks]) { cuts.add(mark.start); cuts.add(mark.end); }
    this.cutBlocks(cuts);
    const edges = [...cuts].filter((at) => at >= 0 && at <= this.length).sort((a, b) => a - b);
    const opened = new Map();
    for (const mark of marks) {
      if (!opened.has(mark.start)) opened.set(mark.start, []);
      opened.get(mark.start).push(mark);
    }
    const cover = (spans) => {
      const sorted = spans.map((span, n) => ({ ...span, n })).sort((a, b) => a.start - b.start);
      let at = 0;
      return (start) => {
        while (at < sorted.length && sorted[at].end <= start) at += 1;
        return at < sorted.length && sorted[at].start <= start ? sorted[at] : null;
      };
    };
    const phiAt = cover(phi), maskAt = cover(masks);
    let live = [], block = null;
    const blocks = [];
    this.spans = [];
    for (let k = 0; k + 1 < edges.length; k += 1) {
      const [start, end] = [edges[k], edges[k + 1]];
      if (this.blockStarts.has(start) || block === null) blocks.push(block = el("div", { class: "block" }));
      live = live.filter((mark) => mark.end > start).concat(opened.get(start) || []);
      const redacted = phiAt(start), hidden = maskAt(start);
      const ids = [...new Set(live.map((mark) => mark.id))];
      const span = el("span", {}, this.slice(start, end));
      if (redacted) {
        span.classList.add("phi");
        span.title = `${redacted.entity_type}${redacted.exposed ? `: no PHI, says ${redacted.exposed}` : ""}`;
        if (redacted.exposed) span.classList.add("exposed");
      }
      if (hidden) { span.classList.add("mask"); span.title = `${hidden.entity_type}, hidden by ${hidden.who}`; }
      const loud = ids.filter((id) => !id.startsWith("left-"));
      if (live.length) span.classList.add("ev", ...(loud.length > 1 ? ["several"] : loud.length ? [] : ["quiet"]));
      this.spans.push({ start, end, node: span, marks: live, phi: redacted ? redacted.n : -1 });
      span.place = this.spans.length - 1;
      block.append(span);
    }
    this.holder.classList.toggle("columns", (text.match(/\S(?: {3,}|\t)\S/g) || []).length > 3);
    this.holder.replaceChildren(...(text ? blocks : [el("p", { class: "empty" }, "Nothing to show.")]));
    this.words = null;
    this.chosen = null;
    this.drawStrip();
  }

  // Long notes are drawn in blocks that end with a line, so that a browser lays out what is near.
  cutBlocks(cuts) {
    this.blockStarts = new Set([0]);
    let last = 0, at = 0;
    const text = this.points || this.text;
    for (at = 0; at < this.length; at += 1) {
      if (text[at] === "\n" && at + 1 - last > 1500) {
        last = at + 1;
        this.blockStarts.add(last);
        cuts.add(last);
      }
    }
  }

  slice(start, end) {
    return this.points ? this.points.slice(start, end).join("") : this.text.slice(start, end);
  }

  spanAt(offset) {
    let low = 0, high = this.spans.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.spans[middle].start <= offset) low = middle; else high = middle - 1;
    }
    return this.spans[low];
  }

  // A place in the page's text (UTF-16) for an offset (code points), and back.
  position(offset) {
    const span = this.spanAt(Math.min(offset, this.length - (offset >= this.length ? 1 : 0)));
    if (!span) return null;
    return [span.node.firstChild, this.slice(span.start, Math.min(offset, span.end)).length];
  }

  offset(node, at) {
    const inside = node.nodeType === Node.TEXT_NODE ? node.parentNode : node;
    if (inside.place === undefined) {
      const range = document.createRange();
      range.selectNodeContents(this.holder);
      range.setEnd(node, at);
      return Array.from(range.toString()).length;
    }
    const words = node.nodeType === Node.TEXT_NODE ? node.data.slice(0, at) : at ? inside.textContent : "";
    return this.spans[inside.place].start + (this.points ? Array.from(words).length : words.length);
  }

  // What is picked, as code points without blanks at the edges, or null.
  picked() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!this.holder.contains(range.startContainer) || !this.holder.contains(range.endContainer)) return null;
    let start = this.offset(range.startContainer, range.startOffset), end = this.offset(range.endContainer, range.endOffset);
    const text = this.points || this.text;
    while (start < end && /\s/.test(text[start])) start += 1;
    while (end > start && /\s/.test(text[end - 1])) end -= 1;
    return start < end ? { start, end } : null;
  }

  pick(start, end) {
    const from = this.position(start), to = this.position(end);
    if (from && to) getSelection().setBaseAndExtent(...from, ...to);
  }

  wordList() {
    if (this.words) return this.words;
    this.words = [];
    const text = this.points || this.text;
    let begin = -1;
    for (let at = 0; at <= this.length; at += 1) {
      const blank = at === this.length || /\s/.test(text[at]);
      if (!blank && begin < 0) begin = at;
      if (blank && begin >= 0) { this.words.push([begin, at]); begin = -1; }
    }
    return this.words;
  }

  // Moves the picked words: how is "left", "right", "up", "down", "home" or "end"; with extend the far end moves.
  step(how, extend) {
    const words = this.wordList();
    if (!words.length) return;
    const picked = this.picked();
    if (!picked) { this.anchor = null; }
    let focus = this.focusWord;
    if (!picked || focus === undefined || !words[focus]) {
      const top = this.holder.getBoundingClientRect().top;
      const first = this.spans.find((span) => span.node.getBoundingClientRect().bottom > top + 4);
      focus = Math.max(0, words.findIndex(([, end]) => end > (first ? first.start : 0)));
      this.anchor = focus;
    } else if (how === "left") focus = Math.max(0, focus - 1);
    else if (how === "right") focus = Math.min(words.length - 1, focus + 1);
    else focus = this.lineStep(words, focus, how);
    if (!extend || this.anchor === null || this.anchor === undefined) this.anchor = focus;
    this.focusWord = focus;
    const [from, to] = [Math.min(this.anchor, focus), Math.max(this.anchor, focus)];
    this.pick(words[from][0], words[to][1]);
    this.reveal(words[focus][0]);
    say(this.slice(words[from][0], words[to][1]));
  }

  lineStep(words, focus, how) {
    const text = this.points || this.text;
    const lineOf = (at) => { while (at > 0 && text[at - 1] !== "\n") at -= 1; return at; };
    const here = lineOf(words[focus][0]);
    if (how === "home") return words.findIndex(([start]) => start >= here);
    if (how === "end") { let k = focus; while (k + 1 < words.length && lineOf(words[k + 1][0]) === here) k += 1; return k; }
    if (how === "down") { const k = words.findIndex(([start], n) => n > focus && lineOf(start) !== here); return k < 0 ? focus : k; }
    let k = focus;
    while (k > 0 && lineOf(words[k][0]) === here) k -= 1;
    const before = lineOf(words[k][0]);
    return words.findIndex(([start]) => start >= before);
  }

  reveal(offset) {
    const span = this.spanAt(offset);
    if (!span) return;
    const position = this.position(offset), range = document.createRange();
    range.setStart(...position);
    range.setEnd(...position);
    const box = range.getClientRects()[0] || span.node.getBoundingClientRect(), frame = this.holder.getBoundingClientRect();
    if (box.top < frame.top + 40 || box.bottom > frame.bottom - 60) {
      this.holder.scrollTop += box.top - frame.top - this.holder.clientHeight / 3;
    }
  }

  // Paints a code's words; the first of them comes into sight.
  choose(id, which = 0, scroll = true) {
    this.chosen = id;
    const mine = [];
    for (const span of this.spans) {
      span.node.classList.remove("on", "main", "supporting", "here");
      const own = span.marks.filter((mark) => mark.id === id);
      if (!own.length) continue;
      span.node.classList.add("on", ...new Set(own.map((mark) => (mark.role === "supporting" ? "supporting" : "main"))));
      mine.push(...own);
    }
    const pieces = [...new Map(mine.map((mark) => [`${mark.start} ${mark.end}`, mark])).values()];
    pieces.sort((a, b) => (a.role === "supporting") - (b.role === "supporting") || a.start - b.start);
    if (pieces.length && scroll) {
      const piece = pieces[which % pieces.length];
      this.reveal(piece.start);
      for (const span of this.spans) {
        if (pieces.length > 1 && span.start >= piece.start && span.end <= piece.end && span.marks.length) span.node.classList.add("here");
      }
    }
    this.pieces = pieces;
    this.drawStrip();
    return pieces.length;
  }

  drawStrip() {
    const height = this.holder.scrollHeight || 1, base = this.holder.getBoundingClientRect().top - this.holder.scrollTop;
    const ticks = [];
    for (const span of this.spans) {
      if (!span.marks.length) continue;
      const roles = span.marks.filter((mark) => mark.id === this.chosen).map((mark) => (mark.role === "supporting" ? "supporting" : "main"));
      const tick = el("i", { class: roles.includes("main") ? "main" : roles[0] || "" });
      tick.style.top = `${((span.node.getBoundingClientRect().top - base) / height) * 100}%`;
      ticks.push(tick);
    }
    ticks.sort((a, b) => a.className.length - b.className.length);
    this.view = el("i", { class: "view" });
    this.strip.replaceChildren(...ticks, this.view);
    this.drawView();
  }

  drawView() {
    if (!this.view) return;
    const height = this.holder.scrollHeight || 1;
    this.view.style.top = `${(this.holder.scrollTop / height) * 100}%`;
    this.view.style.height = `${(this.holder.clientHeight / height) * 100}%`;
  }
}

// ---------------------------------------------------------------- codes

const KINDS = [["diagnosis", "diagnoses"], ["procedure", "procedures"], ["supply", "supplies"], ["drug", "drugs"]];
const SIGNS = { accepted: "✓", rejected: "✕", undecided: "○" };
const LEVELS = { error: ["✖", "error"], warning: ["⚠", "warning"], info: ["ℹ", "note"] };

class CodeList {
  constructor(list, detail, text, tools) {
    Object.assign(this, { list, detail, text, tools, codes: [], order: [], at: -1 });
    list.addEventListener("click", (event) => {
      const row = event.target.closest(".code");
      if (row) this.select(this.order.findIndex((code) => code.id === row.id));
    });
    list.addEventListener("keydown", (event) => {
      const steps = { ArrowDown: 1, ArrowUp: -1, Home: -1e6, End: 1e6, PageDown: 8, PageUp: -8 };
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in steps)) return;
      event.preventDefault();
      this.move(steps[event.key]);
    });
  }

  get current() { return this.order[this.at] || null; }

  show(view, keep) {
    const before = keep || (this.current && this.current.id);
    const top = this.list.scrollTop;
    const open = $("folded") && $("folded").open;
    this.codes = view.codes.map((code) => ({ ...code, id: `code-${code.system}-${code.code}`.replace(/[^\w-]/g, "_") }));
    const groups = [];
    for (const [verdict, title] of [["accepted", "Accepted"], ["undecided", "Suggested"], ["rejected", "Rejected"]]) {
      for (const [kind, name] of KINDS) {
        const held = this.codes.filter((code) => code.verdict === verdict && code.kind === kind);
        if (held.length) groups.push([`${title} ${name}`, held]);
      }
    }
    this.order = groups.flatMap(([, held]) => held);
    this.list.replaceChildren(...groups.map(([title, held], n) => el("div", { role: "group", "aria-labelledby": `group-${n}` },
      el("div", { class: "group-title", id: `group-${n}`, role: "presentation" }, title), ...held.map((code) => this.row(code)))));
    if (!groups.length) this.list.replaceChildren(el("p", { class: "group-title" }, "No codes."));
    this.fold(view, open);
    this.list.scrollTop = top;
    const at = this.order.findIndex((code) => code.id === before);
    this.select(at >= 0 ? at : this.order.findIndex((code) => code.verdict === "undecided"), { scroll: at < 0 });
  }

  row(code) {
    const errors = code.findings.filter((f) => f.level === "error").length, warnings = code.findings.filter((f) => f.level === "warning").length;
    const fill = code.score === null ? null : el("i");
    if (fill) fill.style.width = `${Math.round(code.score * 100)}%`;
    return el("div", { class: `code ${code.verdict}`, role: "option", id: code.id, "aria-selected": "false" },
      el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[code.verdict]),
      el("b", {}, code.code, el("span", { class: "hidden" }, `, ${code.verdict}, `)),
      el("span", { class: "title", title: code.display }, code.display),
      el("span", { class: "marks" },
        errors ? el("span", { class: "level error" }, "✖", el("span", { class: "hidden" }, "has an error ")) : null,
        warnings ? el("span", { class: "level warning" }, "⚠", el("span", { class: "hidden" }, "has a warning ")) : null,
        code.comments && code.comments.length ? el("span", {}, "✎", el("span", { class: "hidden" }, "has a comment ")) : null,
        code.modifiers.length ? el("span", {}, code.modifiers.map((m) => `-${m}`).join("")) : null,
        code.units > 1 ? el("span", {}, `×${code.units}`) : null,
        code.score === null ? el("span", { title: "brought by a person" }, "by hand") : el("span", { class: "score", "aria-hidden": "true" }, fill),
        code.score === null ? null : el("span", {}, el("span", { class: "hidden" }, "score "), code.score.toFixed(2))));
  }

  fold(view, open) {
    const old = $("folded");
    if (old) old.remove();
    if (!view.not_coded.length) return;
    const rows = view.not_coded.map((left, n) => el("button", { type: "button", onclick: () => this.showLeft(left, n) },
      el("b", {}, left.code), el("span", {}, left.display), el("small", {}, left.words || left.reason)));
    this.list.after(el("details", { id: "folded", open: Boolean(open) }, el("summary", {}, `Seen, not coded (${view.not_coded.length})`), el("div", { class: "left-out" }, ...rows)));
  }

  showLeft(left, n) {
    this.text.choose(`left-${n}`);
    for (const row of this.list.querySelectorAll(".code")) row.setAttribute("aria-selected", "false");
    this.at = -1;
    this.list.removeAttribute("aria-activedescendant");
    this.detail.replaceChildren(
      el("div", { class: "head" }, el("b", {}, left.code), el("span", { class: "chip" }, left.system), el("span", { class: "by" }, "seen, not coded")),
      el("p", {}, left.display), el("h3", {}, "Why it was left out"), el("p", {}, left.words || left.reason),
      el("p", { class: "soft" }, `Seen as “${left.term}”.`),
      this.tools ? el("div", { class: "actions" }, el("button", { type: "button", onclick: () => this.tools.addLeft(left) }, "Add it all the same")) : null);
  }

  move(by) {
    if (this.order.length) this.select(Math.min(this.order.length - 1, Math.max(0, this.at + by)));
  }

  select(at, { scroll = true } = {}) {
    this.at = Math.min(at, this.order.length - 1);
    for (const row of this.list.querySelectorAll(".code")) row.setAttribute("aria-selected", "false");
    const code = this.current;
    this.piece = 0;
    if (!code) {
      this.list.removeAttribute("aria-activedescendant");
      this.detail.replaceChildren();
      this.text.choose(null);
      return;
    }
    const row = $(code.id);
    row.setAttribute("aria-selected", "true");
    this.list.setAttribute("aria-activedescendant", code.id);
    const [box, frame] = [row.getBoundingClientRect(), this.list.getBoundingClientRect()];
    if (box.top < frame.top + 26) this.list.scrollTop += box.top - frame.top - 30;
    if (box.bottom > frame.bottom) this.list.scrollTop += box.bottom - frame.bottom + 4;
    this.text.choose(code.id, 0, scroll);
    this.drawDetail(code);
  }

  nextWords() {
    if (!this.current || !this.text.pieces.length) return;
    this.piece = (this.piece + 1) % this.text.pieces.length;
    this.text.choose(this.current.id, this.piece);
    say(`${this.piece + 1} of ${this.text.pieces.length}: ${this.text.slice(this.text.pieces[this.piece].start, this.text.pieces[this.piece].end)}`);
  }

  drawDetail(code) {
    const key = (name) => el("kbd", { "data-key": name }, this.tools ? this.tools.key(name) : "");
    const action = (name, words, primary) => el("button", { type: "button", class: primary ? "primary" : null, "data-command": name }, words, " ", key(name));
    const verdict = { accepted: "accepted", rejected: code.replaced_by ? `replaced by ${code.replaced_by}` : `rejected: ${code.reason_words}`, undecided: "" }[code.verdict];
    const parts = [
      el("div", { class: "head" }, el("b", {}, code.code), el("span", { class: "chip" }, code.system),
        el("span", { class: "chip" }, code.origin === "person" ? "by a person" : "by the engine"),
        verdict ? el("span", { class: "by" }, `${verdict}, ${code.who}`) : null),
      el("p", {}, code.display),
    ];
    if (this.tools) {
      parts.push(el("div", { class: "actions" }, action("accept", "Accept", true), action("reject", "Reject"), action("replace", "Replace"),
        action("units", `Units ${code.units}`), action("modifiers", code.modifiers.length ? `Modifiers ${code.modifiers.join(" ")}` : "Modifiers"),
        action("comment", "Comment"), action("query", "Query"), action("page", "Page")));
    }
    if (code.findings.length) parts.push(el("ul", {}, ...code.findings.map(finding)));
    if (code.band) parts.push(el("h3", {}, "Score"), el("p", {}, `${code.score.toFixed(2)}: ${code.band.name}; ${code.band.words}`));
    if (code.evidence.length) {
      parts.push(el("h3", {}, "Why"), el("ul", {}, ...code.evidence.map((e, n) => el("li", {},
        el("button", { type: "button", class: "quote", onclick: () => { this.text.choose(code.id, this.text.pieces.findIndex((p) => p.start === e.start && p.end === e.end)); } },
          el("span", { class: `ev on ${e.role === "supporting" ? "supporting" : "main"}` }, this.text.slice(e.start, e.end).replace(/\s+/g, " "))),
        el("span", { class: "by" }, ` ${[e.role === "supporting" ? "supporting" : "main", e.term ? `${e.match_kind} “${e.term}”` : "picked by a person", e.section.replaceAll("_", " "), e.assertion !== "present" ? e.assertion : ""].filter(Boolean).join(" · ")}`)))));
    }
    if (code.missing.length) parts.push(el("h3", {}, "Missing for a more specific code"), el("ul", {}, ...code.missing.map((m) => el("li", {}, m))));
    if (code.alternatives.length) {
      const said = new Set(code.display.toLowerCase().split(/\W+/));
      parts.push(el("h3", {}, "Near codes, and what tells them apart"), el("ul", {}, ...code.alternatives.map((a) => el("li", { class: "near" },
        el("b", {}, a.code), el("span", {}, ...apart(a.title || a.why, said), a.title && a.why && a.why !== a.title ? el("span", { class: "by" }, ` ${a.why}`) : null),
        this.tools ? el("button", { type: "button", "aria-label": `Replace by ${a.code}`, onclick: () => this.tools.replaceBy(a) }, "Use") : null))));
    }
    if (code.comments && code.comments.length) parts.push(el("h3", {}, "Comments"), el("ul", {}, ...code.comments.map(comment)));
    this.detail.replaceChildren(...parts);
    this.detail.scrollTop = 0;
  }
}

// A title with the words that the chosen code's title does not have in bold.
function apart(title, said) {
  return title.split(/(\w+)/).map((word) => (/\w/.test(word) && !said.has(word.toLowerCase()) ? el("strong", {}, word) : word));
}

function finding(f) {
  return el("li", { class: "finding" }, el("span", { class: `level ${f.level}` }, `${LEVELS[f.level][0]} ${LEVELS[f.level][1]} `),
    el("b", {}, f.code), ` ${f.message}`, el("small", {}, f.source));
}

function comment(c) {
  return el("li", {}, c.text, el("span", { class: "by" }, ` ${c.who}, ${moment(c.at)}`));
}

function moment(at) {
  return new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

// ---------------------------------------------------------------- dialogs

const dialogs = {
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

// ---------------------------------------------------------------- looks

function themeButton(preferences) {
  const root = document.documentElement;
  $("theme").onclick = async () => {
    const next = { system: "light", light: "dark", dark: "system" }[root.dataset.theme];
    root.dataset.theme = next;
    say({ system: "The system's colours", light: "Light", dark: "Dark" }[next]);
    Object.assign(preferences, await call("/api/preferences", { theme: next }));
  };
}

// ---------------------------------------------------------------- the workbench

class Worklist {
  constructor(open) {
    Object.assign(this, { open, pages: new Map(), count: 0, at: -1, current: null, asked: 0 });
    this.frame = $("rows");
    this.space = $("space");
    this.height = 46;
    this.frame.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.frame);
    this.frame.addEventListener("click", (event) => {
      const row = event.target.closest(".note-row");
      if (row) { this.at = row.at; this.open(row.note); }
    });
    this.frame.addEventListener("focus", () => { if (this.at < 0 && this.count) { this.at = 0; } this.draw(); });
    this.frame.addEventListener("keydown", (event) => {
      const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e7, End: 1e7 };
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter") { const row = this.row(this.at); if (row) this.open(row.place); }
      else if (event.key in steps) { this.at = Math.min(this.count - 1, Math.max(0, this.at + steps[event.key])); this.into(this.at); this.draw(); }
      else return;
      event.preventDefault();
    });
    for (const id of ["status", "order"]) $(id).addEventListener("change", () => this.reload());
    let timer = 0;
    $("find").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => this.reload(), 120); });
    $("find").addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); this.at = 0; this.frame.focus(); }
      if (event.key === "Escape") { event.target.value = ""; this.reload(); }
    });
    document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  }

  get wish() { return { status: $("status").value, search: $("find").value, order: $("order").value }; }

  row(at) {
    const held = this.pages.get(Math.floor(at / 100));
    return held && held[at % 100];
  }

  async reload() {
    this.asked += 1;
    this.pages.clear();
    await this.load(0);
    this.at = -1;
    this.frame.scrollTop = 0;
    this.draw();
  }

  async load(number) {
    if (this.pages.has(number)) return;
    const mine = this.asked;
    this.pages.set(number, []);
    const told = await call("/api/worklist", { ...this.wish, first: number * 100, most: 100 });
    if (mine !== this.asked) return;
    this.pages.set(number, told.rows);
    this.count = told.count;
    $("count").textContent = `${told.count.toLocaleString()} notes`;
    this.space.style.height = `${told.count * this.height}px`;
    progress(told.progress);
    this.draw();
  }

  into(at) {
    const top = at * this.height;
    if (top < this.frame.scrollTop) this.frame.scrollTop = top;
    if (top + this.height > this.frame.scrollTop + this.frame.clientHeight) this.frame.scrollTop = top + this.height - this.frame.clientHeight;
  }

  draw() {
    const first = Math.max(0, Math.floor(this.frame.scrollTop / this.height) - 4);
    const last = Math.min(this.count - 1, first + Math.ceil(this.frame.clientHeight / this.height) + 8);
    for (let k = Math.floor(first / 100); k <= Math.floor(Math.max(0, last) / 100); k += 1) this.load(k).catch((error) => alarm(error.message));
    const rows = [];
    for (let at = first; at <= last; at += 1) {
      const note = this.row(at);
      if (!note) continue;
      const what = note.undecided === note.suggestions && !note.accepted ? `${note.suggestions} codes` : `${note.accepted} accepted, ${note.undecided} left`;
      const row = el("div", { class: `note-row ${note.status}${at === this.at ? " cursor" : ""}`, role: "option", id: `row-${at}`, "aria-selected": String(note.place === this.current),
        "aria-setsize": this.count, "aria-posinset": at + 1 },
        el("b", { title: note.note_id }, note.note_id, el("span", { class: "hidden" }, `, ${note.status}, `)),
        el("small", { title: "doubt: how many wrong calls to expect if every score is taken at its word" }, `${what} · doubt ${note.doubt.toFixed(1)}${note.who ? ` · ${note.who}` : ""}`));
      row.style.top = `${at * this.height}px`;
      row.at = at;
      row.note = note.place;
      rows.push(row);
    }
    this.space.replaceChildren(...rows);
    if (rows.some((row) => row.at === this.at)) this.frame.setAttribute("aria-activedescendant", `row-${this.at}`);
    else this.frame.removeAttribute("aria-activedescendant");
  }

  mark(place) {
    this.current = place;
    const at = this.placeAt(place);
    if (at >= 0) { this.at = at; this.into(at); }
    this.draw();
  }

  placeAt(place) {
    for (const [number, held] of this.pages) {
      const n = held.findIndex((row) => row.place === place);
      if (n >= 0) return number * 100 + n;
    }
    return -1;
  }

  update(view) {
    const at = this.placeAt(view.place);
    if (at < 0) return;
    const left = view.codes.filter((code) => code.verdict === "undecided").length, accepted = view.codes.filter((code) => code.verdict === "accepted").length;
    Object.assign(this.row(at), { status: view.status, undecided: left, accepted });
    this.draw();
  }
}

function progress(p) {
  if (!p) return;
  $("bar").max = Math.max(1, p.total);
  $("bar").value = p.done;
  $("done").textContent = `${p.done.toLocaleString()} of ${p.total.toLocaleString()} done${p.query ? `, ${p.query} waiting` : ""}`;
}

async function workbench() {
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
    const items = view.codes.map((code) => ({ id: `code-${code.system}-${code.code}`.replace(/[^\w-]/g, "_"), evidence: code.evidence }));
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
      if (code) await decide("add", { ...code, evidence: words ? [[words.start, words.end]] : [] }, `${code.code} added`, `code-${code.system}-${code.code}`.replace(/[^\w-]/g, "_"));
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

  const run = (command) => inLine(async () => {
    if (!view && !["help", "find", "worklist", "undo", "redo", "next_note"].includes(command)) return;
    await commands[command]();
  });

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
  document.addEventListener("selectionchange", () => {
    if (document.querySelector("dialog[open]")) return;
    const selection = getSelection();
    if (!selection.rangeCount || !text.holder.contains(selection.anchorNode)) return;
    picked = text.picked();
    showPicked();
  });
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

// ---------------------------------------------------------------- try a note

async function tryPage() {
  const about = await call("/api/start");
  themeButton(about.preferences);
  const text = new NoteText($("text"), $("strip"));
  const list = new CodeList($("codes"), $("detail"), text, null);
  const pasted = $("pasted");
  text.show("", [], [], []);
  const go = async () => {
    if (!pasted.value.trim()) return say("Paste a note first.");
    say("Redacting and coding …");
    const style = document.querySelector('input[name="style"]:checked').value;
    const told = await call("/api/try", { text: pasted.value, style, setting: $("setting").value });
    const codes = told.suggestions.map((s) => ({ ...s, verdict: "undecided", origin: "engine", comments: [], band: null, alternatives: s.alternatives.map((a) => ({ ...a, title: "" })) }));
    const named = codes.map((code) => ({ id: `code-${code.system}-${code.code}`.replace(/[^\w-]/g, "_"), evidence: code.evidence }));
    told.not_coded.forEach((left, n) => named.push({ id: `left-${n}`, evidence: [{ start: left.start, end: left.end, role: "main" }] }));
    text.show(told.text, named, told.phi.map((p) => ({ start: p.redacted_start, end: p.redacted_end, entity_type: p.entity_type })), []);
    list.show({ codes, not_coded: told.not_coded });
    list.select(0);
    $("chips").replaceChildren(el("span", { class: "chip" }, told.setting), el("span", { class: "chip" }, `${told.phi.length} redacted`));
    $("tally").textContent = `${codes.length} suggested`;
    say(`${told.phi.length} identifiers redacted, ${codes.length} codes suggested`);
    document.body.dataset.tried = style;
  };
  $("try-form").addEventListener("submit", (event) => { event.preventDefault(); inLine(go); });
  for (const style of document.querySelectorAll('input[name="style"]')) style.addEventListener("change", () => { if (document.body.dataset.tried) inLine(go); });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    pasted.addEventListener(kind, async (event) => {
      event.preventDefault();
      pasted.classList.toggle("over", kind === "dragover");
      if (kind !== "drop") return;
      const file = event.dataTransfer.files[0];
      pasted.value = file ? await file.text() : event.dataTransfer.getData("text/plain");
      inLine(go);
    });
  }
  document.body.dataset.ready = "";
}

const pages = { workbench, try: tryPage, stats: async () => { themeButton((await call("/api/start")).preferences); document.body.dataset.ready = ""; } };
inLine(pages[page]);
