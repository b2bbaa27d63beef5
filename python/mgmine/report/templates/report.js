"use strict";
(() => {
  const form = document.getElementById("filter");
  const rows = [...document.querySelectorAll(".relations tbody tr")];
  const items = [...document.querySelectorAll(".evidence > li")];
  if (!rows.length && !items.length) return;
  form.hidden = false;
  const told = document.getElementById("told");
  const only = document.getElementById("only");
  // How many are drawn before "Show more" is pressed; filters always look through all of them.
  const page = { relations: 40, evidence: 40 };
  const shown = { ...page };
  let relation = null;
  const words = new Map([...rows, ...items].map((element) => [element, element.textContent.toLowerCase()]));
  const has = (list, word) => !word || list.split(" ").includes(word);

  function fits(element, wanted) {
    const data = element.dataset;
    if (!has(data.family, wanted.family) || !has(data.predicate, wanted.predicate)) return false;
    if (wanted.from && !(data.to && Number(data.to) >= wanted.from)) return false;
    if (wanted.to && !(data.from && Number(data.from) <= wanted.to)) return false;
    return words.get(element).includes(wanted.text);
  }

  function draw(elements, kind, keep) {
    let found = 0;
    for (const element of elements) {
      const good = keep(element);
      if (good) found += 1;
      element.hidden = !good || found > shown[kind];
    }
    const more = document.querySelector(`[data-more=${kind}]`);
    if (more) more.hidden = found <= shown[kind];
    return found;
  }

  function update() {
    const given = new FormData(form);
    const wanted = {
      text: given.get("text").trim().toLowerCase(), family: given.get("family"), predicate: given.get("predicate"),
      from: Number(given.get("from")), to: Number(given.get("to")),
    };
    const relations = draw(rows, "relations", (row) => fits(row, wanted));
    const sentences = draw(items, "evidence", (item) =>
      relation ? item.dataset.ids.split(" ").includes(relation) : fits(item, wanted));
    told.textContent = `${relations.toLocaleString("en")} relations, ${sentences.toLocaleString("en")} sentences`;
    if (only) only.hidden = !relation;
  }

  function fresh() {
    Object.assign(shown, page);
    update();
  }

  form.addEventListener("input", () => { relation = null; fresh(); });
  form.addEventListener("reset", () => setTimeout(() => { relation = null; fresh(); }));
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const row of rows) {
    row.querySelector(".relation").addEventListener("click", () => {
      relation = row.dataset.id;
      if (only) only.querySelector("b").textContent = row.querySelector(".relation").textContent.replace(/\s+/g, " ").trim();
      fresh();
    });
  }
  for (const side of document.querySelectorAll(".side")) {
    side.addEventListener("click", () => {
      relation = side.dataset.id;
      const pair = side.closest(".contradiction").querySelector("h3").textContent;
      if (only) only.querySelector("b").textContent = `${pair} ${side.textContent}`.replace(/\s+/g, " ").trim();
      fresh();
    });
  }
  if (only) only.querySelector("button").addEventListener("click", () => { relation = null; fresh(); });
  for (const more of document.querySelectorAll(".more")) {
    more.addEventListener("click", () => { shown[more.dataset.more] += 200; update(); });
  }
  update();
})();
