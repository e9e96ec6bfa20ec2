// One polite live region for the page: what happened, for those who do not see it happen.

let region: HTMLElement | undefined;

export function announce(text: string): void {
  if (!region) {
    region = document.createElement("p");
    region.className = "hidden";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = text;
}
