// Findings of the checks, put in order for reading. Pure.

export const SEVERITIES = ["block", "warn", "info"];

/**
 * Group findings: severity (blocking first; unknown ones count as info) → rule code in order of appearance.
 * Returns [{severity, count, rules: [{code, findings}]}] without empty severities. Each finding keeps
 * its place in the answer as `index`.
 */
export function groupFindings(findings) {
  const groups = SEVERITIES.map((severity) => ({ severity, count: 0, rules: [] }));
  findings.forEach((finding, index) => {
    const group = groups.find((g) => g.severity === finding.severity) || groups[SEVERITIES.length - 1];
    let rule = group.rules.find((r) => r.code === finding.code);
    if (!rule) {
      rule = { code: finding.code, findings: [] };
      group.rules.push(rule);
    }
    rule.findings.push({ ...finding, index });
    group.count += 1;
  });
  return groups.filter((group) => group.count > 0);
}

/** Count findings by severity: {block, warn, info}. */
export function countFindings(findings) {
  const counts = { block: 0, warn: 0, info: 0 };
  for (const group of groupFindings(findings)) {
    counts[group.severity] = group.count;
  }
  return counts;
}

const WINDS = ["e", "ne", "n", "nw", "w", "sw", "s", "se"];

/** Direction (eight winds) and distance in metres from frame position `from` to `to`. */
export function bearingTo(from, to) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const step = Math.round((Math.atan2(dy, dx) * 4) / Math.PI);
  return { wind: WINDS[(step + 8) % 8], distance_m: Math.hypot(dx, dy) };
}

/** The page of a registered thing; "" for kinds without one. */
export function entryUrl(type, id) {
  const rooms = { street: "names", place: "names", address: "addresses", unit: "units", case: "cases" };
  if (!rooms[type] || !id) {
    return "";
  }
  return `/${rooms[type]}/${encodeURIComponent(id)}${type === "case" ? "/" : ""}`;
}

/** Metres for people: "86 m" below a kilometre, "3.2 km" from there on. */
export function readableDistance(distance_m) {
  return distance_m < 1000 ? `${Math.round(distance_m)} m` : `${(distance_m / 1000).toFixed(1)} km`;
}
