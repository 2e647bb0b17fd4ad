// Which siblings were confused, then everything is set going.

function drawConfusions() {
  const place = document.getElementById("confusions");
  const items = data.confusions.map(([parent, truth, answer, times]) => {
    const text = make(
      "span",
      {},
      make("bdi", {}, data.names[truth]),
      " taken for ",
      make("bdi", {}, data.names[answer]),
      make("small", {}, "below ", make("bdi", {}, data.names[parent])),
    );
    const total = make("span", { class: "count" }, `${count(times)} ×`);
    const show = () => showOnly({ truth, answer });
    return make("li", {}, make("button", { type: "button", onclick: show }, text, total));
  });
  place.querySelector("ol").append(...items);
  place.hidden = items.length === 0;
}

drawConfusions();
startFilters();
startGallery();
startTree();
const isLinked = readAddress();
showChosen();
drawGallery(selected());
if (isLinked) document.getElementById("pictures").scrollIntoView();
addEventListener("hashchange", () => {
  if (!readAddress()) return;
  showChosen();
  drawGallery(selected());
});
document.documentElement.dataset.ready = "";
