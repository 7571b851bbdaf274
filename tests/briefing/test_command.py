"""The command writes files, alone and beside a running app, and says in Russian what is wrong."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from briefing import command
from ingest import commands, jobs
from queries import store
from queries.store import ROOT
from tests import small
from tests.briefing.conftest import READERS, bare


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-W46", date(2026, 11, 9), date(2026, 11, 15)), ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)), ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)), ("2026-11-01..2026-11-09", date(2026, 11, 1), date(2026, 11, 9)),
    ],
)  # fmt: skip
def test_periods(text: str, first: date, last: date) -> None:
    assert command.period(text) == (first, last)


@pytest.mark.parametrize("text", ["2026-W54", "2025-W53", "2026-13", "вчера", "2026-11-09..2026-11-01", "", "2026-11-31..2026-12-01"])
def test_what_is_not_a_period(text: str) -> None:
    with pytest.raises(ValueError, match="Не понимаем период"):
        command.period(text)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"format": "odt"}, "Нет формата «odt»"), ({"territory": 424242}, "Нет территории с номером 424242"), ({"kind": "monthly"}, "Нет такого вида справки"),
        ({"kind": "spike", "subject": "5"}, "Нет всплеска с номером 5"), ({"kind": "block", "subject": "ЖКХ"}, "Нет блока с номером ЖКХ"),
        ({"kind": "measure", "subject": "нет"}, "Нет меры с номером нет"), ({"sections": ["kpi", "погода"]}, "нет раздела «погода»"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(filled: Path, tmp_path: Path, wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        command.make({"territory": 2301, "period": "2024-W24", "out": str(tmp_path)} | wrong, small.quiet)
    assert not list(tmp_path.glob("spravka-*"))


def test_all_four_files(filled: Path, tmp_path: Path) -> None:
    arguments = {"territory": 2301, "period": "2024-W24", "format": "pdf,docx,pptx,xlsx", "sections": ["kpi", "topics"], "out": str(tmp_path / "новая")}
    answer = command.make(arguments, small.quiet)
    assert [Path(file).suffix for file in answer["files"]] == [".pdf", ".docx", ".pptx", ".xlsx"]
    for file in map(Path, answer["files"]):
        assert file.name.startswith("spravka-weekly-Калининград-2024-06-10-2024-06-16")
        said = bare(READERS[file.suffix.removeprefix(".")](file.read_bytes()))
        assert all(bare(line)[:40] in said for line in answer["headlines"]) and bare("О чём пишут") in said and bare("Всплески и причины") not in said
    assert len(list((tmp_path / "новая").iterdir())) == 4


def test_without_the_app_and_beside_it(filled: Path, tmp_path: Path) -> None:
    store.close_store()
    alone = _run("--out", str(tmp_path / "alone"))
    assert alone.returncode == 0 and len(json.loads(alone.stdout)["files"]) == 1, alone.stderr
    store.open_store()
    jobs.add_verb("briefing", command.make)
    worker = jobs.Worker(commands.VERBS | jobs.added_verbs())
    worker.start()
    try:
        beside = _run("--out", str(tmp_path / "beside"))
        refused = _run("--kind", "spike", "--subject", "5", "--out", str(tmp_path / "beside"))
    finally:
        worker.stop()
    assert beside.returncode == 0, beside.stderr
    assert json.loads(beside.stdout)["headlines"][:3] == json.loads(alone.stdout)["headlines"][:3]
    assert refused.returncode == 1 and "Нет всплеска с номером 5" in json.loads(refused.stdout)["error"]
    assert [file.suffix for file in (tmp_path / "beside").iterdir()] == [".pdf"]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command_line = [sys.executable, "-m", "briefing", "--territory", "2301", "--period", "2024-W24", "--json", *arguments]
    return subprocess.run(command_line, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=120)
