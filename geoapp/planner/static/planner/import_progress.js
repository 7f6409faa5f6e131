// Works on an import in short turns until nothing is left, and shows how far it is. Without JavaScript a button does.
const form = document.querySelector("form[data-advance]");
const bar = document.querySelector("progress");
const words = document.querySelector("[data-progress-words]");

async function work() {
  let state = "";
  for (;;) {
    const answer = await fetch(location.pathname, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
    });
    if (!answer.ok) {
      form.submit(); // the page says what went wrong
      return;
    }
    const told = await answer.json();
    state ||= told.state;
    if (!told.working || told.state !== state) {
      location.reload();
      return;
    }
    bar.max = told.total;
    bar.value = told.done;
    words.textContent = words.textContent.replace(/\d+ \/ \d+/, `${told.done} / ${told.total}`);
  }
}

if (form) work();
