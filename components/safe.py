"""Making foreign text harmless: labels from data inside Markdown widgets, citizens' words inside HTML."""

import html
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

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


def safe_url(text: object) -> str | None:
    """An address that may be opened by a click: http or https with a host, nothing hidden in it; None for anything else.

    Refused: other schemes (javascript, data, file), addresses with a name or password before the host, with spaces, quotes,
    backslashes or characters that cannot be seen, longer than 2 000 characters.
    """
    line = str(text).strip() if isinstance(text, str) else ""
    if not line or len(line) > 2000 or any(char in "\"'<>\\^`{|}" or char.isspace() or unicodedata.category(char)[0] == "C" for char in line):
        return None
    try:
        parts = urlsplit(line)
        known = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.username is None and parts.password is None
        parts.port  # noqa: B018 - raises where the port is no number
    except ValueError:
        return None
    return line if known else None


def _fold(text: str) -> str:
    """Lower case with «ё» as «е», of the same length as `text` (str.lower may lengthen a letter)."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text).replace("ё", "е")


def _escape(text: str) -> str:
    """Escaped, without control characters and those that turn the direction of writing."""
    visible = "".join(char for char in text if char in "\n\t" or unicodedata.category(char)[0] != "C")
    return html.escape(visible).replace("\n", "<br>")
