// The worklist: rows are fetched and drawn as they come into sight, however many notes there are.

import { $, alarm, call, el } from "./page.js";

export class Worklist {
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
    this.mark(this.current);
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

export function progress(p) {
  if (!p) return;
  $("bar").max = Math.max(1, p.total);
  $("bar").value = p.done;
  $("done").textContent = `${p.done.toLocaleString()} of ${p.total.toLocaleString()} done${p.query ? `, ${p.query} waiting` : ""}`;
}
