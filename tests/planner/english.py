"""Reads an English page as a screen reader would: which text stands where, and whether it is marked as Chinese."""

from __future__ import annotations

import re
from html.parser import HTMLParser

CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
HAN = re.compile("[\u3400-\u9fff]+")
SPOKEN = {"aria-label", "title", "placeholder", "alt", "data-label", "content", "summary"}
TYPED = {"textarea"}
VOID = {"meta", "link", "img", "input", "br", "hr", "path", "area", "base", "col", "embed", "source", "wbr"}


class EnglishPage(HTMLParser):
    """``stray`` holds Chinese outside elements marked ``lang="zh-Hans"``; ``data`` the Chinese inside them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._open: list[tuple[str, bool]] = []
        self._loose: list[str] = []
        self.stray: list[str] = []
        self.data: list[str] = []
        self.language = ""
        self.feed(html)
        self.close()
        # A title or an attribute cannot be marked in part: it may name what stands marked on the page.
        known = "\n".join(self.data)
        for text in self._loose:
            rest = HAN.sub(lambda m: "" if m.group() in known else m.group(), text)
            # Names bring brackets and list commas of their own.
            if HAN.search(rest):
                self.stray.append(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if tag == "html":
            self.language = values.get("lang") or ""
        inside = self._open[-1][1] if self._open else False
        marked = inside or (tag != "html" and values.get("lang") == "zh-Hans")
        if tag not in VOID:
            self._open.append((tag, marked))
        if not marked:
            self._loose += [v for k, v in attributes if k in SPOKEN and v and CHINESE.search(v)]

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, text: str) -> None:
        if not CHINESE.search(text):
            return
        tag, marked = self._open[-1] if self._open else ("", False)
        if tag in TYPED:
            return
        if marked:
            self.data.append(text.strip())
        elif tag == "title":
            self._loose.append(text)
        else:
            self.stray.append(text.strip())
