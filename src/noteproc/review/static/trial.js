// Try a note: redacted and coded at once, in every style of replacement; nothing is stored.

import { CodeList, codeId } from "./codes.js";
import { $, call, el, inLine, say, themeButton } from "./page.js";
import { NoteText } from "./text.js";

export async function tryPage() {
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
    const named = codes.map((code) => ({ id: codeId(code), evidence: code.evidence }));
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
