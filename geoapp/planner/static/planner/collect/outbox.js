// What happens to a door on the phone: saved, sent, answered, edited again. Pure: rows in, rows out.
//
// A row: {door, task, user, revision, fields, payload, hash, status, answer, sent_revision}. `status` is queued
// (待上传), sent (已上传), conflict (有冲突), refused (needs mending here), returned, accepted or withdrawn.
// A row is never deleted here: what was not acknowledged stays queued, whatever happens to the network.

export const STATUSES = ["queued", "sent", "conflict", "refused", "returned", "accepted", "withdrawn"];
export const BATCH = 20;

/** Hexadecimal SHA-256 of bytes or text. */
export async function sha256(content) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A door as it is saved: the next revision, its payload as text with its hash, waiting to be sent. */
export async function saved(row, fields, { seq, now }) {
  const revision = (row.revision ?? 0) + 1;
  const content = { ...fields, task: row.task, seq, recorded_at: fields.recorded_at ?? now };
  const payload = JSON.stringify(content);
  return { ...row, revision, fields: content, payload, hash: await sha256(payload), status: "queued", changed_at: now };
}

/** The rows of a user that wait, oldest first, as a batch for the server; null when nothing waits. */
export function batchOf(rows, { device, user, now }) {
  const waiting = rows.filter((row) => row.status === "queued" && row.user === user);
  waiting.sort((a, b) => a.fields.seq - b.fields.seq);
  if (!waiting.length) {
    return null;
  }
  const items = waiting
    .slice(0, BATCH)
    .map(({ door, revision, hash, payload }) => ({ door, revision, hash, payload }));
  return { device, device_now: now, items };
}

const OF_STATE = {
  received: "sent",
  conflict: "conflict",
  returned: "returned",
  accepted: "accepted",
  withdrawn: "withdrawn",
};

/** A row after the server's answer to one of its revisions. A later edit on the phone stays queued. */
export function answered(row, answer) {
  if (answer.revision !== row.revision) {
    return row; // edited while the answer was on its way: the newer revision is still to be sent
  }
  if (answer.fate === "refused") {
    return answer.retry ? row : { ...row, status: "refused", answer };
  }
  return standing({ ...row, status: "sent" }, answer);
}

/** A row as the server says it stands (also asked for later); only rows that are not waiting change. */
export function standing(row, told) {
  if (row.status === "queued" || row.status === "refused") {
    return row;
  }
  const chosen = told.state === "conflict" && told.conflict?.chosen;
  return { ...row, status: OF_STATE[told.state] ?? row.status, settled: Boolean(chosen), answer: told };
}

/** How many rows stand where: {queued, sent, conflict, …}; `conflict` counts those that still want a choice. */
export function counts(rows) {
  const found = Object.fromEntries(STATUSES.map((status) => [status, 0]));
  for (const row of rows) {
    found[row.status === "conflict" && row.settled ? "sent" : row.status] += 1;
  }
  return found;
}

/** The fields of a row after a choice in a conflict: mine, theirs or next. */
export function choice(row, chosen) {
  const fields = { ...row.fields, resolution: chosen };
  const next = row.answer?.conflict?.next;
  if (chosen === "next" && next) {
    // What hangs there stays written in plate_text; the number becomes a proposal.
    Object.assign(fields, { number: next.number, sub_number: next.sub_number ?? null, suggested: true });
  }
  return fields;
}
