// What the page holds, unpacked. Names, paths and messages are text of others: they reach the
// page as text nodes and attribute values alone, never as markup.

const data = JSON.parse(document.getElementById("data").textContent);
const thumbnails = JSON.parse(document.getElementById("thumbnails").textContent);

const UNSCORED = data.outcomes.length - 1;

const pictures = data.pictures.map(
  ([image, outcome, wrongAt, path, truth, confidence, message, steps, top, set], index) => ({
    index,
    image,
    search: image.toLowerCase(),
    outcome,
    wrongAt,
    path: data.paths[path],
    truth: data.paths[truth],
    confidence,
    message: message < 0 ? null : data.messages[message],
    steps,
    top,
    set,
  }),
);

const answerOf = (picture) =>
  picture.outcome === UNSCORED ? -1 : (picture.path.at(-1) ?? data.root);
const truthOf = (picture) => picture.truth.at(-1) ?? data.root;

// The first parent of each node; -1 for the root.
const parents = new Int32Array(data.names.length).fill(-1);
data.children.forEach((children, node) => {
  for (const child of children) if (parents[child] < 0) parents[child] = node;
});

// How a node is called where its parents are not in sight: unique names alone, others with the
// names above them, and where even that repeats, with the id.
const titles = titlesOfNodes();
const nodesByTitle = new Map();
titles.forEach((title, node) => nodesByTitle.set(title.toLowerCase(), node));

function titlesOfNodes() {
  const counts = new Map();
  const count = (text) => counts.set(text, (counts.get(text) ?? 0) + 1);
  const long = data.names.map((_, node) => namesDownTo(node).join(" › "));
  data.names.forEach((name) => count(name.toLowerCase()));
  const repeated = (text) => counts.get(text.toLowerCase()) > 1;
  const wanted = data.names.map((name, node) => (repeated(name) ? long[node] : name));
  counts.clear();
  wanted.forEach((title) => count(title.toLowerCase()));
  return wanted.map((title, node) => (repeated(title) ? `${title} (${data.ids[node]})` : title));
}

function namesDownTo(node) {
  const names = [];
  for (; node >= 0 && node !== data.root; node = parents[node]) names.unshift(data.names[node]);
  return names.length ? names : [data.names[data.root]];
}

// A mark for a node and each below it.
function below(node) {
  const marks = new Uint8Array(data.names.length);
  const pending = [node];
  while (pending.length) {
    const next = pending.pop();
    if (marks[next]) continue;
    marks[next] = 1;
    pending.push(...data.children[next]);
  }
  return marks;
}

const number = new Intl.NumberFormat("en");
const count = (value) => number.format(value);
const plural = (value, one, many) => `${count(value)} ${value === 1 ? one : many}`;
const percent = (parts) => `${(parts / 100).toFixed(1)}\u202f%`;
const little = (parts) => (parts < 5 ? "< 0.1\u202f%" : percent(parts));
const ratio = (part, whole) => (whole ? percent((10000 * part) / whole) : "–");

// An element with attributes and children; strings become text.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const named = (tag, text, attributes = {}) =>
  make(tag, { title: text, ...attributes }, make("bdi", {}, text));

// A button's icon is for the eye; its words are for all.
const quiet = (text) => make("span", { class: "quiet" }, text);

function photo(picture) {
  const jpeg = thumbnails[picture.index];
  if (jpeg === null) return make("div", { class: "photo absent" }, "no picture");
  const source = `data:image/jpeg;base64,${jpeg}`;
  return make("div", { class: "photo" }, make("img", { src: source, alt: "", decoding: "async" }));
}

function badge(picture) {
  const kind = ["right", "wrong", "wrong", "wrong", "unscored"][picture.outcome];
  return make("span", { class: `badge ${kind}` }, data.outcomes[picture.outcome]);
}
