// Moments: `<time datetime data-local>` in the reader's own zone (UTC in the title), `<time datetime data-relative>` as
// "3 minutes ago", kept true while the page is open. The zone goes to the server in a cookie, for its next page.
import { within } from "./within";

const REFRESH = 15_000;
const YEAR = 31_536_000;
const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", Infinity],
];

export function rememberZone(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (/^[A-Za-z0-9_+\-/]{1,64}$/.test(zone)) {
    document.cookie = `sereno_tz=${zone}; Path=/sereno; Max-Age=${YEAR}; SameSite=Lax`;
  }
}

export function moments(root: ParentNode, lang: string): void {
  const shown = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "medium" });
  for (const time of within(root, "time[data-local]") as HTMLTimeElement[]) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.textContent = shown.format(at);
    time.title = at.toISOString();
  }
  refresh(root, lang);
}

export function keepFresh(lang: string): void {
  const all = (): void => {
    if (!document.hidden) refresh(document, lang);
  };
  setInterval(all, REFRESH);
  document.addEventListener("visibilitychange", all);
}

function refresh(root: ParentNode, lang: string): void {
  const format = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
  const now = Date.now();
  for (const time of within(root, "time[data-relative]") as HTMLTimeElement[]) {
    const at = Date.parse(time.dateTime);
    if (!Number.isNaN(at)) time.textContent = relative((at - now) / 1000, format);
  }
}

function relative(seconds: number, format: Intl.RelativeTimeFormat): string {
  let value = seconds;
  for (const [unit, size] of STEPS) {
    if (Math.abs(value) < size) return format.format(Math.trunc(value), unit);
    value /= size;
  }
  return "";
}
