"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const letters = { đ: "d", ð: "d", ø: "o", ł: "l", ı: "i", ß: "ss", æ: "ae", œ: "oe", þ: "th" };
  const fold = (text) => text.normalize("NFKD").replace(/[\p{M}'’ʼ‘`´]/gu, "").toLowerCase()
    .replace(/[đðøłıßæœþ]/g, (letter) => letters[letter]).replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const count = (number, of) => `${number.toLocaleString("en")} of ${of.toLocaleString("en")} ${of === 1 ? "student" : "students"}`;

  /* Sort: every list by any column. A list that began sorted by a column is sorted as a whole, others group by group. */
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const value = (row, place) => row.cells[place].dataset.key ?? row.cells[place].textContent.trim();
  const compare = (one, other, place) => {
    const [left, right] = [value(one, place), value(other, place)];
    return left && right && !isNaN(left) && !isNaN(right) ? left - right : order.compare(left, right);
  };
  for (const table of document.querySelectorAll("table.list")) {
    const bodies = [...table.tBodies].map((body) => [body, [...body.rows].filter((row) => row.className !== "group")]);
    const heads = [...table.tHead.rows[0].cells];
    const home = heads.find((head) => head.hasAttribute("aria-sort"));
    if (bodies.every(([, rows]) => rows.length < 2)) continue;
    const sort = (head, way) => {
      const place = heads.indexOf(head);
      const sign = way === "ascending" ? 1 : -1;
      const inOrder = (rows) => [...rows].sort((one, other) => sign * compare(one, other, place));
      const whole = home && !(head === home && way === "descending");
      table.classList.toggle("merged", Boolean(whole));
      if (whole) bodies[0][0].append(...inOrder(bodies.flatMap(([, rows]) => rows)));
      else for (const [body, rows] of bodies) body.append(...(home ? rows : inOrder(rows)));
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", way);
      find("said").textContent = `Sorted by ${head.textContent}, ${way}`;
    };
    for (const head of heads.filter((one) => one.textContent)) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      const ways = head.classList.contains("n") ? ["descending", "ascending"] : ["ascending", "descending"];
      button.addEventListener("click", () => sort(head, head.getAttribute("aria-sort") === ways[0] ? ways[1] : ways[0]));
    }
  }

  /* Narrow: what scrolls sideways can be reached by a key. */
  const narrow = matchMedia("(max-width: 40rem)"), wide = [...document.querySelectorAll(".student .term, .student section:has(> .absences)")];
  const reach = () => wide.forEach((part) => narrow.matches ? part.setAttribute("tabindex", "0") : part.removeAttribute("tabindex"));
  narrow.addEventListener("change", reach);
  reach();

  /* Filter: the list of students by name or id, label and year group. */
  const form = find("filter"), table = find("students-table");
  if (!table) return;
  const people = [...table.querySelectorAll("tr[data-find]")].map((row) => {
    const link = row.querySelector("a");
    return { row, link, text: fold(`${link.textContent} ${row.dataset.find}`), page: find(link.hash.slice(1)) };
  });
  const matching = (query) => {
    const words = fold(query).split(" ");
    return ({ text }) => words.every((word) => text.includes(word));
  };
  const [name, band, year] = ["filter-name", "filter-band", "filter-year"].map(find);
  let shown = people;
  const refresh = () => {
    const named = matching(name.value);
    shown = people.filter((one) => named(one) && (!band.value || one.row.dataset.band === band.value) && (!year.value || one.row.dataset.year === year.value));
    const rows = new Set(shown.map(({ row }) => row));
    for (const { row } of people) row.hidden = !rows.has(row);
    for (const group of table.querySelectorAll("tr.group")) {
      group.hidden = ![...group.parentNode.rows].some((row) => row !== group && !row.hidden);
    }
    find("filter-state").textContent = count(shown.length, people.length);
    find("filter-print").disabled = !shown.length;
  };
  form.addEventListener("input", refresh);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(refresh));
  table.addEventListener("click", (event) => event.target.closest("thead") && refresh());
  form.hidden = false;

  /* Print the pages of the students that the list shows, and nothing else. */
  find("filter-print").addEventListener("click", () => {
    const pages = new Set(shown.map(({ page }) => page));
    for (const { page } of people) if (page) page.classList.toggle("left-out", !pages.has(page));
    document.body.classList.add("only-shown");
    print();
    document.body.classList.remove("only-shown");
  });

  /* Jump: a few letters of the name, then Enter. */
  const jump = find("jump"), found = find("jump-found"), jumpForm = find("jump-form");
  const close = () => { jump.value = ""; found.replaceChildren(); find("jump-said").textContent = ""; };
  jump.addEventListener("input", () => {
    const all = fold(jump.value) ? people.filter(matching(jump.value)) : [];
    found.replaceChildren(...all.slice(0, 8).map(({ row, link }) => {
      const item = document.createElement("li"), copy = link.cloneNode(true), group = document.createElement("span");
      copy.removeAttribute("id");
      group.textContent = row.dataset.year;
      copy.append(" ", group);
      item.append(copy);
      return item;
    }));
    find("jump-said").textContent = fold(jump.value) ? count(all.length, people.length) : "";
  });
  jumpForm.addEventListener("submit", (event) => {
    event.preventDefault();
    found.querySelector("a")?.click();
  });
  jumpForm.addEventListener("keydown", (event) => {
    const stops = [jump, ...found.querySelectorAll("a")], step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") { close(); jump.focus(); }
    if (!step) return;
    event.preventDefault();
    stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
  });
  jumpForm.addEventListener("focusout", (event) => jumpForm.contains(event.relatedTarget) || setTimeout(close, 200));
  found.addEventListener("click", () => setTimeout(close));
  jumpForm.hidden = false;

  /* Links: what they lead to is shown, and has the focus. */
  const menu = document.querySelector("details.menu");
  menu.addEventListener("focusout", (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false; });
  menu.addEventListener("keydown", (event) => { if (event.key === "Escape") { menu.open = false; menu.firstElementChild.focus(); } });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!menu.contains(event.target) || link) menu.open = false;
    if (link?.hash.startsWith("#of-") && find(link.hash.slice(1))?.closest("tr").hidden) { form.reset(); refresh(); }
  });
  addEventListener("hashchange", () => {
    const target = find(location.hash.slice(1));
    (target?.querySelector("h1, h2") ?? target)?.focus({ preventScroll: true });
  });
})();
