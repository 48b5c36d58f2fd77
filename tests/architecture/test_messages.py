"""Every text of a public page has its translation, and what is compiled is what is written."""

import gettext
import io

from tools import messages


def test_every_text_of_public_pages_is_translated_and_compiled():
    assert messages.catalogues()
    assert len(messages.used()) > 5
    assert not messages.faults()


def test_what_is_compiled_is_what_is_written():
    said = {
        "": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n",
        "Not found": "Nicht gefunden – ähm",
        "%(n)s day\0%(n)s days": "%(n)s Tag\0%(n)s Tage",
    }
    read = gettext.GNUTranslations(io.BytesIO(messages.compiled(said)))
    assert read.gettext("Not found") == "Nicht gefunden – ähm"
    assert [read.ngettext("%(n)s day", "%(n)s days", n) for n in (1, 2)] == [
        "%(n)s Tag",
        "%(n)s Tage",
    ]


def test_texts_are_found_in_templates_and_code():
    page = (
        "{% translate 'One' %}{% blocktranslate trimmed with a=b %}\n Dear\n {{ a }}, 5%"
        "{% endblocktranslate %}{% blocktranslate count n=n %}{{ n }} day{% plural %}"
        "{{ n }} days{% endblocktranslate %}"
    )
    assert set(messages._of_template(page)) == {
        "One", "Dear %(a)s, 5%%", "%(n)s day\0%(n)s days",
    }  # fmt: skip
    code = "x = _('Two'); ngettext('day', 'days', 3); t.gettext('Three'); other('No'); _(name)"
    assert set(messages._of_module(code)) == {"Two", "day\0days", "Three"}


def test_a_catalogue_is_read_with_its_lines_joined(tmp_path):
    po = tmp_path / "django.po"
    po.write_text(
        'msgid ""\n"Long "\n"text"\nmsgstr "Langer "\n"Text"\n\n# note\nmsgid "a"\nmsgstr ""\n'
    )
    assert messages.read(po) == {"Long text": "Langer Text", "a": ""}
