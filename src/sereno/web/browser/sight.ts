// What is focused is seen whole: browsers leave a link alone that sticks out of a row which scrolls sideways.
export function sight(): void {
  document.addEventListener("focusin", (event) => {
    if (event.target instanceof Element) event.target.closest("nav a")?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
  });
}
