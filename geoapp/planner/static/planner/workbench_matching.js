// Finding units in a long list: by name, by the town's name, by pinyin or its initials. Pure.

const plain = (text) => (text || "").normalize("NFKC").toLowerCase().replace(/[\s'’·]/gu, "");

/**
 * Say whether a unit answers a query. `row` has `name`, `town` and `keys` (spellings without tones, initials);
 * several words must all be found. Latin letters are compared with the beginnings of the spellings, so that “sc”
 * does not find every 社区 that ends in it.
 */
export function answers(query, { name, town, keys }) {
  const spellings = (keys || "").split(" ").map(plain).filter(Boolean);
  return (query || "")
    .split(/\s+/u)
    .map(plain)
    .filter(Boolean)
    .every((word) => plain(name).includes(word) || plain(town).includes(word) || spellings.some((one) => one.startsWith(word)));
}
