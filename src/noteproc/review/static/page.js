// What every page needs: elements, calls to the server, announcements, the looks. No build step, nothing fetched from
// elsewhere. All text reaches the page through textContent, so that a note that holds markup is shown as text.

export const $ = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...inside) {
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

const csrf = document.querySelector('meta[name="csrf"]').content;
let calls = 0;
export async function call(path, body) {
  document.body.toggleAttribute("data-calling", (calls += 1) > 0);
  try {
    return await answered(path, body);
  } finally {
    document.body.toggleAttribute("data-calling", (calls -= 1) > 0);
  }
}

async function answered(path, body) {
  let answer;
  try {
    answer = await fetch(path, body === undefined ? {} : {
      method: "POST", headers: { "content-type": "application/json", "x-noteproc-csrf": csrf }, body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The workbench does not answer: is noteproc review still running? Nothing was lost.");
  }
  const kind = answer.headers.get("content-type") || "";
  const told = kind.includes("json") ? await answer.json() : { error: await answer.text() };
  if (!answer.ok && !told.stale) throw new Error(told.error || "That did not work.");
  return told;
}

let quiet = 0;
export function say(words) {
  const said = $("said");
  said.textContent = words;
  said.classList.remove("old");
  clearTimeout(quiet);
  quiet = setTimeout(() => said.classList.add("old"), 3500);
}
let calm = 0;
export function alarm(words) {
  $("alarm").textContent = words;
  clearTimeout(calm);
  calm = setTimeout(() => { $("alarm").textContent = ""; }, 7000);
}

// One thing after the other: a key that is pressed while the last decision is on its way waits for it.
let line = Promise.resolve(), waiting = 0;
export function inLine(work) {
  document.body.toggleAttribute("data-busy", (waiting += 1) > 0);
  line = line.then(work).catch((error) => alarm(error.message)).finally(() => document.body.toggleAttribute("data-busy", (waiting -= 1) > 0));
  return line;
}

export function themeButton(preferences) {
  const root = document.documentElement;
  $("theme").onclick = async () => {
    const next = { system: "light", light: "dark", dark: "system" }[root.dataset.theme];
    root.dataset.theme = next;
    say({ system: "The system's colours", light: "Light", dark: "Dark" }[next]);
    Object.assign(preferences, await call("/api/preferences", { theme: next }));
  };
}
