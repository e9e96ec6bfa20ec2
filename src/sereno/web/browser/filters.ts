// `<form data-filters>`: a choice applies at once, and fields left empty stay out of the address.

export function filters(): void {
  document.addEventListener("change", (event) => {
    const field = event.target as Element;
    const form = field.closest<HTMLFormElement>("form[data-filters]");
    if (form && field.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("[data-filters]")) return;
    for (const field of emptyFields(form)) field.disabled = true;
  });
  // Back from the next page the browser may show this one as it was left.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-filters]")) {
      for (const field of emptyFields(form)) field.disabled = false;
    }
  });
}

function emptyFields(form: HTMLFormElement): (HTMLInputElement | HTMLSelectElement)[] {
  const fields = [...form.elements].filter(
    (field) => field instanceof HTMLInputElement || field instanceof HTMLSelectElement,
  );
  return fields.filter((field) => field.name !== "" && field.value === "");
}
