"""What do the masks find and what do they eat? `python -m bench.privacy`

Three parts of the public texts in the shared data folder `../shared`, drawn at random with a seed, a fixed number from
each file (`dense`: from all files together): `plain` from all lines, `enriched` from lines with four digits in a row, two
capitalised words in a row, «@» or «vk.com», `dense` from lines with six digits, «@», «кв», «тел» or «лицевой счёт».
`data/privacy_labels.csv` keeps (part, file, row, start, end, kind) and no text; a row without a kind says that the line
holds nothing personal. Offsets are those of the file's own text; masks are measured as they work, on the cleaned text.

The lines were labelled by reading before the rules were opened; the rules were then mended on their misses and on a
look through the rest of the same files, so what is printed now is of texts that were seen. Before that, unseen:
plain recall 13/14, precision 13/15; enriched 23/24 and 23/24; dense 45/48 and 46/49. `hard` are invented lines from
tests/data, written with the rules in sight to break them (55/82 and 54/60 before the mending).

Labelled were: every telephone of six digits and more (of offices too), a person named by at least two parts of a name
(officials and public figures too, streets named after people not), pages and mentions of people (not of communities),
the number of a flat, of a car, of a document. In this data most phones and e-mails had been replaced by one specimen
before it was published, so were names in the Omsk files: recall there says little.

Recall: the share of labels with no character left. Precision: the share of masks that touch any label.
"""

import csv
import hashlib
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from analytics import privacy
from analytics.lemmas import clean
from analytics.rates import wilson

DATA = Path(__file__).parents[2] / "shared" / "data"
LABELS = Path(__file__).parent / "data" / "privacy_labels.csv"
HARD = Path(__file__).parents[1] / "tests" / "data" / "privacy_hard.txt"
DRAWN = "2006bba8930b80dbb96862c15ecb8128762b8f28c871fb19ef7552ad45852882"
_OMSK = "ru-omsk-incident-export"
FILES = {
    "kursk": ("ru-kursk-2022/train.csv", "Текст Сообщения"),
    "omsk_feed": (f"{_OMSK}/live_feed_150.csv", "text"),
    "omsk_incidents": (f"{_OMSK}/incident_export.xlsx", "Текст инцидента"),
    "omsk_replies": (f"{_OMSK}/incident_export.xlsx", "Общий текст первого ответа"),
    "cheboksary": ("ru-cheboksary-2021/prosby_zhiteley_geocoded.csv", "текст обращения"),
}
_KINDS = ("name", "phone", "email", "card", "passport", "snils", "account", "plate", "flat", "profile", "document")
MARKS = dict(zip(privacy.PLACEHOLDERS, _KINDS))
_MARK = re.compile("(" + "|".join(map(re.escape, MARKS)) + ")")
_LABELLED = re.compile(r"\{(\w+):([^}]*)\}")
Span = tuple[int, int, str]
Line = tuple[str, set[Span]]


def texts(name: str) -> list[str]:
    """The texts of one of FILES in the order of its rows, empty where there is none."""
    path, column = FILES[name]
    if path.endswith(".csv"):
        frame = pd.read_csv(DATA / path, dtype=str, keep_default_na=False)
    else:
        frame = pd.read_excel(DATA / path, dtype=str, engine="calamine")
    return frame[column].fillna("").tolist()


def labelled(loaded: dict[str, list[str]]) -> dict[str, list[Line]]:
    """The drawn lines of each part, cleaned, with their labels. Exits where the data is not what was labelled."""
    drawn: dict[tuple[str, str, int], list[Span]] = {}
    with LABELS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            spans = drawn.setdefault((row["part"], row["file"], int(row["row"])), [])
            if row["kind"]:
                spans.append((int(row["start"]), int(row["end"]), row["kind"]))
    digest = hashlib.sha256()
    parts: dict[str, list[Line]] = {}
    for (part, name, at), spans in drawn.items():
        raw = loaded[name][at]
        digest.update(raw.encode() + b"\0")
        parts.setdefault(part, []).append((clean(raw), {_in_cleaned(raw, span) for span in spans}))
    if digest.hexdigest() != DRAWN:
        sys.exit(f"the texts in {DATA} are not the ones that were labelled")
    return parts


def _in_cleaned(raw: str, span: Span) -> Span:
    start, end, kind = span
    cleaned, needle = clean(raw), clean(raw[start:end])
    at = -1
    for _ in range(clean(raw[:start]).count(needle) + 1):
        at = cleaned.index(needle, at + 1)
    return at, at + len(needle), kind


