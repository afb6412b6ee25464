"use strict";
// Everything can be read without this: it sorts and filters tables, and copies SQL.
for (const table of document.querySelectorAll("table.data")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  const value = (row, place) => {
    const cell = row.cells[place], text = cell.dataset.v ?? cell.textContent, number = Number(text);
    return text === "" ? null : Number.isNaN(number) ? text : number;
  };
  const before = (one, other) => one === other ? 0 : one === null ? 1 : other === null ? -1
    : typeof one === typeof other ? (one < other ? -1 : 1) : typeof one === "number" ? -1 : 1;
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const way = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
      body.append(...[...body.rows].sort((a, b) => {
        const one = value(a, place), other = value(b, place);
        return one === null || other === null ? before(one, other) : way * before(one, other);
      }));
    });
  });
  if (body.rows.length > 10) {
    const filter = document.createElement("input");
    filter.type = "search";
    filter.className = "filter";
    filter.placeholder = "Filter";
    filter.setAttribute("aria-label", "Filter: " + table.caption.textContent);
    filter.addEventListener("input", () => {
      const words = filter.value.toLowerCase();
      for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(words);
    });
    table.parentNode.before(filter);
  }
}
for (const button of document.querySelectorAll(".copy")) {
  const code = button.parentNode.querySelector("code");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected: copy it";
    }
  });
}
