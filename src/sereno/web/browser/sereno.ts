// The first module, on every page: what a page can do beyond links and forms. All of it is an addition.
import htmx from "htmx.org";
import { announce } from "./announce";
import { copy, showCopyButtons } from "./copy";
import { explain } from "./explain";
import { facts } from "./facts";
import { figures } from "./figures";
import { filters } from "./filters";
import { keys } from "./keys";
import { live } from "./live";
import { keepFresh, moments, rememberZone } from "./moments";
import { pops } from "./pops";
import { rows } from "./rows";
import { sight } from "./sight";
import { theme } from "./theme";
import { words } from "./words";

htmx.config.allowEval = false; // the content security policy forbids it: no hx-on, no js:, no [filter] of a trigger
htmx.config.includeIndicatorStyles = false; // would be an inline style
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // conversations are not to be kept in the browser's storage
htmx.config.refreshOnHistoryMiss = true;

// allowScriptTags stays: without it htmx drops the JSON of figures, and the policy runs no inline script anyway.

const lang = document.documentElement.lang || "en";
const said = words(lang);

theme();
rememberZone();
copy(said);
filters();
pops();
rows();
sight();
keys(said);
facts();
keepFresh(lang);

htmx.onLoad((loaded) => {
  const root = loaded as HTMLElement;
  figures(root, lang, said);
  moments(root, lang);
  showCopyButtons(root);
  explain(root, said);
  live(root, said, (row) => {
    htmx.process(row);
    moments(row, lang);
  });
});

document.addEventListener("htmx:beforeRequest", (event) => {
  // What polls (`hx-trigger="every …"`) rests while nobody sees it.
  const element = event.target as Element;
  if (document.hidden && element.getAttribute("hx-trigger")?.includes("every")) event.preventDefault();
});
for (const kind of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(kind, () => announce(said.failed));
}
document.documentElement.dataset["ready"] = "true";
