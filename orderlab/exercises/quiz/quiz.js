// A quiz: native radios and checkboxes, so that the keyboard works as everywhere else.
// The kernel keeps the answers; what is right, and why, is drawn here.

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "text") node.append(...marked(value));
    else if (value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

// Words between backticks are code, as in the notebook's text.
function marked(text) {
  return text.split("`").map((part, index) => {
    if (index % 2 === 0) return part;
    const code = document.createElement("code");
    code.textContent = part;
    return code;
  });
}

function same(a, b) {
  return a.length === b.length && a.every((value) => b.includes(value));
}

function rightOf(question) {
  return question.options.map((option, index) => (option.right ? index : -1)).filter((i) => i >= 0);
}

// In a test verdicts wait until the end, and the browser does not know them before.
function heldTotal(label, questions, answers) {
  const answered = questions.filter((question) => answers[question.id]).length;
  return `${label}: ${answered} of ${questions.length} answered.`;
}

function totalOf(questions, answers) {
  const answered = questions.filter((question) => answers[question.id]);
  const right = answered.filter((question) => same(answers[question.id], rightOf(question))).length;
  const open = questions.length - answered.length;
  const wrong = answered.length - right;
  const rest = [wrong ? `${wrong} not yet` : "", open ? `${open} to answer` : ""].filter(Boolean);
  return `Quiz: ${right} of ${questions.length} right${rest.length ? ` (${rest.join(", ")})` : ""}.`;
}

function drawQuestion(model, question, number, prefix, changed) {
  const field = element("fieldset", { class: "orderlab-question", "data-question": question.id });
  const hint = question.several && !/choose (all|two|three)/i.test(question.text);
  const several = hint ? " (choose all that apply)" : "";
  field.append(element("legend", { text: `${number}. ${question.text}${several}` }));
  const inputs = question.options.map((option, index) => {
    const id = `${prefix}-${index}`;
    const input = element("input", {
      type: question.several ? "checkbox" : "radio",
      name: prefix,
      id,
      value: String(index),
    });
    const why = element("p", { class: "orderlab-why", id: `${id}-why`, hidden: true });
    field.append(element("div", { class: "orderlab-option" }, input,
      element("label", { for: id, text: option.text })), why);
    return { input, why, option };
  });
  const verdict = element("p", { class: "orderlab-verdict", role: "status", "aria-live": "polite" });
  const held = model.get("held");
  const over = model.get("finished");
  const button = element("button", {
    type: "button", text: held ? "Keep answer" : "Answer", class: "jp-mod-styled", hidden: over,
  });
  field.append(button, verdict);

  function chosen() {
    return inputs.map(({ input }, index) => (input.checked ? index : -1)).filter((i) => i >= 0);
  }
  function show(answer) {
    if (held) {
      inputs.forEach(({ input }, index) => { input.checked = answer.includes(index); });
      verdict.textContent = "Kept. You can change it until you finish.";
      return;
    }
    const right = rightOf(question);
    inputs.forEach(({ input, why, option }, index) => {
      input.checked = answer.includes(index);
      // every chosen option says why; once answered rightly, all of them do
      const open = over || answer.includes(index) || same(answer, right);
      input.disabled = over;
      why.hidden = !open;
      why.replaceChildren(...marked(`${option.right ? "✓ Right" : "✗ Wrong"}: ${option.why}`));
      why.dataset.right = String(option.right);
      input.setAttribute("aria-describedby", open ? why.id : "");
    });
    const wrong = over ? "✗ Not right." : "✗ Not yet: read why, then choose again.";
    verdict.textContent = same(answer, right) ? "✓ Right." : wrong;
  }
  button.addEventListener("click", () => {
    const answer = chosen();
    if (!answer.length) {
      verdict.textContent = "Choose an answer first.";
      return;
    }
    model.set("answers", { ...model.get("answers"), [question.id]: answer });
    model.save_changes();
    show(answer);
    changed();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.tagName === "INPUT") {
      event.preventDefault();
      button.click();
    }
    // JupyterLab would take arrows and letters for itself
    event.stopPropagation();
  });
  const kept = model.get("answers")[question.id];
  if (kept || over) show(kept || []);
  return field;
}

// The end of a test: a button that asks once more while questions are open.
function drawFinish(model) {
  const box = element("div", { class: "orderlab-finish" });
  const button = element("button", { type: "button", text: "Finish", class: "jp-mod-styled" });
  const said = element("p", { role: "status", "aria-live": "polite" });
  let asked = false;
  button.addEventListener("click", () => {
    const answers = model.get("answers");
    const open = model.get("questions").filter((question) => !answers[question.id]).length;
    if (open && !asked) {
      asked = true;
      said.textContent = `${open} not answered. Press Finish again to end the test all the same.`;
      return;
    }
    model.set("finished", true);
    model.save_changes();
  });
  button.addEventListener("keydown", (event) => event.stopPropagation());
  box.append(button, said);
  return box;
}

// The result by topic, with links to where it can be read again.
function drawTopics(model) {
  const table = element("table", { class: "orderlab-topics" });
  table.append(element("caption", { text: model.get("headline") }));
  const head = ["topic", "right", "read again"].map((text) => element("th", { scope: "col", text }));
  table.append(element("thead", {}, element("tr", {}, ...head)));
  const body = element("tbody");
  for (const row of model.get("topics")) {
    const links = row.read.flatMap(({ label, href }) => [
      element("a", { href, target: "_blank", text: label }), element("br"),
    ]);
    body.append(element("tr", {}, element("th", { scope: "row", text: row.topic }),
      element("td", { text: row.score }), element("td", {}, ...links)));
  }
  table.append(body);
  return table;
}

function render({ model, el }) {
  const label = model.get("label");
  const form = element("div", {
    class: "orderlab-quiz", role: "group", "aria-label": label, tabindex: "-1",
  });
  const unique = Math.random().toString(36).slice(2);
  const total = element("p", { class: "orderlab-total", role: "status", "aria-live": "polite" });
  const count = () => {
    const told = model.get("held") ? heldTotal(label, model.get("questions"), model.get("answers"))
      : model.get("headline") || totalOf(model.get("questions"), model.get("answers"));
    total.textContent = told;
  };
  const draw = () => {
    form.replaceChildren();
    if (model.get("topics").length) form.append(drawTopics(model));
    model.get("questions").forEach((question, index) => {
      form.append(drawQuestion(model, question, index + 1, `q-${unique}-${index}`, count));
    });
    form.append(total);
    if (model.get("held")) form.append(drawFinish(model));
    count();
  };
  // the result stands above the questions: go there
  const redraw = () => {
    draw();
    if (model.get("finished") && form.contains(document.activeElement) === false) form.focus();
    if (model.get("finished")) form.scrollIntoView({ block: "start" });
  };
  draw();
  model.on("change:answers", count);
  model.on("change:questions", redraw);
  el.append(form);
  return () => {
    model.off("change:answers", count);
    model.off("change:questions", redraw);
  };
}

export default { render };
