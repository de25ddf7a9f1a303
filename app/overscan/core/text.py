"""One door for every string that a person sees.

The window, the command line and the layers below share it, so that a provider's label or a failure's remedy
is translated by the same catalogue as a button. It rests on :mod:`gettext`, since Qt is not to be had here.
"""

from __future__ import annotations

import gettext as _gettext

_translations: _gettext.NullTranslations = _gettext.NullTranslations()


def use(translations: _gettext.NullTranslations) -> None:
    """Make ``translations`` the catalogue of the whole program; called once, by the composition root."""
    global _translations
    _translations = translations


def tr(text: str, /, **values: object) -> str:
    """Translate ``text`` and fill its ``{named}`` places with ``values``.

    A value is never parsed as a format, so a file name with braces in it is safe.
    """
    translated = _translations.gettext(text)
    return translated.format(**values) if values else translated


def trn(one: str, many: str, count: int, /, **values: object) -> str:
    """Translate with the plural form for ``count``, which is also available as ``{count}``."""
    return _translations.ngettext(one, many, count).format(count=count, **values)


def mark(text: str, /) -> str:
    """Mark a string of a declaration for the catalogue; it is translated with :func:`tr` when it is shown."""
    return text
