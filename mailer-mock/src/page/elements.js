// Finds and creates elements.

export const byId = (id) => document.getElementById(id);

// Properties and children are only ever set as text or as elements, because emails are untrusted.
export function create(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export const note = (text) => create("p", { className: "note", textContent: text });

// Announces a change to screen readers.
export function announce(text) {
  byId("announcement").textContent = text;
}
