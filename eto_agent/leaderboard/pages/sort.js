"use strict";
// Tables sort by the column whose heading is pressed; pressed again, the other way round. Equal rows keep their order.
const compared = (a, b) => (a !== "" && b !== "" && !isNaN(a) && !isNaN(b) ? a - b : a.localeCompare(b, "en", { numeric: true }));

for (const button of document.querySelectorAll("th button[data-key]")) {
  button.addEventListener("click", () => {
    const heading = button.closest("th"), body = button.closest("table").tBodies[0], key = button.dataset.key;
    const before = heading.getAttribute("aria-sort");
    const first = button.dataset.first || "descending";
    const order = before === null ? first : before === "ascending" ? "descending" : "ascending";
    for (const other of heading.parentNode.children) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    body.append(...[...body.rows].sort((a, b) => sign * compared(a.dataset[key], b.dataset[key])));
  });
}
