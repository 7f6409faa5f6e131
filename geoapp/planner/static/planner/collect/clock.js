// How far the phone's clock is from the server's. Pure.

export const NOTICED_S = 120;

/** Server minus device in seconds, from one exchange: the server's word is taken to be said halfway. */
export function skewOf(serverNow, sentMs, answeredMs) {
  const server = Date.parse(serverNow);
  return Number.isNaN(server) ? null : (server - (sentMs + answeredMs) / 2) / 1000;
}

/** Say whether a skew is worth a word to the collector. */
export function noticed(skew) {
  return typeof skew === "number" && Math.abs(skew) > NOTICED_S;
}

/** A device time (ISO) as it truly was, given the skew in seconds. */
export function corrected(iso, skew) {
  return new Date(Date.parse(iso) + (skew || 0) * 1000).toISOString();
}
