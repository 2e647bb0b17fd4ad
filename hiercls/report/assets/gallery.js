// The pictures, a page of them at a time, and one of them closely.

const PAGE = 48;
const MOST_LEVELS = 4; // shown on a card
const gallery = document.getElementById("gallery");
const detail = document.getElementById("detail");
let shown = [];
let page = 0;
let opened = -1; // index in `shown`

function drawGallery(found) {
  shown = found;
  drawPage(0);
}

function drawPage(wanted) {
  const last = Math.max(0, Math.ceil(shown.length / PAGE) - 1);
  page = Math.min(Math.max(wanted, 0), last);
  const first = page * PAGE;
  const cards = shown.slice(first, first + PAGE).map((picture, at) => card(picture, first + at));
  gallery.replaceChildren(
    ...(cards.length ? cards : [make("li", { class: "empty" }, "No picture is like this.")]),
  );
  const range = shown.length
    ? `${count(first + 1)} to ${count(first + cards.length)} of ${plural(shown.length, "picture", "pictures")}`
    : "No picture is like this";
  document.getElementById("status").textContent = range;
  for (const place of document.querySelectorAll(".page-number"))
    place.textContent = `Page ${count(page + 1)} of ${count(last + 1)}`;
  for (const button of document.querySelectorAll("[data-turn]"))
    button.disabled = button.dataset.turn < 0 ? page === 0 : page === last;
}

// The file and its folder; all of it stands in the card's hint and in the close view.
function shortName(image) {
  const parts = image.split(/[\\/]/);
  return parts.length > 2 ? `… / ${parts.slice(-2).join(" / ")}` : parts.join(" / ");
}

function card(picture, at) {
  const outcome = data.outcomes[picture.outcome];
  const sure = picture.confidence < 0 ? "" : percent(picture.confidence);
  return make(
    "li",
    { class: "card" },
    photo(picture),
    make(
      "div",
      { class: "body" },
      make("div", { class: "facts" }, badge(picture), make("span", {}, sure)),
      named("div", shortName(picture.image), { class: "file", title: picture.image }),
      picture.outcome === UNSCORED
        ? named("div", picture.message ?? "", { class: "file" })
        : null,
      ways(picture),
    ),
    make(
      "button",
      { type: "button", class: "open", "aria-haspopup": "dialog", onclick: () => openDetail(at) },
      `${shortName(picture.image)}, ${outcome}: show its questions`,
    ),
  );
}

// The answer's path and the true one, level beside level, from shortly before they part.
function ways(picture) {
  const levels = Math.max(picture.path.length, picture.truth.length);
  const parts = picture.wrongAt < 0 ? levels : picture.wrongAt;
  const start = Math.max(0, Math.min(parts - 1, levels - MOST_LEVELS));
  const end = Math.min(levels, start + MOST_LEVELS);
  const name = (node, kind) =>
    node === undefined ? make("span", {}, "") : named("span", data.names[node], { class: kind });
  const rows = [];
  for (let level = start; level < end; level += 1) {
    const isOff = picture.wrongAt >= 0 && level >= picture.wrongAt;
    rows.push(name(picture.path[level], isOff ? "off" : ""));
    rows.push(name(picture.truth[level], isOff ? "meant" : ""));
  }
  const alike = (text) => make("span", { class: "alike" }, text);
  return make(
    "div",
    { class: "ways" },
    make("span", { class: "head" }, "Answer"),
    make("span", { class: "head" }, "Truth"),
    start ? alike(`${plural(start, "level", "levels")} above, alike`) : null,
    ...rows,
    end < levels ? alike(`${plural(levels - end, "level", "levels")} more`) : null,
  );
}

// Where one went on by a button, the focus stays on that button.
function openDetail(at, step = 0) {
  opened = at;
  const picture = shown[at];
  const close = make("button", { type: "button", onclick: () => detail.close() }, "Close");
  const turn = (by, text) =>
    make(
      "button",
      { type: "button", disabled: !shown[at + by], onclick: () => openDetail(at + by, by) },
      text,
    );
  const turns = { [-1]: turn(-1, "Previous"), 1: turn(1, "Next") };
  detail.replaceChildren(
    make(
      "div",
      { class: "detail-top" },
      make("h2", { id: "detail-title" }, make("bdi", {}, picture.image)),
      make("span", { class: "buttons" }, turns[-1], turns[1], close),
    ),
    make("div", { class: "detail-body" }, beside(picture), ...questions(picture), ...lists(picture)),
  );
  if (!detail.open) detail.showModal();
  detail.scrollTop = 0;
  const wanted = turns[step];
  (wanted && !wanted.disabled ? wanted : close).focus();
}

