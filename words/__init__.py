"""Everything the product says: catalogues, numbers, dates, plurals, sentences.

Messages are written in Russian and looked up by gettext, so that another language is one more catalogue.
"""

import gettext
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def _catalogue(language: str) -> gettext.NullTranslations:
    with open(Path(__file__).parent / "catalogues" / f"{language}.po", encoding="utf-8") as file:
        compiled = BytesIO()
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


_ru = _catalogue("ru")


def _(message: str) -> str:
    """The message in the reader's language."""
    return _ru.gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """The form of a message that agrees with `n`."""
    return _ru.ngettext(one, many, n)
