"""What a reader types into the search line, as a condition over the stored keys of texts. No index beside the database."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from analytics import lemmas

MAX_TERMS = 12
_PART = re.compile(r"(?P<minus>(?<!\S)[-−–])?(?:\"(?P<straight>[^\"]*)\"|«(?P<angled>[^»]*)»|“(?P<curly>[^”]*)”|(?P<word>[^\s\"«»“”]+))")


@dataclass(frozen=True)
class Query:
    """Keys every text must have, each a lemma or lemmas side by side, and keys none may have. `is_empty`: nothing was
    typed; words that carry no meaning («и», «!!!») alone make a query that nothing meets."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    is_empty: bool = True

    def sql(self) -> tuple[str, dict[str, object]]:
        """The condition over a column `keys`, and its parameters."""
        if not self.wanted and not self.unwanted:
            return ("TRUE" if self.is_empty else "FALSE"), {}
        parts: list[str] = []
        values: dict[str, object] = {}
        for number, key in enumerate(self.wanted):
            # the bare key first: padding every text costs more than looking for it
            parts += [f"contains(keys, $part{number})", f"contains(' ' || keys || ' ', $key{number})"]
            values |= {f"part{number}": key, f"key{number}": f" {key} "}
        for number, key in enumerate(self.unwanted):
            parts.append(f"NOT contains(' ' || keys || ' ', $not{number})")
            values[f"not{number}"] = f" {key} "
        return " AND ".join(parts), values

    def forms(self, text: str) -> list[str]:
        """The forms in which the wanted words stand in a text, for highlighting."""
        wanted = {lemma for key in self.wanted for lemma in key.split()}
        return [text[start:end] for start, end in lemmas.spans(text, wanted)] if wanted else []

    def excerpt(self, text: str, longest: int = 420) -> str:
        """A long text around the first wanted word, cut at words."""
        if len(text) <= longest:
            return text
        wanted = {lemma for key in self.wanted for lemma in key.split()}
        places = lemmas.spans(text, wanted) if wanted else []
        start = max(0, min((places[0][0] if places else 0) - longest // 3, len(text) - longest))
        middle = text[start : start + longest]
        if start:
            middle = "… " + middle.partition(" ")[2]
        return middle if start + longest >= len(text) else middle.rpartition(" ")[0] + " …"


def parse(typed: str, terms: Iterable[str] = ()) -> Query:
    """What does the reader look for? Words in any form; «"детская площадка"»: words side by side (those without meaning,
    as «в», are skipped); «-снег»: texts without it. `terms`: keys as they are stored. No string raises; the first twelve
    words count."""
    wanted = [*filter(None, terms)]
    unwanted: list[str] = []
    for part in _PART.finditer(typed):
        phrase = part["straight"] or part["angled"] or part["curly"]
        found = lemmas.keys([phrase or part["word"] or ""])[0]
        for key in [found] if phrase else found.split():
            if key:
                (unwanted if part["minus"] else wanted).append(key)
    return Query(tuple(dict.fromkeys(wanted))[:MAX_TERMS], tuple(dict.fromkeys(unwanted))[:MAX_TERMS], not typed.strip() and not wanted)
