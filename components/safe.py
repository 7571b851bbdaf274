"""Making foreign text harmless: labels from data inside Markdown widgets, citizens' words inside HTML."""

import html
import re
import unicodedata
from collections.abc import Iterable

_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$<>&^=\"'])")
_WORD_JOINER = "\u2060"


def plain(text: object) -> str:
    """A label as it is, inside any Streamlit widget that reads Markdown.

    Markdown punctuation is escaped. Bare addresses, e-mails, emoji codes and colour directives are recognised by
    Streamlit after parsing, where a backslash no longer helps, so an invisible word joiner (U+2060) breaks them.
    """
    line = " ".join(str(text).split())
    escaped = _PUNCTUATION.sub(r"\\\1", line)
    escaped = re.sub(r"(?i)(www)(\\\.)", rf"\1{_WORD_JOINER}\2", escaped)
    return re.sub(r":(?=[^\s\d]|\d+:)", f"\\\\:{_WORD_JOINER}", escaped).replace("@", f"@{_WORD_JOINER}")


def safe_text(text: str, words: Iterable[str] = ()) -> str:
    """HTML that shows `text` literally, line breaks kept, with every word that starts as one of `words` in <mark>.

    Everything that comes from `text` or `words` is escaped; the only tags in the answer are <mark> and <br>.
    Matching ignores case and treats «ё» as «е»; `words` are literals, not patterns.
    """
    stems = sorted({_fold(word) for word in words if word.strip()}, key=len, reverse=True)
    if not stems:
        return _escape(text)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(stem) for stem in stems)})\w*")
    parts, end = [], 0
    for match in pattern.finditer(_fold(text)):
        parts.append(_escape(text[end : match.start()]))
        parts.append(f"<mark>{_escape(text[match.start() : match.end()])}</mark>")
        end = match.end()
    return "".join([*parts, _escape(text[end:])])


def _fold(text: str) -> str:
    """Lower case with «ё» as «е», of the same length as `text` (str.lower may lengthen a letter)."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text).replace("ё", "е")


def _escape(text: str) -> str:
    """Escaped, without control characters and those that turn the direction of writing."""
    visible = "".join(char for char in text if char in "\n\t" or unicodedata.category(char)[0] != "C")
    return html.escape(visible).replace("\n", "<br>")