def invented() -> list[Line]:
    """The hard lines of tests/data with the labels written into them as {kind:text}."""
    lines = [line.removeprefix("~ ") for line in HARD.read_text(encoding="utf-8").splitlines()]
    return [_unmarked(line) for line in lines if line and not line.startswith("#")]


def _unmarked(line: str) -> Line:
    text, spans = "", set()
    line = line.replace("⏎", "\n")
    pieces = _LABELLED.split(line)
    for plain, kind, inner in zip(pieces[::3], [*pieces[1::3], ""], [*pieces[2::3], ""]):
        text += plain
        if kind:
            spans.add((len(text), len(text) + len(inner), kind))
        text += inner
    return text, spans


def masks(text: str) -> list[Span]:
    """Where in the text the masks lie: the rules are walked one by one, each character knows where it came from."""
    now, origin = text, [(at, at + 1) for at in range(len(text))]
    for gate, rules in privacy._GROUPS:
        if gate.search(now):
            for pattern, replacement in rules:
                now, origin = _replaced(now, origin, pattern, replacement)
    assert now == privacy.mask(text)
    return [(origin[found.start()][0], origin[found.end() - 1][1], MARKS[found[0]]) for found in _MARK.finditer(now)]


def _replaced(
    text: str, origin: list[tuple[int, int]], pattern: re.Pattern[str], replacement: str | Callable[[re.Match[str]], str]
) -> tuple[str, list[tuple[int, int]]]:
    out, came, done = "", [], 0
    for match in pattern.finditer(text):
        new = replacement(match) if callable(replacement) else replacement
        if new == match[0]:
            continue
        mark = _MARK.search(new)
        assert mark
        start, end = match.start() + mark.start(), match.end() - (len(new) - mark.end())
        out += text[done:start] + mark[0]
        came += origin[done:start] + [(origin[start][0], origin[end - 1][1])] * len(mark[0])
        done = end
    return out + text[done:], came + origin[done:]


def report(part: str, lines: list[Line]) -> None:
    """Recall by kind of label, precision by kind of mask, and the places of what went wrong."""
    labels: Counter[str] = Counter()
    hidden: Counter[str] = Counter()
    touched: Counter[str] = Counter()
    made: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for text, truth in lines:
        found = masks(text)
        left = set(range(len(text))) - {at for start, end, _ in found for at in range(start, end)}
        for start, end, kind in truth:
            labels[kind] += 1
            hidden[kind] += left.isdisjoint(range(start, end))
            touched[kind] += not left.issuperset(range(start, end))
        for start, end, kind in found:
            made[kind] += 1
            right[kind] += any(start < label[1] and label[0] < end for label in truth)
    print(f"\n{part}: {len(lines)} lines, {labels.total()} labels, {made.total()} masks")
    for kind in sorted(labels | made, key=lambda kind: -labels[kind]):
        print(f"  {kind:9} {_shares(hidden[kind], labels[kind], right[kind], made[kind], touched[kind])}")
    print(f"  {'all':9} {_shares(hidden.total(), labels.total(), right.total(), made.total(), touched.total())}")


def _shares(hidden: int, labels: int, right: int, made: int, touched: int) -> str:
    partly = f", {touched - hidden} in part" if touched > hidden else ""
    return f"recall {_share(hidden, labels)}   precision {_share(right, made)}{partly}"


def _share(k: int, n: int) -> str:
    if not n:
        return f"{'—':26}"
    low, high = wilson(k, n)
    return f"{k / n:5.0%} ({k}/{n}; {low:.0%}–{high:.0%})".ljust(26)


def speed(lines: Iterable[str]) -> None:
    """Cleaned texts masked in a second of processor time."""
    ready = [clean(line) for line in lines if line]
    started = time.process_time()
    for text in ready:
        privacy.mask(text)
    spent = time.process_time() - started
    print(f"\nspeed: {len(ready) / spent:,.0f} texts/s, {sum(map(len, ready)) / spent / 1e6:.1f} million characters/s a core")


if __name__ == "__main__":
    if not DATA.exists():
        sys.exit(f"no data at {DATA}")
    print("the rules were mended on these lines: the first, unseen figures stand in the head of this file")
    everything = {name: texts(name) for name in FILES}
    for part, lines in labelled(everything).items():
        report(part, lines)
    report("hard (invented)", invented())
    for name in ("kursk", "cheboksary"):
        print(f"\n{name}", end="")
        speed(everything[name])
