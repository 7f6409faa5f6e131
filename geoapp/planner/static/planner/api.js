// Talking to the server: JSON in and out, problem+json as errors, the CSRF token from its cookie.

/** An answer that is not a success: `status`, `title`, `detail` and the whole problem document. */
export class Problem extends Error {
  constructor(status, document = {}) {
    super(document.detail || document.title || `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    this.title = document.title || "";
    this.detail = document.detail || "";
    this.document = document;
  }
}

/** Read one cookie's value from a cookie string; "" if it is not there. */
export function cookieValue(cookies, name) {
  const found = (cookies || "").split(/;\s*/u).find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

async function answerOf(response) {
  const isJson = /\bjson\b/u.test(response.headers.get("content-type") || "");
  if (!response.ok) {
    let document = {};
    if (isJson) {
      try {
        document = await response.json();
      } catch {
        document = {};
      }
    }
    throw new Problem(response.status, document);
  }
  if (!isJson) {
    throw new Problem(response.status, { title: "not JSON" });
  }
  return response.json();
}

/** GET a JSON document. `signal` aborts. Throws Problem, TypeError (network) or AbortError. */
export async function getJSON(url, { signal, fetcher = fetch } = {}) {
  const accept = "application/geo+json, application/json, application/problem+json";
  return answerOf(await fetcher(url, { signal, credentials: "same-origin", headers: { Accept: accept } }));
}

/** POST a JSON document and read one back. Errors as for getJSON. */
export async function postJSON(url, body, { signal, fetcher = fetch, cookies = globalThis.document?.cookie } = {}) {
  const headers = { Accept: "application/json, application/problem+json", "Content-Type": "application/json" };
  const token = cookieValue(cookies, "csrftoken");
  if (token) {
    headers["X-CSRFToken"] = token;
  }
  const options = { method: "POST", signal, credentials: "same-origin", headers, body: JSON.stringify(body) };
  return answerOf(await fetcher(url, options));
}
