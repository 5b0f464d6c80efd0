// Filters above the table of the registry. Everything is read from the table itself: without this file it is a table.
"use strict";

(() => {
  const table = document.querySelector("#registry table");
  if (!table) return;

  // The columns to choose from, by the words of their headings; a cell holds values parted by ", ".
  const CHOSEN = ["roles", "category", "cloud", "incremental"];
  const NONE = "none";

  const headings = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows];
  const valuesOf = (row, name) => row.cells[headings.indexOf(name)].textContent.trim().split(", ").map((v) => v || NONE);

  const form = document.createElement("form");
  form.className = "registry-filter";
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", "Connectors");
  const said = document.createElement("output");
  const controls = new Map();

  const add = (name, text, control) => {
    const label = document.createElement("label");
    const field = document.createElement("div");
    control.id = label.htmlFor = `registry-${name}`;
    control.name = name;
    label.append(text);
    field.append(label, control);
    form.append(field);
    controls.set(name, control);
  };
  for (const name of CHOSEN) {
    const select = document.createElement("select");
    const values = [...new Set(rows.flatMap((row) => valuesOf(row, name)))].sort();
    select.append(new Option("any", ""), ...values.map((value) => new Option(value, value)));
    add(name, name[0].toUpperCase() + name.slice(1), select);
  }
  const words = document.createElement("input");
  words.type = "search";
  words.placeholder = "name, engine, object";
  add("words", "Words", words);
  form.append(said);

  const show = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const fits =
        wanted.every((word) => text.includes(word)) &&
        CHOSEN.every((name) => ["", ...valuesOf(row, name)].includes(controls.get(name).value));
      row.hidden = !fits;
      shown += fits;
    }
    said.textContent = `${shown} of ${rows.length} connectors`;
  };

  // The filter is kept behind the "#" of the address, so that it can be bookmarked and sent.
  const read = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const [name, control] of controls) {
      control.value = state.get(name) ?? "";
      // A value that no row has (any more) chooses nothing.
      if (control.selectedIndex === -1) control.value = "";
    }
    show();
  };
  const write = () => {
    const state = new URLSearchParams();
    for (const [name, control] of controls) if (control.value) state.set(name, control.value);
    history.replaceState(null, "", `${location.pathname}${location.search}${state.size ? `#${state}` : ""}`);
    show();
  };

  form.addEventListener("input", write);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", read);
  table.before(form);
  read();
})();
