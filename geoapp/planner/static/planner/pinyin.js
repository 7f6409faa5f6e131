// The reading the server suggests, beside the pinyin field.
import { t } from "./texts.js";

/** Tie `input` to its `line`; `.show(name)` takes the `name` member of a check's answer, or null to hide. */
export function mountPinyin(input, line) {
  return {
    show(name) {
      const review = name?.review || [];
      const suggested = name?.pinyin && name.pinyin !== input.value.trim() ? name.pinyin : "";
      line.replaceChildren();
      line.hidden = !suggested && !review.length;
      if (suggested) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button button--small";
        button.textContent = t("panel.usePinyin");
        button.addEventListener("click", () => {
          input.value = suggested;
          input.focus();
          input.dispatchEvent(new Event("input", { bubbles: true }));
        });
        const reading = document.createElement("strong");
        reading.className = "pinyin";
        reading.textContent = suggested;
        line.append(`${t("panel.pinyin")} `, reading, " ", button, " ");
      }
      if (review.length) {
        line.append(t("panel.review", { chars: review.join(t("map.comma")) }));
      }
    },
  };
}
