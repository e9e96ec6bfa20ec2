// Colours of the theme, read from the style sheet's custom properties: a canvas does not inherit them.
import type { Tone } from "./spec";

export interface Palette {
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly card: string;
  readonly font: string;
  tone(name: Tone): string;
}

/** The colours that hold now; read again when the theme changes. */
export function palette(root: Element = document.documentElement): Palette {
  const style = getComputedStyle(root);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read("ink"),
    soft: read("soft"),
    line: read("line"),
    card: read("card"),
    font: getComputedStyle(document.body).fontFamily,
    tone: (name) => read(name) || read("accent"),
  };
}

/** Calls back when the colours change: another theme was set, or the system's changed. */
export function onThemeChange(changed: () => void): void {
  new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
    matchMedia(query).addEventListener("change", changed);
  }
}
