// Elements without a framework: h("p", {class: "x", onclick}, "text", child).

/** Make an element. Properties that begin with "on" are listeners, booleans are attributes that are there or not. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Data that is Chinese whatever the language of the page, marked for screen readers. */
export function zh(text) {
  return h("span", { lang: "zh-Hans" }, text);
}

/** A button. */
export function button(label, onclick, properties = {}) {
  return h("button", { type: "button", class: "button", onclick, ...properties }, ...[label].flat());
}
