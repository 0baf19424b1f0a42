// A note's text on the page: marks, picked words, the strip. Offsets of the server count code points, those of the
// page UTF-16 units; this is the one place that knows both.

import { el, say } from "./page.js";

export class NoteText {
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
    new ResizeObserver(() => { this.measure(); this.drawStrip(); }).observe(holder);
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
    this.measure();
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

  // Where each span stands is measured once, and again when the pane's size has changed.
  measure() {
    const base = this.holder.getBoundingClientRect().top - this.holder.scrollTop;
    this.height = this.holder.scrollHeight || 1;
    for (const span of this.spans) if (span.marks.length) span.top = ((span.node.getBoundingClientRect().top - base) / this.height) * 100;
  }

  drawStrip() {
    const ticks = [];
    for (const span of this.spans) {
      if (!span.marks.length) continue;
      const roles = span.marks.filter((mark) => mark.id === this.chosen).map((mark) => (mark.role === "supporting" ? "supporting" : "main"));
      const tick = el("i", { class: roles.includes("main") ? "main" : roles[0] || "" });
      tick.style.top = `${span.top}%`;
      ticks.push(tick);
    }
    ticks.sort((a, b) => a.className.length - b.className.length);
    this.view = el("i", { class: "view" });
    this.strip.replaceChildren(...ticks, this.view);
    this.drawView();
  }

  drawView() {
    if (!this.view) return;
    const height = this.height;
    this.view.style.top = `${(this.holder.scrollTop / height) * 100}%`;
    this.view.style.height = `${(this.holder.clientHeight / height) * 100}%`;
  }
}
