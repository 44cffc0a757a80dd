// A card with its buttons. Python decides what a button brings; this file only shows it.

function copyButton(code) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select the text and copy it";
    }
  });
  return button;
}

function render({ model, el }) {
  el.classList.add("orderlab-card");
  // JupyterLab would take Enter and Space of a button for itself
  el.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => event.stopPropagation());
  const card = document.createElement("div");
  card.innerHTML = model.get("card");
  const row = document.createElement("div");
  row.className = "orderlab-card-buttons";
  const shown = document.createElement("div");
  shown.setAttribute("aria-live", "polite");
  for (const [wanted, label] of [["hint", "Hint"], ["solution", "Solution"], ["again", "Start over"]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", () => model.send({ wanted }));
    row.append(button);
  }
  function draw() {
    shown.replaceChildren();
    for (const each of model.get("shown")) {
      const box = document.createElement("div");
      box.innerHTML = each.html;
      if (each.code) box.append(copyButton(each.code));
      shown.append(box);
    }
  }
  model.on("change:shown", draw);
  el.replaceChildren(card, row, shown);
  draw();
}

export default { render };
