// The codes of a note: the list, and everything about the chosen one.

import { $, el, say } from "./page.js";

const KINDS = [["diagnosis", "diagnoses"], ["procedure", "procedures"], ["supply", "supplies"], ["drug", "drugs"]];
const MOST_QUOTES = 20;
const SIGNS = { accepted: "✓", rejected: "✕", undecided: "○" };
export const LEVELS = { error: ["✖", "error"], warning: ["⚠", "warning"], info: ["ℹ", "note"] };

export class CodeList {
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
    this.codes = view.codes.map((code) => ({ ...code, id: codeId(code) }));
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
        action("comment", "Comment"), action("query", "Query"), action("page", "Page"),
        ...(code.verdict === "accepted" ? [action("earlier", "Up"), action("later", "Down")] : [])));
    }
    if (code.findings.length) parts.push(el("ul", {}, ...code.findings.map(finding)));
    if (code.band) parts.push(el("h3", {}, "Score"), el("p", {}, `${code.score.toFixed(2)}: ${code.band.name}; ${code.band.words}`));
    if (code.evidence.length) parts.push(el("h3", {}, "Why"), this.why(code));
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

  // The words that support a code, and how each was found; a click shows them in the note.
  why(code) {
    const rows = code.evidence.slice(0, MOST_QUOTES).map((e) => {
      const role = e.role === "supporting" ? "supporting" : "main";
      const how = [role, e.term ? `${e.match_kind} “${e.term}”` : "picked by a person", e.section.replaceAll("_", " "), e.assertion === "present" ? "" : e.assertion];
      const jump = () => this.text.choose(code.id, this.text.pieces.findIndex((p) => p.start === e.start && p.end === e.end));
      const words = this.text.slice(e.start, e.end).replace(/\s+/g, " ");
      return el("li", {}, el("button", { type: "button", class: "quote", onclick: jump }, el("span", { class: `ev on ${role}` }, words)),
        el("span", { class: "by" }, ` ${how.filter(Boolean).join(" · ")}`));
    });
    const more = code.evidence.length - rows.length;
    return el("ul", {}, ...rows, more > 0 ? el("li", { class: "by" }, `and ${more} more places`) : null);
  }
}

// The id of a code's row, and of its words in the note.
export function codeId(code) {
  return `code-${code.system}-${code.code}`.replace(/[^\w-]/g, "_");
}

// A title with the words that the chosen code's title does not have in bold.
function apart(title, said) {
  return title.split(/(\w+)/).map((word) => (/\w/.test(word) && !said.has(word.toLowerCase()) ? el("strong", {}, word) : word));
}

export function finding(f) {
  return el("li", { class: "finding" }, el("span", { class: `level ${f.level}` }, `${LEVELS[f.level][0]} ${LEVELS[f.level][1]} `),
    el("b", {}, f.code), ` ${f.message}`, el("small", {}, f.source));
}

function comment(c) {
  return el("li", {}, c.text, el("span", { class: "by" }, ` ${c.who}, ${moment(c.at)}`));
}

export function moment(at) {
  return new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}
