// `<form data-filters>`: a choice applies at once, and fields left empty stay out of the address. Arrow keys run through
// a list's entries, each a choice: there Enter applies, so that the reader gets past the first.

const CHOICES = "select, input[type=checkbox], input[type=radio], input[type=date]";
const OPENS = new Set(["Enter", " ", "F4"]);

export function filters(): void {
  let running: EventTarget | null = null; // the list that keys run through
  document.addEventListener("keydown", (event) => {
    const field = event.target as Element;
    const form = field.closest<HTMLFormElement>("form[data-filters]");
    if (!form || !field.matches("select")) return;
    if (event.key === "Enter" && running === field) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key !== "Tab") {
      running = OPENS.has(event.key) || event.altKey ? null : field;
    }
  });
  document.addEventListener("pointerdown", () => (running = null));
  document.addEventListener("change", (event) => {
    const field = event.target as Element;
    const form = field.closest<HTMLFormElement>("form[data-filters]");
    if (form && field.matches(CHOICES) && running !== field) form.requestSubmit();
  });
  document.addEventListener("formdata", (event) => {
    if (!(event.target as Element).matches("[data-filters]")) return;
    const data = event.formData;
    for (const name of new Set(data.keys())) {
      const given = data.getAll(name).filter((value) => value !== "");
      data.delete(name);
      for (const value of given) data.append(name, value);
    }
  });
}
