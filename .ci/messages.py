"""The catalogue of English texts. Usage: .ci/messages.py compile | update

``compile`` writes every .mo that is missing or older than its .po; it needs Babel only. ``update`` brings the .po
up to date with the templates and the code: new texts appear with an empty msgstr, texts no longer used go.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "geoapp" / "locale"
APPS = ("geoapp", "naming", "boundaries")
KEYWORDS = {
    "_": None,
    "_lazy": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
# A text is its id, or (context, id) or (singular, plural), with where it stands.
Text = tuple[str | tuple[str, ...], str, str]
HEADER = r"""# English texts of the service. The ids are the Chinese texts; place names are never translated.
# Words of the trade: geoapp/docs/glossary.md
msgid ""
msgstr ""
"Language: en\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""


def compile_all() -> list[Path]:
    """Write each .mo that is missing or older than its .po, whole or not at all; return what was written."""
    written = []
    for po in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parts[-3])
        # Several processes may compile at once: each writes a file of its own, the last one renamed wins.
        with tempfile.NamedTemporaryFile(dir=po.parent, suffix=".tmp", delete=False) as target:
            write_mo(target, catalogue)
        os.chmod(target.name, 0o644)
        os.replace(target.name, mo)
        written.append(mo)
    return written


def texts() -> Iterator[Text]:
    """Yield every text of code and templates: (id or ids, context, place). Needs Django's settings."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _of_code(path)
        for path in sorted((ROOT / app).rglob("*.html")):
            yield from _of_template(path)


def _of_code(path: Path) -> Iterator[Text]:
    place = str(path.relative_to(ROOT))
    with path.open("rb") as source:
        for _line, found, _comments, context in extract("python", source, keywords=KEYWORDS):
            yield found, context or "", place


def _of_template(path: Path) -> Iterator[Text]:
    from django.template import Engine
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    place = str(path.relative_to(ROOT))
    template = Engine.get_default().from_string(path.read_text(encoding="utf-8"))
    for node in template.nodelist.get_nodes_by_type(TranslateNode):
        context = node.message_context.resolve({}) if node.message_context else ""
        literal = node.filter_expression.var.literal
        if literal:
            yield literal.replace("%%", "%"), context, place
    for node in template.nodelist.get_nodes_by_type(BlockTranslateNode):
        singular = node.render_token_list(node.singular)[0]
        if node.plural:
            yield (singular, node.render_token_list(node.plural)[0]), "", place
        else:
            yield singular, "", place


def extracted() -> Catalog:
    """Return the catalogue of what the code and the templates say, without translations."""
    catalogue = Catalog(locale="en")
    for found, context, place in texts():
        catalogue.add(found, context=context or None, locations=[(place, None)])
    return catalogue


def is_translated(message: Message) -> bool:
    """Say whether a message has its English text, in every plural form."""
    found = message.string
    return bool(found) and all(found) if isinstance(found, (tuple, list)) else bool(found)


def update(po: Path = LOCALE / "en" / "LC_MESSAGES" / "django.po") -> Catalog:
    """Bring the .po up to date and return it; translations of texts that remain are kept."""
    wanted = extracted()
    held = Catalog(locale="en")
    if po.exists():
        with po.open("rb") as source:
            held = read_po(source, locale="en")
    for message in wanted:
        old = held.get(message.id, message.context) if message.id else None
        if old is not None:
            message.string = old.string
    po.parent.mkdir(parents=True, exist_ok=True)
    with po.open("wb") as target:
        target.write(HEADER.encode())
        write_po(target, wanted, width=110, include_lineno=False, omit_header=True)
    return wanted


def _django() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoapp.settings")
    import django

    django.setup()


if __name__ == "__main__":
    if sys.argv[1:] == ["compile"]:
        for path in compile_all():
            print(path.relative_to(ROOT))
    elif sys.argv[1:] == ["update"]:
        _django()
        missing = [message.id for message in update() if message.id and not is_translated(message)]
        print(f"{len(missing)} texts without English")
        for text in missing:
            print(" ", text)
    else:
        sys.exit(__doc__)
