// What one search result says and where it leads. Pure.
import { entryUrl } from "./findings.js";

/**
 * A result of /api/search as {title, pinyin, where, note, url, point}; `note` is [text key, values] for a former
 * name, else null. A former name leads to what it is called now.
 */
export function optionOf(result) {
  const note = result.former
    ? result.now
      ? ["search.former", { now: result.now.name }]
      : ["search.formerGone", {}]
    : null;
  return {
    title: result.name,
    pinyin: result.pinyin || "",
    where: result.where || "",
    note,
    url: entryUrl(result.type, result.former && result.now ? result.now.id : result.id),
    point: Array.isArray(result.point) && result.point.length === 2 ? result.point : null,
  };
}
