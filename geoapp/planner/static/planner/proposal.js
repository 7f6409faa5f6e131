// From the fields of the planning form to the body of POST /api/check. Pure.

/** Today as YYYY-MM-DD on the given clock. */
export function isoDay(now) {
  const two = (n) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/**
 * Build the body from plain `fields` (strings) and a GeoJSON geometry (CRS84) or null; null while there is no name,
 * the one thing the rules cannot do without. `on` is the day of law asked about, YYYY-MM-DD.
 */
export function proposalOf(fields, geometry, on) {
  const text = (key) => (fields[key] || "").trim();
  if (!text("name")) {
    return null;
  }
  const width = Number.parseFloat(text("width_m"));
  const body = {
    kind: text("kind") || "name",
    name: text("name"),
    pinyin: text("pinyin") || null,
    category: text("category") || "STR",
    width_m: Number.isFinite(width) ? width : null,
    geometry,
    meaning: text("meaning"),
    start_text: text("start_text"),
    end_text: text("end_text"),
    on,
  };
  // A renaming names its street and says why.
  const own = body.kind === "rename" ? ["street", "trigger", "legal_basis"] : [];
  for (const key of [...own, "case", "item"]) {
    if (text(key)) {
      body[key] = text(key);
    }
  }
  return body;
}
