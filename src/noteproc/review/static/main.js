// The way in: which page this is.

import { call, inLine, themeButton } from "./page.js";
import { tryPage } from "./trial.js";
import { workbench } from "./workbench.js";

async function figures() {
  themeButton((await call("/api/start")).preferences);
  document.body.dataset.ready = "";
}

inLine({ workbench, try: tryPage, stats: figures }[document.body.dataset.page]);
