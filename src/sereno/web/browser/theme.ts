// Light, dark, or as the system: `<html data-theme>`, kept in a cookie so that the server's next page has it at once.

const KEY = "sereno_theme";
const YEAR = 31_536_000;
type Theme = "auto" | "light" | "dark";

export function theme(): void {
  const buttons = (): NodeListOf<HTMLElement> => document.querySelectorAll<HTMLElement>("[data-theme-set]");
  const show = (chosen: Theme): void => {
    if (chosen === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = chosen;
    for (const button of buttons()) button.setAttribute("aria-pressed", String(button.dataset["themeSet"] === chosen));
  };
  document.querySelectorAll<HTMLElement>("[data-themes]").forEach((group) => (group.hidden = false));
  show(stored() ?? known(document.documentElement.dataset["theme"]));
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-theme-set]");
    if (!button) return;
    const chosen = known(button.dataset["themeSet"]);
    store(chosen);
    show(chosen);
  });
  addEventListener("storage", (event) => event.key === KEY && show(known(event.newValue)));
}

function known(text: string | null | undefined): Theme {
  return text === "light" || text === "dark" ? text : "auto";
}

/** What was chosen in this browser, null where nothing was: then the server's page stands. */
function stored(): Theme | null {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept !== null) return known(kept);
  } catch {
    // storage is off: the cookie may still be there
  }
  const cookie = /(?:^|; )sereno_theme=([a-z]+)/.exec(document.cookie);
  return cookie ? known(cookie[1]) : null;
}

function store(chosen: Theme): void {
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // storage is off: the cookie remembers
  }
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${KEY}=${chosen}; Path=/sereno; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}
