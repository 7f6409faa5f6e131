// The search box as a combobox with a listbox (ARIA 1.2). Without this file it is a plain GET form.
import { getJSON } from "./api.js";
import { nextOption, chord } from "./keys.js";
import { optionOf } from "./options.js";
import { reasonOf, t } from "./texts.js";
import { debounce, latestOnly } from "./timing.js";

const DELAY_MS = 180;
const LIMIT = 20;

function optionNode(option, id) {
  const node = document.createElement("li");
  node.id = id;
  node.setAttribute("role", "option");
  node.setAttribute("aria-selected", "false");
  node.className = "option";
  const parts = [
    ["option__name", option.title],
    ["option__pinyin", option.pinyin],
    ["option__note", option.note ? t(...option.note) : ""],
    ["option__where", option.where],
  ];
  for (const [className, text] of parts) {
    if (text) {
      const span = document.createElement("span");
      span.className = className;
      span.textContent = text;
      node.append(span, " ");
    }
  }
  return node;
}

/**
 * Make a combobox of `input` and `listbox` (an empty ul). `onActive(option | null)` hears which option is under
 * the arrows, `onPick(option)` which was taken; `status` is a live region for the count.
 */
export function makeSearch({ input, listbox, status, onActive, onPick, ask = getJSON }) {
  let options = [];
  let active = -1;
  const find = latestOnly((q, signal) => ask(`/api/search?q=${encodeURIComponent(q)}&limit=${LIMIT}`, { signal }));

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", listbox.id);
  input.setAttribute("autocomplete", "off");
  listbox.setAttribute("role", "listbox");

  function close() {
    listbox.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function activate(index) {
    active = index;
    [...listbox.children].forEach((node, i) => {
      node.setAttribute("aria-selected", String(i === active));
      if (i === active) {
        node.scrollIntoView({ block: "nearest" });
      }
    });
    if (active < 0) {
      input.removeAttribute("aria-activedescendant");
    } else {
      input.setAttribute("aria-activedescendant", listbox.children[active].id);
    }
    onActive(active < 0 ? null : options[active]);
  }

  function open() {
    active = -1;
    input.removeAttribute("aria-activedescendant");
    listbox.replaceChildren(...options.map((option, i) => optionNode(option, `${listbox.id}-${i}`)));
    listbox.hidden = !options.length;
    input.setAttribute("aria-expanded", String(Boolean(options.length)));
  }

  function show(results) {
    options = results.map(optionOf);
    open();
    status.textContent = options.length ? t("search.count", { count: options.length }) : t("search.none");
  }

  const look = debounce(async () => {
    const q = input.value.trim();
    if (!q) {
      find.cancel();
      close();
      status.textContent = "";
      return;
    }
    try {
      const { value, stale } = await find(q);
      if (!stale && document.activeElement === input) {
        show(value.results || []);
      }
    } catch (error) {
      close();
      status.textContent = reasonOf(error);
    }
  }, DELAY_MS);

  input.addEventListener("input", (event) => {
    // Half-typed pinyin of an input method is not a question yet.
    if (!event.isComposing) {
      look();
    }
  });
  input.addEventListener("compositionend", look);
  input.addEventListener("keydown", (event) => {
    const pressed = chord(event);
    const next = listbox.hidden ? null : nextOption(pressed, active, options.length);
    if (next !== null) {
      event.preventDefault();
      activate(next);
    } else if (pressed === "ArrowDown" && options.length) {
      event.preventDefault();
      open();
    } else if (pressed === "Escape" && !listbox.hidden) {
      event.preventDefault();
      close();
      onActive(null);
    } else if (pressed === "Enter" && active >= 0 && !listbox.hidden) {
      event.preventDefault();
      onPick(options[active]);
      close();
    }
  });
  input.addEventListener("blur", () => window.setTimeout(close, 150));
  listbox.addEventListener("mousedown", (event) => event.preventDefault()); // keep the focus in the box
  listbox.addEventListener("click", (event) => {
    const index = [...listbox.children].indexOf(event.target.closest("[role=option]"));
    if (index >= 0) {
      onPick(options[index]);
      close();
    }
  });
  return { close };
}
