"""The verb «briefing»: from the arguments of a command or a job to files in a folder."""

import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from briefing import build, pdf, sheets, slides, templates, word
from briefing.model import Briefing
from queries import context, dictionaries
from queries.access import Access
from queries.scope import default_period, end_of_month
from words import _

WRITERS: dict[str, Callable[[Briefing], bytes]] = {"pdf": pdf.pdf, "docx": word.word, "pptx": slides.slides, "xlsx": sheets.sheets}
WEEK, MONTH, SPAN = re.compile(r"(\d{4})-W(\d{2})"), re.compile(r"(\d{4})-(\d{2})"), re.compile(r"(\S{10})\.\.(\S{10})")


def period(text: str) -> tuple[date, date]:
    """The days of «2026-W46», «2026-11» or «2026-11-01..2026-11-09». Raises ValueError with a Russian message."""
    try:
        if found := WEEK.fullmatch(text):
            first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
            return first, first + timedelta(days=6)
        if found := MONTH.fullmatch(text):
            first = date(int(found[1]), int(found[2]), 1)
            return first, end_of_month(first)
        if found := SPAN.fullmatch(text):
            first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
            if first <= last:
                return first, last
    except ValueError:
        pass
    raise ValueError(_("Не понимаем период «{text}». Нужен вида 2026-W46, 2026-11 или 2026-11-01..2026-11-09.").format(text=text))


def formats(text: str) -> list[str]:
    """«pdf,docx» as a list. Raises ValueError for a format that nobody writes."""
    asked = [one.strip().lower() for one in text.split(",") if one.strip()]
    wrong = [one for one in asked if one not in WRITERS]
    if wrong or not asked:
        raise ValueError(_("Нет формата «{wrong}». Есть: {all}.").format(wrong=", ".join(wrong), all=", ".join(WRITERS)))
    return list(dict.fromkeys(asked))


def write(form: str, briefing: Briefing) -> bytes:
    """The briefing in one format. Raises templates.Broken where the centre's own template or coat of arms cannot be used."""
    return templates.guarded(form, lambda: WRITERS[form](briefing))


def make(arguments: dict[str, Any], progress: Callable[[float, str], None]) -> dict[str, Any]:
    """Write a briefing. territory (number), period («2026-W46»; the last seven full days where there is none), kind, subject
    (number of a spike, block or measure), sections (keys; all where there are none), format («pdf,docx»), out (folder). The
    answer: files, title, headlines. Raises ValueError with a Russian message."""
    asked = formats(arguments.get("format") or "pdf")
    progress(0.05, _("Считаем показатели"))
    briefing = of(arguments)
    folder = Path(arguments.get("out") or ".")
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for done, name in enumerate(asked):
        progress(0.4 + 0.6 * done / len(asked), _("Пишем {format}").format(format=name.upper()))
        file = folder / f"{briefing.file_name}.{name}"
        unfinished = file.with_name(f".{file.name}.part")
        unfinished.write_bytes(write(name, briefing))
        os.replace(unfinished, file)
        files.append(str(file))
    progress(1.0, _("Готово"))
    return {"files": files, "title": briefing.title, "headlines": list(briefing.headlines)}


def of(arguments: dict[str, Any]) -> Briefing:
    """The briefing that the arguments of `make` name."""
    tree = dictionaries.territories()
    place = int(arguments.get("territory") or tree.home())
    if place not in tree.all:
        raise ValueError(_("Нет территории с номером {number}.").format(number=place))
    last_full = dictionaries.days(tree.timezone(place)).last_full
    first, last = period(arguments["period"]) if arguments.get("period") else default_period(last_full)
    found = context.read({"place": str(place), "from": first.isoformat(), "to": last.isoformat()}, Access.reader())
    briefing = build.build(found, arguments.get("kind") or "weekly", arguments.get("subject"))
    keys = arguments.get("sections")
    if keys:
        known = {section.key for section in briefing.sections}
        if unknown := [key for key in keys if key not in known]:
            raise ValueError(_("В этой справке нет раздела «{wrong}». Есть: {all}.").format(wrong=", ".join(unknown), all=", ".join(sorted(known))))
        return briefing.edited(keys=tuple(keys))
    return briefing
