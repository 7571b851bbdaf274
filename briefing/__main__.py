"""`python3 run.py briefing …`: a briefing as files, also while the app runs."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from briefing import build, command
from ingest import commands, jobs

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
KINDS = ", ".join(f"{code} ({words.lower()})" for code, words in build.KINDS.items())


def show(share: float, message: str) -> None:
    """How far it is, on the terminal's own line."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{share:4.0%} {message:<40.40}" + ("\n" if share >= 1 else ""))


@app.command()
def briefing(
    territory: Annotated[int | None, typer.Option(help="Номер территории; без ключа та, что охватывает все данные")] = None,
    period: Annotated[str | None, typer.Option(help="2026-W46, 2026-11 или 2026-11-01..2026-11-09; без ключа последние семь полных дней")] = None,
    kind: Annotated[str, typer.Option(help=KINDS)] = "weekly",
    subject: Annotated[str | None, typer.Option(help="Номер всплеска, блока или меры")] = None,
    format: Annotated[str, typer.Option(help="pdf, docx, pptx, xlsx через запятую")] = "pdf",
    sections: Annotated[str | None, typer.Option(help="Какие разделы, через запятую; без ключа все, где есть данные")] = None,
    out: Annotated[Path, typer.Option(help="Папка для файлов")] = Path("."),
    as_json: Annotated[bool, typer.Option("--json", help="Итог в JSON")] = False,
) -> None:
    """Справка для руководителя: PDF, DOCX, PPTX и XLSX с одними и теми же числами."""
    arguments = {
        "territory": territory, "period": period, "kind": kind, "subject": subject, "format": format,
        "sections": [one.strip() for one in sections.split(",")] if sections else None, "out": str(out.resolve()),
    }  # fmt: skip
    jobs.add_verb("briefing", command.make)
    try:
        answer = commands.perform("briefing", arguments, show)
    except (RuntimeError, OSError, ValueError) as error:
        print(json.dumps({"error": str(error)}, ensure_ascii=False) if as_json else str(error), file=sys.stdout if as_json else sys.stderr)
        raise typer.Exit(1) from None
    print(json.dumps(answer, ensure_ascii=False) if as_json else "\n".join(answer["files"]))


if __name__ == "__main__":
    app()
