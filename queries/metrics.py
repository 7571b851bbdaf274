"""The registry: each metric and each predicate is defined once, for tiles, lists, files and the method page.

A predicate is an SQL condition over appeals `a` and their territories `t`; the share shown on a page and the list behind
it use the same one.
"""

import csv
import math
import re
from dataclasses import dataclass, replace
from functools import cache

from queries.store import ROOT

OPEN = "(a.closed_at IS NULL AND a.status NOT IN ('closed', 'rejected'))"
IN_TIME = "coalesce(a.due_at >= $as_of, TRUE)"
AGE = "($as_of - a.created_at)"
DUE = "(a.type = 'resolvable' AND a.due_at <= $as_of)"


def _reference(name: str) -> list[dict[str, str]]:
    with open(ROOT / "data" / "reference" / f"{name}.csv", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Rung:
    """One step of the ladder of data/reference/ladder.csv: whom to call by level of the executor, and from which age
    (hours after the term; negative: before it). `until` is where the next step begins, None for the last."""

    step: int
    since: float
    until: float | None
    who: dict[str, str]
    reason: str

    @property
    def predicate(self) -> str:
        """SQL over appeals `a`: open and of this age; each open appeal stands on one step at most."""
        younger = "" if self.until is None else f" AND a.due_at > $as_of - INTERVAL '{self.until} hours'"
        return f"({OPEN} AND a.due_at <= $as_of - INTERVAL '{self.since} hours'{younger})"


def _ladder() -> tuple[Rung, ...]:
    rows = sorted(_reference("ladder"), key=lambda row: float(row["hours_after_due"]))
    since = [float(row["hours_after_due"]) for row in rows]
    return tuple(
        Rung(n, since[n - 1], until, {level: row[level] for level in ("municipal", "regional", "federal")}, row["reason"])
        for n, (row, until) in enumerate(zip(rows, [*since[1:], None], strict=True), 1)
    )


LADDER = _ladder()


def _vulnerable() -> str:
    """SQL over appeals `a`: whose open text has a lemma of data/reference/vulnerable_words.csv."""
    lemmas = "|".join(re.escape(row["lemma"]) for row in _reference("vulnerable_words")).replace("'", "''")
    return f"(a.visibility = 'public' AND EXISTS (FROM texts v WHERE v.appeal_id = a.appeal_id AND regexp_matches(v.keys, '(^| )({lemmas})( |$)')))"

PREDICATES: dict[str, str] = {
    "all": "TRUE",
    "open": OPEN,
    "closed": "(a.status = 'closed')",
    "overdue": f"({OPEN} AND a.due_at < $as_of)",
    "due_soon": f"({OPEN} AND a.due_at >= $as_of AND a.due_at <= $as_of + INTERVAL 1 DAY)",
    "late": "(coalesce(a.closed_at, $as_of) > a.due_at)",
    "due_resolvable": DUE,
    "resolved_on_time": f"({DUE} AND a.status = 'closed' AND a.outcome = 'resolved' AND a.closed_at <= a.due_at)",
    "still_in_time": "(a.type = 'resolvable' AND a.due_at > $as_of)",
    "closed_resolvable": "(a.type = 'resolvable' AND a.status = 'closed')",
    "closed_resolved": "(a.type = 'resolvable' AND a.status = 'closed' AND a.outcome = 'resolved')",
    "rated": "(a.rating IS NOT NULL)",
    "rated_good": "(a.rating >= 4)",
    "rated_bad": "(a.rating <= 3)",
    "answered": "(a.response_minutes IS NOT NULL)",
    "waiting": "(a.response_minutes IS NULL)",
    "within_30m": "(a.response_minutes <= 30)",
    "within_1h": "(a.response_minutes > 30 AND a.response_minutes <= 60)",
    "within_4h": "(a.response_minutes > 60 AND a.response_minutes <= 240)",
    "within_8h": "(a.response_minutes > 240 AND a.response_minutes <= 480)",
    "within_24h": "(a.response_minutes > 480 AND a.response_minutes <= 1440)",
    "over_24h": "(a.response_minutes > 1440)",
    "official": "a.is_official",
    "unofficial": "NOT a.is_official",
    "restricted": "(a.visibility = 'restricted')",
    "reopened": "a.reopened",
    "repeated": "(a.repeat_of IS NOT NULL)",
    "postponed": "(a.outcome = 'postponed')",
    "with_point": "(a.lat IS NOT NULL)",
    "without_point": "(a.lat IS NULL)",
    "municipal": "(a.level = 'municipal')",
    "assigned": "(a.executor_id IS NOT NULL)",
    "unassigned": "(a.executor_id IS NULL)",
    "new": "(a.status = 'new')",
    "in_work": "(a.status = 'assigned')",
    "replied": "(a.status = 'answered')",
    "solved": "(a.status = 'closed' AND a.outcome IS NOT DISTINCT FROM 'resolved')",
    "closed_otherwise": "(a.status = 'closed' AND a.outcome IS DISTINCT FROM 'resolved')",
    "declined": "(a.status = 'rejected')",
    "without_block": "(a.block_id IS NULL)",
    "without_group": "(a.topic_group_id IS NULL)",
    "without_topic": "(a.topic_id IS NULL)",
    "without_street": "(a.street IS NULL)",
    "without_author": "(a.author_key IS NULL)",
    "closed_undated": "(a.status = 'closed' AND a.closed_at IS NULL)",
    "closed_unrated": "(a.status = 'closed' AND a.rating IS NULL)",
    "regional": "(a.level = 'regional')",
    "federal": "(a.level = 'federal')",
    "without_level": "(a.level IS NULL)",
    "term_came": "(a.due_at <= $as_of)",
    "to_3_days": f"({OPEN} AND {IN_TIME} AND {AGE} <= INTERVAL 3 DAY)",
    "to_7_days": f"({OPEN} AND {IN_TIME} AND {AGE} > INTERVAL 3 DAY AND {AGE} <= INTERVAL 7 DAY)",
    "to_10_days": f"({OPEN} AND {IN_TIME} AND {AGE} > INTERVAL 7 DAY AND {AGE} <= INTERVAL 10 DAY)",
    "longer": f"({OPEN} AND {IN_TIME} AND {AGE} > INTERVAL 10 DAY)",
    "answered_4h": "(a.response_minutes <= 240 AND a.created_at <= $as_of - INTERVAL 4 HOUR)",
    "answer_term_came": "(a.answer_due_at <= $as_of)",
    "answered_in_norm": "(a.answer_due_at <= $as_of AND a.response_minutes IS NOT NULL AND a.first_response_at <= a.answer_due_at)",
    "answer_overdue": f"({OPEN} AND a.response_minutes IS NULL AND a.answer_due_at < $as_of)",
    "answer_due_4h": "(a.created_at <= $as_of - INTERVAL 4 HOUR)",
    "not_repeated": "(a.repeat_of IS NULL)",
    "not_postponed": "(a.outcome IS DISTINCT FROM 'postponed')",
    "without_town": "(t.kind IS DISTINCT FROM 'municipality')",
    "written_again": "(a.appeal_id IN (TABLE written_again))",
    "logged": "(a.appeal_id IN (TABLE logged))",
    "in_hours": "(isodow(a.day) <= 5 AND a.hour BETWEEN 9 AND 17)",
    "off_hours": "(isodow(a.day) <= 5 AND a.hour NOT BETWEEN 9 AND 17)",
    "weekend": "(isodow(a.day) > 5)",
    "pilot": "coalesce(t.region_id IN (TABLE pilot_regions), FALSE)",
    "not_pilot": "NOT coalesce(t.region_id IN (TABLE pilot_regions), FALSE)",
    "vulnerable": _vulnerable(),
    "connected": "(t.connected_on IS NULL OR a.day >= t.connected_on)",
    **{f"ladder_{rung.step}": rung.predicate for rung in LADDER},
}

FAR = "TIMESTAMP '9999-01-01'"
# What rollups count. What depends on the clock is counted as if every term had come; ingest/rollups.sql says how the difference is told.
MEASURES = (
    "open", "closed", "due_resolvable", "resolved_on_time", "still_in_time", "closed_resolvable", "closed_resolved", "rated", "rated_good",
    "official", "assigned", "answered", "waiting", "reopened", "repeated", "postponed", "late", "term_came", "within_30m", "within_1h",
    "within_4h", "within_8h", "within_24h", "over_24h", "declined", "written_again", "answered_4h", "answer_due_4h", "answered_in_norm", "answer_term_came", "not_repeated",
    "not_postponed", "with_point",
)  # fmt: skip
# Until which moment the clock changes which of them.
TOLD_BY_CLOCK = {
    "term": ("a.due_at", ("due_resolvable", "resolved_on_time", "still_in_time", "term_came")),
    "past_term": ("(a.due_at + INTERVAL 1 MICROSECOND)", ("late",)),
    "answer": ("(a.created_at + INTERVAL 4 HOUR)", ("answered_4h", "answer_due_4h")),
    "norm": ("a.answer_due_at", ("answered_in_norm", "answer_term_came")),
}
CHANGING = tuple(name for _until, changed in TOLD_BY_CLOCK.values() for name in changed)
# Open appeals `a` of `live` whom the clock cannot change any more.
ALL_TERMS_PASSED = "(a.due_at < $settled AND (a.response_minutes IS NOT NULL OR coalesce(a.answer_due_at < $settled, TRUE)))"
# Log buckets of minutes, each a third wider than the one before: bucket k holds EDGES[k] <= minutes < EDGES[k + 1], the last one the rest.
EDGES = (0, 1, 2, 3, 4, 5, 6, *sorted({math.ceil(1.33**k) for k in range(7, 44)}))
BUCKETS = tuple(f"r{k}" for k in range(len(EDGES)))
NEVER = 2147483647
RESPONSE_QUANTILES = {"response_median": 0.5, "response_p90": 0.9}
_SPANS = {"now": "a.day BETWEEN $first AND $last", "before": "a.day BETWEEN $before_first AND $before_last"}


def as_if_all_terms_had_come(predicate: str) -> str:
    """The predicate's SQL without a clock."""
    return PREDICATES[predicate].replace("$as_of", FAR)


def change_of(predicate: str, until: str) -> str:
    """SQL over appeals `a`: what the clock takes from, or adds to, the count without a clock before the moment `until`."""
    before = PREDICATES[predicate].replace("$as_of", f"({until} - INTERVAL 1 MICROSECOND)")
    return f"(coalesce({before}, FALSE)::TINYINT - coalesce({as_if_all_terms_had_come(predicate)}, FALSE)::TINYINT)"


def in_bucket(k: int) -> str:
    """SQL over appeals `a`: first answered within bucket `k` of EDGES."""
    below = f" AND a.response_minutes < {EDGES[k + 1]}" if k + 1 < len(EDGES) else ""
    return f"(a.response_minutes >= {EDGES[k]}{below})"


@cache
def raw_fragments() -> dict[str, str]:
    """What questions count, over the appeals themselves: {appeals} the relation; {n_all} and {n_<measure>} counts;
    {n_now}, {n_before} counts of the period and of the one before; {marks} the sum of residents' marks; {response}
    median and 90th percentile of the first response, columns response_median and response_p90."""
    counts = {f"n_{name}": f"count(*) FILTER (WHERE {PREDICATES[name]})" for name in MEASURES}
    spans = {f"n_{name}": f"count(*) FILTER (WHERE {span})" for name, span in _SPANS.items()}
    quantiles = (f"quantile_disc(coalesce(a.response_minutes, {NEVER}), {q}) AS {name}" for name, q in RESPONSE_QUANTILES.items())
    return counts | spans | {"appeals": "appeals", "n_all": "count(*)", "marks": "sum(a.rating)", "response": ", ".join(quantiles)}


@cache
def rollup_fragments() -> dict[str, str]:
    """The same over rows of a rollup, in groups that have any; the first response comes as a histogram over EDGES."""
    counts = {f"n_{name}": f"sum(a.{name})::BIGINT" for name in MEASURES}
    spans = {f"n_{name}": f"coalesce(sum(a.appeals) FILTER (WHERE {span}), 0)::BIGINT" for name, span in _SPANS.items()}
    histogram = ", ".join(f"sum(a.{bucket})" for bucket in BUCKETS)
    return counts | spans | {
        "n_all": "sum(a.appeals)::BIGINT",
        "marks": "sum(a.marks)",
        "response": f"[{histogram}]::BIGINT[] AS response_histogram",
    }


RESPONSE_BUCKETS = ("within_30m", "within_1h", "within_4h", "within_8h", "within_24h", "over_24h", "waiting")
ENDINGS = ("new", "in_work", "replied", "solved", "closed_otherwise", "declined")  # each appeal is in exactly one


@dataclass(frozen=True)
class Metric:
    """One figure: its Russian title, its formula in words, the predicates it divides, and which way is better.

    `target` is in the metric's own unit and comes with its basis from data/reference/targets.csv.
    """

    key: str
    title: str
    unit: str
    formula: str
    numerator: str = "all"
    denominator: str | None = None
    better: str | None = None
    target: float | None = None
    basis: str = ""


_DEFINED = (
    Metric(
        "appeals",
        "Обращений",
        "count",
        "Обращения, поступившие в периоде, по дате поступления в местном времени территории.",
    ),
    Metric(
        "resolved_on_time",
        "Решено в срок",
        "share",
        "Решаемые обращения, у которых срок уже наступил и которые закрыты с итогом «решено» не позже срока, "
        "делённые на все решаемые обращения, у которых срок уже наступил. Открытые с прошедшим сроком считаются нерешёнными. "
        "Те, у кого срок впереди, показаны рядом.",
        "resolved_on_time",
        "due_resolvable",
        "up",
    ),
    Metric(
        "closed_resolved",
        "Закрыто как «решено»",
        "share",
        "Закрытые решаемые обращения с итогом «решено», делённые на все закрытые решаемые. Открытые не входят.",
        "closed_resolved",
        "closed_resolvable",
        "up",
    ),
    Metric(
        "rated_good",
        "Подтвердил житель",
        "share",
        "Оценки 4 и 5, делённые на все оценки жителей. Оценивают немногие: рядом показано, сколько.",
        "rated_good",
        "rated",
        "up",
    ),
    Metric(
        "first_response",
        "Первый ответ",
        "minutes",
        "Медиана времени от поступления до первого ответа по всем поступившим. Кто ещё ждёт ответа, считается дольше любого ответившего.",
        "answered",
        "all",
        "down",
    ),
    Metric(
        "overdue",
        "Просрочено сейчас",
        "count",
        "Открытые обращения, срок которых прошёл к моменту данных, независимо от даты поступления.",
        "overdue",
        "open",
        "down",
    ),
    Metric(
        "late",
        "С нарушением срока",
        "share",
        "Обращения, закрытые позже срока или открытые с прошедшим сроком, делённые на все, у которых срок уже наступил.",
        "late",
        "term_came",
        "down",
    ),
    Metric(
        "repeated",
        "Повторные",
        "share",
        "Обращения, повторяющие более раннее обращение о том же, делённые на все поступившие.",
        "repeated",
        "all",
        "down",
    ),
    Metric(
        "postponed",
        "Отложенные",
        "share",
        "Обращения, закрытые с итогом «отложено», делённые на все поступившие.",
        "postponed",
        "all",
        "down",
    ),
    Metric(
        "reopened",
        "Возвращённые в работу",
        "share",
        "Обращения, работа по которым началась снова после ответа или закрытия, делённые на все поступившие.",
        "reopened",
        "all",
        "down",
    ),
    Metric(
        "written_again",
        "Написали снова после ответа",
        "share",
        "Обращения, которые житель повторил после первого ответа, делённые на все обращения с ответом.",
        "written_again",
        "answered",
        "down",
    ),
    Metric(
        "within_30m",
        "Ответ за 30 минут",
        "share",
        "Обращения с первым ответом не позже 30 минут, делённые на все поступившие. 30 минут: ориентир бизнеса, не норма.",
        "within_30m",
        "all",
        "up",
    ),
    Metric(
        "answered_in_norm",
        "Ответ в норматив",
        "share",
        "Обращения с первым ответом не позже норматива ответа, делённые на все, у которых срок ответа уже наступил. Норматив у каждого "
        "источника, блока, темы и территории свой: data/reference/norms.csv.",
        "answered_in_norm",
        "answer_term_came",
        "up",
    ),
    Metric(
        "answered_4h",
        "Ответ за 4 часа",
        "share",
        "Обращения, на которые ответили не позже чем через 4 часа, делённые на все, с поступления которых прошло 4 часа.",
        "answered_4h",
        "answer_due_4h",
        "up",
    ),
    Metric(
        "not_repeated",
        "Пишут впервые",
        "share",
        "Обращения, которые не повторяют более раннее, делённые на все поступившие.",
        "not_repeated",
        "all",
        "up",
    ),
    Metric(
        "not_postponed",
        "Не отложено",
        "share",
        "Обращения, которые не закрыты с итогом «отложено», делённые на все поступившие.",
        "not_postponed",
        "all",
        "up",
    ),
    Metric(
        "official",
        "Официальные каналы",
        "share",
        "Обращения через официальные страницы и ресурсы, делённые на все обращения периода. Знаменатель один за все годы.",
        "official",
        "all",
    ),
    Metric(
        "handed_over",
        "Передано исполнителям",
        "share",
        "Зафиксировано: все поступившие обращения, каждое один раз. Передано: те из них, которым назначен исполнитель. "
        "Обращение, переданное нескольким исполнителям, считается один раз.",
        "assigned",
        "all",
    ),
    Metric(
        "rating", "Оценка ответов", "mark", "Среднее оценок жителей от 1 до 5 по обращениям, поступившим в периоде.", "rated", None, "up"
    ),
)


def _with_targets(metrics: tuple[Metric, ...]) -> dict[str, Metric]:
    targets = {row["metric"]: row for row in _reference("targets")}
    return {
        m.key: replace(m, target=float(targets[m.key]["target"]), basis=targets[m.key]["basis"]) if m.key in targets else m for m in metrics
    }


METRICS = _with_targets(_DEFINED)
WEIGHTS = {row["component"]: float(row["weight"]) for row in _reference("rating_weights")}
