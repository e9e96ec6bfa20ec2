// The first module, on every page: what a page can do beyond links and forms. All of it is an addition.
import htmx from "htmx.org";
import { figures } from "./figures";
import { theme } from "./theme";
import { words } from "./words";

htmx.config.allowEval = false; // the content security policy forbids it, so no attribute may rely on it
htmx.config.allowScriptTags = false;
htmx.config.includeIndicatorStyles = false; // would be an inline style
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // conversations are not to be kept in the browser's storage
htmx.config.refreshOnHistoryMiss = true;

const lang = document.documentElement.lang || "en";
const said = words(lang);

theme();
htmx.onLoad((element) => figures(element as HTMLElement, lang, said));
