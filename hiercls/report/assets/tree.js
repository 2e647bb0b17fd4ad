// The taxonomy as rows that open and close. What is closed does not exist, so that large
// taxonomies are quick. The arrow keys go from row to row.

const MOST_CHILDREN = 200; // shown at once below one node
const MOST_OPENED = 3000; // rows, by "open all"
const treeRows = document.getElementById("tree-rows");
const treeOrder = document.getElementById("tree-order");
const treeSeen = document.getElementById("tree-seen");

function shownChildren(node) {
  const tally = (child) => data.tallies[child] || [0, 0, 0, 0];
  const children = data.children[node].filter((child) => !treeSeen.checked || data.tallies[child]);
  const share = (child) => (tally(child)[0] ? tally(child)[2] / tally(child)[0] : 2);
  if (treeOrder.value === "worst") children.sort((a, b) => share(a) - share(b));
  if (treeOrder.value === "most") children.sort((a, b) => tally(b)[0] - tally(a)[0]);
  return children;
}

function swatch(tally) {
  if (!tally || !tally[0]) return make("i", { class: "swatch none" });
  const share = tally[2] / tally[0];
  return make("i", { class: `swatch s${[0.5, 0.75, 0.9, 0.98].filter((t) => share >= t).length}` });
}

// Right, reached but not right, and not reached, side by side.
function shares([seen, reached, right]) {
  const parts = [["right", right], ["near", reached - right], ["off", seen - reached]]
    .filter(([, value]) => value > 0)
    .map(([kind, value]) => make("i", { class: kind, style: `flex-grow: ${value / seen}` }));
  return make("span", { class: seen ? "shares" : "", "aria-hidden": "true" }, ...parts);
}

function branch(node, depth) {
  const isOpening = shownChildren(node).length > 0;
  const label = named("span", data.names[node], { class: "label" });
  const [seen, reached, right, strays] = data.tallies[node] || [0, 0, 0, 0];
  const name = make(
    "button",
    { type: "button", class: "name", "aria-expanded": isOpening && "false" },
    swatch(data.tallies[node]),
    label,
  );
  name.addEventListener("click", () => (isOpening ? toggle(item) : showTruth(node)));
  const show = make(
    "button",
    { type: "button", class: "show", tabindex: "-1", onclick: () => showTruth(node) },
    count(seen),
    quiet(` pictures of ${data.names[node]}: show them`),
  );
  const cell = (text, words, kind) => make("span", { class: kind }, text, quiet(` ${words} `));
  const row = make(
    "div",
    { class: "row", style: `--depth: ${depth}` },
    name,
    shares([seen, reached, right]),
    seen ? show : make("span", { class: "dim" }, "0", quiet(" pictures ")),
    cell(ratio(reached, seen), "reached", "extra"),
    cell(ratio(right, seen), "right", ""),
    cell(count(strays), strays === 1 ? "stray" : "strays", strays ? "extra" : "extra dim"),
  );
  const item = make("li", {}, row);
  item.node = node;
  item.depth = depth;
  return item;
}

function fill(list, children, depth) {
  list.append(...children.slice(0, MOST_CHILDREN).map((child) => branch(child, depth)));
  const rest = children.slice(MOST_CHILDREN);
  if (!rest.length) return;
  const more = make("button", { type: "button" }, `${count(rest.length)} more`);
  const item = make("li", { class: "more" }, more);
  more.addEventListener("click", () => {
    item.remove();
    fill(list, rest, depth);
    list.children[list.children.length - 1].querySelector("button").focus();
  });
  list.append(item);
}

const nameOf = (item) => item.querySelector(".name");
const isOpen = (item) => nameOf(item)?.getAttribute("aria-expanded") === "true";

function toggle(item, open = !isOpen(item)) {
  const name = nameOf(item);
  if (!name?.hasAttribute("aria-expanded") || isOpen(item) === open) return;
  name.setAttribute("aria-expanded", String(open));
  if (!open) return item.querySelector("ul").remove();
  const list = make("ul", {});
  fill(list, shownChildren(item.node), item.depth + 1);
  item.append(list);
}

function drawTree() {
  treeRows.replaceChildren(branch(data.root, 0));
  toggle(treeRows.firstChild, true);
}

// Level by level, so that where it must stop the top is all there.
function openAll() {
  for (const item of treeRows.querySelectorAll("li")) toggle(item, true);
  let rows = 0;
  while (rows !== (rows = treeRows.querySelectorAll("li").length) && rows < MOST_OPENED)
    for (const item of treeRows.querySelectorAll("li")) toggle(item, true);
}

function onTreeKey(event) {
  const name = event.target.closest(".name");
  if (!name || event.ctrlKey || event.metaKey || event.altKey) return;
  const item = name.closest("li");
  const names = [...treeRows.querySelectorAll(".name")];
  const at = names.indexOf(name);
  const moves = {
    ArrowDown: () => names[at + 1]?.focus(),
    ArrowUp: () => names[at - 1]?.focus(),
    Home: () => names[0].focus(),
    End: () => names.at(-1).focus(),
    ArrowRight: () => (isOpen(item) ? names[at + 1]?.focus() : toggle(item, true)),
    ArrowLeft: () =>
      isOpen(item) ? toggle(item, false) : item.parentElement.closest("li")?.querySelector(".name").focus(),
    p: () => showTruth(item.node),
  };
  if (!moves[event.key]) return;
  event.preventDefault();
  moves[event.key]();
}

function showTruth(node) {
  showOnly({ truth: node });
}

function startTree() {
  treeRows.addEventListener("keydown", onTreeKey);
  treeOrder.addEventListener("change", drawTree);
  treeSeen.addEventListener("change", drawTree);
  document.getElementById("tree-open").addEventListener("click", openAll);
  document.getElementById("tree-close").addEventListener("click", drawTree);
  drawTree();
}