function beside(picture) {
  const levels = Math.max(picture.path.length, picture.truth.length);
  const rows = Array.from({ length: levels }, (_, level) => {
    const isOff = picture.wrongAt >= 0 && level >= picture.wrongAt;
    const name = (node) => (node === undefined ? "" : make("bdi", {}, data.names[node]));
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, String(level + 1)),
      make("td", { class: isOff ? "off" : "" }, name(picture.path[level])),
      make("td", {}, name(picture.truth[level])),
    );
  });
  const heads = ["Level", "Answer", "Truth"].map((text) => make("th", { scope: "col" }, text));
  const sure = picture.confidence < 0 ? "" : `${percent(picture.confidence)} confident`;
  return make(
    "div",
    { class: "beside" },
    photo(picture),
    make(
      "div",
      {},
      make("div", { class: "facts" }, badge(picture), make("span", {}, sure)),
      picture.message === null ? null : make("p", { class: "message" }, picture.message),
      make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows)),
    ),
  );
}

function questions(picture) {
  if (!picture.steps.length)
    return [make("p", { class: "hint" }, "No questions were recorded for this picture.")];
  return picture.steps.map((step, at) => question(picture, step, at));
}

function question(picture, [which, ...answers], at) {
  const [node, text, options] = data.questions[which];
  const isAside = node !== data.root && !picture.path.includes(node);
  const place = typeof node === "number" ? data.names[node] : node;
  const bars = [];
  let rest = 10000;
  for (let i = 0; i < answers.length; i += 2) {
    rest -= answers[i + 1];
    bars.push(bar(picture, options[answers[i]], answers[i + 1]));
  }
  const more = options.length - bars.length;
  const where = `at ${place}${isAside ? ", beside the path" : ""}`;
  return make(
    "section",
    { class: isAside ? "question aside" : "question" },
    make("h3", {}, `${at + 1}. ${text} `, make("small", {}, make("bdi", {}, where))),
    make("ul", { class: "bars" }, ...bars),
    more > 0
      ? make("p", { class: "mark" }, `${plural(more, "other option", "other options")}: ${little(Math.max(rest, 0))}`)
      : null,
  );
}

function bar(picture, option, parts) {
  const isNode = typeof option === "number";
  const name = isNode ? data.names[option] : option;
  const isTrue = isNode && picture.truth.includes(option);
  const isChosen = isNode && picture.path.includes(option);
  const marks = [isChosen ? "chosen" : "", isTrue ? "true" : ""].filter(Boolean);
  const kind = [isChosen ? "chosen" : "", isTrue ? "true" : "false"].join(" ");
  return make(
    "li",
    { class: kind },
    make(
      "span",
      { class: "label", title: name },
      make("bdi", {}, name),
      marks.length ? make("span", { class: "mark" }, marks.join(", ")) : null,
    ),
    make("span", { class: "bar", "aria-hidden": "true" }, make("i", { style: `width: ${parts / 100}%` })),
    make("span", { class: "number" }, little(parts)),
  );
}

function lists(picture) {
  const named = [
    ["Answer set: one of these is meant", picture.set],
    ["Most probable leaves", picture.top],
  ];
  return named.filter(([, numbers]) => numbers.length).map(([title, numbers]) => {
    const bars = [];
    for (let i = 0; i < numbers.length; i += 2) bars.push(bar(picture, numbers[i], numbers[i + 1]));
    const list = make("ul", { class: "bars" }, ...bars);
    return make("section", { class: "question" }, make("h3", {}, title), list);
  });
}

function onDetailKey(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step && shown[opened + step]) openDetail(opened + step);
}

// Back to the card that was seen last, on its page.
function onDetailClosed() {
  const wanted = Math.floor(opened / PAGE);
  if (wanted !== page) drawPage(wanted);
  gallery.children[opened - page * PAGE]?.querySelector(".open")?.focus();
}

function startGallery() {
  for (const button of document.querySelectorAll("[data-turn]"))
    button.addEventListener("click", () => {
      drawPage(page + Number(button.dataset.turn));
      document.querySelector(".pages").scrollIntoView();
    });
  detail.addEventListener("keydown", onDetailKey);
  detail.addEventListener("close", onDetailClosed);
  detail.addEventListener("click", (event) => event.target === detail && detail.close());
}
