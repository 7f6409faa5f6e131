// The plate pad: digits, 之 for a sub-number, one step back. Pure.

const MOST_DIGITS = 5;

/** One key pressed on what the pad shows: "0"–"9", "sub", "back", "clear". The text is like "12" or "12-3". */
export function press(shown, key) {
  const [main, sub] = shown.split("-");
  if (key === "clear") {
    return "";
  }
  if (key === "back") {
    return shown.slice(0, -1);
  }
  if (key === "sub") {
    return main && sub === undefined ? `${main}-` : shown;
  }
  const part = sub ?? main;
  if (part.length >= MOST_DIGITS || (part === "" && key === "0")) {
    return shown;
  }
  return shown + key;
}

/** What the pad shows as numbers: {number, sub_number}; null where there is none. */
export function numbersOf(shown) {
  const [main, sub] = shown.split("-");
  return { number: main ? Number(main) : null, sub_number: sub ? Number(sub) : null };
}

/** Numbers as the pad shows them. */
export function shownOf(number, sub) {
  return number === null || number === undefined ? "" : `${number}${sub ? `-${sub}` : ""}`;
}

/** Numbers as a plate shows them: 12号, 12号之3; "" without a number. */
export function plateOf(number, sub) {
  return number === null || number === undefined ? "" : `${number}号${sub ? `之${sub}` : ""}`;
}
