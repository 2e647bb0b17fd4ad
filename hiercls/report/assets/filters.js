// Which pictures are shown, and in which order. The choice stands in the page's address, so that
// it can be kept or sent to somebody.

const field = (id) => document.getElementById(id);
const NONE_CHOSEN = {
  outcome: -1, truth: -1, answer: -1, level: -1, low: 0, high: 100, text: "", order: "given",
};
let chosen = { ...NONE_CHOSEN };

function selected() {
  const truth = chosen.truth < 0 ? null : below(chosen.truth);
  const answer = chosen.answer < 0 ? null : below(chosen.answer);
  const text = chosen.text.toLowerCase();
  const low = chosen.low * 100;
  const high = chosen.high * 100;
  const isAnySure = low === 0 && high === 10000;
  const found = pictures.filter(
    (picture) =>
      (chosen.outcome < 0 || picture.outcome === chosen.outcome) &&
      (chosen.level < 0 || picture.wrongAt === chosen.level) &&
      (!truth || truth[truthOf(picture)]) &&
      (!answer || answer[answerOf(picture)]) &&
      (isAnySure || (picture.confidence >= low && picture.confidence <= high)) &&
      (!text || picture.search.includes(text)),
  );
  const sign = { sure: -1, unsure: 1 }[chosen.order];
  const sureness = ({ confidence }) => (confidence < 0 ? 20000 : sign * confidence); // unknown: last
  return sign ? found.sort((a, b) => sureness(a) - sureness(b)) : found;
}

function drawOutcomes() {
  const counts = new Array(data.outcomes.length).fill(0);
  for (const picture of pictures) counts[picture.outcome] += 1;
  const choice = (value, text, total) => {
    const radio = make("input", { type: "radio", name: "outcome", value });
    return make(
      "label",
      { class: "choice" },
      radio,
      make("span", {}, text, make("small", {}, count(total))),
    );
  };
  const choices = data.outcomes.map((text, outcome) => [outcome, text, counts[outcome]]);
  field("outcomes").append(
    choice(-1, "all", pictures.length),
    ...choices.filter(([, , total]) => total > 0).map((one) => choice(...one)),
  );
}

// What nothing is known of cannot be filtered or put in order.
function hideUnknown() {
  if (pictures.some(({ confidence }) => confidence >= 0)) return;
  document.querySelector(".confidence").hidden = true;
  field("order").parentElement.hidden = true;
}

function drawLevels() {
  const deepest = pictures.reduce((most, picture) => Math.max(most, picture.wrongAt), -1);
  const options = Array.from({ length: deepest + 1 }, (_, level) =>
    make("option", { value: level }, `at level ${level + 1}`),
  );
  field("level").append(make("option", { value: -1 }, "any"), ...options);
}

// The controls show what is chosen.
function showChosen() {
  for (const radio of document.getElementsByName("outcome"))
    radio.checked = Number(radio.value) === chosen.outcome;
  for (const id of ["truth", "answer"]) {
    field(id).value = chosen[id] < 0 ? "" : titles[chosen[id]];
    field(id).setCustomValidity("");
  }
  for (const id of ["level", "low", "high", "text", "order"]) field(id).value = chosen[id];
  showConfidence();
}

function showConfidence() {
  for (const id of ["low", "high"]) field(`${id}-shown`).textContent = `${chosen[id]}\u202f%`;
}

function choose(changes) {
  chosen = { ...chosen, ...changes };
  drawGallery(selected());
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(chosen))
    if (value !== NONE_CHOSEN[key])
      words.set(key, key === "truth" || key === "answer" ? data.ids[value] : value);
  const address = words.size ? `#pictures?${words}` : "#pictures";
  try {
    history.replaceState(null, "", address);
  } catch {
    // Some places that show a page do not let it change its address.
  }
}

// From elsewhere on the page: just these, and go there.
function showOnly(changes) {
  choose({ ...NONE_CHOSEN, ...changes });
  showChosen();
  document.getElementById("pictures").scrollIntoView();
  field("status").focus({ preventScroll: true });
}

function readAddress() {
  const [place, query] = location.hash.split("?");
  if (place !== "#pictures" || !query) return false;
  const read = { ...NONE_CHOSEN };
  for (const [key, value] of new URLSearchParams(query)) {
    if (key === "truth" || key === "answer") read[key] = data.ids.indexOf(value);
    else if (typeof NONE_CHOSEN[key] === "number" && Number.isFinite(+value)) read[key] = +value;
    else if (key === "text" || (key === "order" && ["sure", "unsure"].includes(value)))
      read[key] = value;
  }
  chosen = read;
  return true;
}

// The nearest names while one is typed; a browser cannot hold ten thousand of them in a list.
function suggest(input) {
  const text = input.value.trim().toLowerCase();
  const list = field(`${input.id}-names`);
  const begins = [];
  const holds = [];
  for (const title of titles) {
    const at = text ? title.toLowerCase().indexOf(text) : 0;
    if (at === 0) begins.push(title);
    else if (at > 0) holds.push(title);
    if (begins.length >= 40) break;
  }
  const found = [...begins, ...holds].slice(0, 40);
  list.replaceChildren(...found.map((title) => make("option", { value: title })));
}

function onNode(input) {
  const text = input.value.trim();
  const node = text ? (nodesByTitle.get(text.toLowerCase()) ?? data.ids.indexOf(text)) : -1;
  input.setCustomValidity(text && node < 0 ? "No node has this name; choose one of the list." : "");
  if (!text || node >= 0) choose({ [input.id]: node });
}

function startFilters() {
  drawOutcomes();
  drawLevels();
  hideUnknown();
  const form = field("filters");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    choose(NONE_CHOSEN);
    showChosen();
  });
  form.addEventListener("change", (event) => {
    const { name, id, value } = event.target;
    if (name === "outcome") choose({ outcome: Number(value) });
    if (id === "level") choose({ level: Number(value) });
    if (id === "order") choose({ order: value });
    if (id === "truth" || id === "answer") event.target.reportValidity();
  });
  for (const id of ["truth", "answer"]) {
    field(id).addEventListener("focus", (event) => suggest(event.target));
    field(id).addEventListener("input", (event) => (suggest(event.target), onNode(event.target)));
  }
  field("text").addEventListener("input", (event) => choose({ text: event.target.value }));
  for (const id of ["low", "high"])
    field(id).addEventListener("input", (event) => {
      const value = Number(event.target.value);
      const other = id === "low" ? { high: Math.max(value, chosen.high) } : { low: Math.min(value, chosen.low) };
      choose({ [id]: value, ...other });
      field("low").value = chosen.low;
      field("high").value = chosen.high;
      showConfidence();
    });
}
