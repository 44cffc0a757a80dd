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
  const hint = question.several && !/choose all/i.test(question.text);
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
  const button = element("button", { type: "button", text: "Answer", class: "jp-mod-styled" });
  field.append(button, verdict);

  function chosen() {
    return inputs.map(({ input }, index) => (input.checked ? index : -1)).filter((i) => i >= 0);
  }
  function show(answer) {
    const right = rightOf(question);
    inputs.forEach(({ input, why, option }, index) => {
      input.checked = answer.includes(index);
      // every chosen option says why; once answered rightly, all of them do
      const open = answer.includes(index) || same(answer, right);
      why.hidden = !open;
      why.replaceChildren(...marked(`${option.right ? "✓ Right" : "✗ Wrong"}: ${option.why}`));
      why.dataset.right = String(option.right);
      input.setAttribute("aria-describedby", open ? why.id : "");
    });
    verdict.textContent = same(answer, right) ? "✓ Right." : "✗ Not yet: read why, then choose again.";
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
  if (kept) show(kept);
  return field;
}

function render({ model, el }) {
  const form = element("div", { class: "orderlab-quiz", role: "group", "aria-label": "Quiz" });
  const unique = Math.random().toString(36).slice(2);
  const questions = model.get("questions");
  const total = element("p", { class: "orderlab-total", role: "status", "aria-live": "polite" });
  const count = () => { total.textContent = totalOf(questions, model.get("answers")); };
  questions.forEach((question, index) => {
    form.append(drawQuestion(model, question, index + 1, `q-${unique}-${index}`, count));
  });
  form.append(total);
  count();
  model.on("change:answers", count);
  el.append(form);
  return () => model.off("change:answers", count);
}

export default { render };
