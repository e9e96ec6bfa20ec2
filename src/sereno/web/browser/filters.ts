// `<form data-filters>`: a choice applies at once, and fields left empty stay out of the address.

const CHOICES = "select, input[type=checkbox], input[type=radio], input[type=date]";

export function filters(): void {
  document.addEventListener("change", (event) => {
    const field = event.target as Element;
    const form = field.closest<HTMLFormElement>("form[data-filters]");
    if (form && field.matches(CHOICES)) form.requestSubmit();
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
