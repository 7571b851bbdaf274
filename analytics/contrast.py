"""Which words and phrases set some texts apart from others: «чем отличается этот всплеск».

Never «причина»: words that stand out are an observation, the cause is what a person saves after reading the texts.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.stats import hypergeom

from analytics import lemmas, morphology

MAX_TERMS = 5
ALPHA = 0.05
_MIN_TEXTS = 3
_MIN_BASELINE = 10
_PRIOR_TEXTS = 20
_SAME = 0.8
_SAMPLE = 12
_READ = 40


@dataclass(frozen=True)
class Term:
    """`word` as shown; `key`: its space-joined lemmas; `count`: focus texts with it; `share`: count / focus texts;
    `times`: share over its smoothed share in the baseline; `z`: standard score of the log-odds ratio;
    `rows`: positions of those texts in the focus."""

    word: str
    key: str
    count: int
    share: float
    times: float
    z: float
    rows: tuple[int, ...]


def terms(focus: Sequence[str], baseline: Sequence[str], keys: tuple[Sequence[str], Sequence[str]] | None = None) -> list[Term]:
    """Which ≤ 5 words or noun phrases are markedly more frequent in `focus` than in `baseline`? The most marked first.

    `keys`: stored keys of both, computed where absent. A text counts once however often it repeats a word. Terms are
    ranked by log-odds with an informative Dirichlet prior (Monroe, Colaresi, Quinn 2008), the prior being the pooled
    frequencies; a term passes only where its hypergeometric tail, times the number of terms that could pass, is ≤ 0.05. So for
    two samples of the same texts the answer is silence in at least 95 of 100 cases. Empty as well for fewer than three
    focus or ten baseline texts.
    """
    if len(focus) < _MIN_TEXTS or len(baseline) < _MIN_BASELINE:
        return []
    focus_keys, baseline_keys = keys or (lemmas.keys(focus), lemmas.keys(baseline))
    rows = _rows_by_term(focus_keys)
    tried = {term: found for term, found in rows.items() if len(found) >= _MIN_TEXTS}
    if not tried:
        return []
    in_baseline = Counter(term for key in baseline_keys for term in _terms_of(key))
    tests = _tests(rows, in_baseline, len(focus), len(baseline))
    passed = _passing(tried, in_baseline, tests, len(focus), len(baseline))
    return _without_echoes(_readable(passed, focus), rows)[:MAX_TERMS]


def _terms_of(key: str) -> set[str]:
    """Words and pairs of neighbours; a bare number counts only beside a word («маршрут 42»)."""
    tokens = key.split()
    singles = {token for token in tokens if not token[0].isdigit()}
    pairs = {f"{a} {b}" for a, b in pairwise(tokens) if a in singles and a != b}
    return singles | pairs


def _rows_by_term(keys: Iterable[str]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        for term in _terms_of(key):
            rows.setdefault(term, []).append(row)
    return rows


def _tests(rows: dict[str, list[int]], in_baseline: Counter[str], n_focus: int, n_baseline: int) -> float:
    """How many terms could pass at all, whatever the split of the texts? Tarone's (1990) divisor of the threshold."""
    pooled = Counter({term: len(found) for term, found in rows.items()}) + in_baseline
    totals, terms_with = np.unique(np.fromiter(pooled.values(), dtype=np.int64), return_counts=True)
    most = np.minimum(totals, n_focus)
    best = np.where(most >= _MIN_TEXTS, hypergeom.sf(most - 1, n_focus + n_baseline, totals, n_focus), 1.0)
    order = np.argsort(best, kind="stable")
    testable = np.cumsum(terms_with[order])
    too_many = np.flatnonzero(best[order] * testable > ALPHA)
    if not len(too_many):
        return float(testable[-1])
    first = too_many[0]
    return max(float(testable[first - 1]) if first else 1.0, ALPHA / float(best[order][first]))


def _passing(tried: dict[str, list[int]], in_baseline: Counter[str], tests: float, n_focus: int, n_baseline: int) -> list[Term]:
    names = sorted(tried)
    a = np.array([len(tried[name]) for name in names])
    b = np.array([in_baseline[name] for name in names])
    prior = 0.5 + _PRIOR_TEXTS * (a + b) / (n_focus + n_baseline)
    odds_focus = np.log((a + prior) / (n_focus + 1 + _PRIOR_TEXTS - a - prior))
    odds_baseline = np.log((b + prior) / (n_baseline + 1 + _PRIOR_TEXTS - b - prior))
    z = (odds_focus - odds_baseline) / np.sqrt(1 / (a + prior) + 1 / (b + prior))
    tail = hypergeom.sf(a - 1, n_focus + n_baseline, a + b, n_focus)
    times = (a / n_focus) / ((b + prior) / (n_baseline + 1 + _PRIOR_TEXTS))
    kept = np.flatnonzero((tail * tests < ALPHA) & (z > 0))
    order = sorted(kept, key=lambda i: (-z[i], names[i]))
    return [Term(names[i], names[i], int(a[i]), float(a[i] / n_focus), float(times[i]), float(z[i]), tuple(tried[names[i]])) for i in order]


def _without_echoes(passed: list[Term], rows: dict[str, list[int]]) -> list[Term]:
    """A phrase replaces the words that hardly occur outside it; any other phrase of a passing word only repeats it."""
    words = {term.key for term in passed if " " not in term.key}
    phrases: list[Term] = []
    swallowed: set[str] = set()
    for term in passed:
        parts = term.key.split()
        if len(parts) == 1:
            continue
        inside = {part for part in parts if part in rows and term.count >= _SAME * len(rows[part])}
        if inside & words or not words & set(parts):
            phrases.append(term)
            swallowed |= inside
    kept = {term.key for term in phrases} | (words - swallowed)
    return [term for term in passed if term.key in kept]


def _readable(passed: list[Term], focus: Sequence[str]) -> list[Term]:
    """The strongest terms as people write them; neighbours that are no phrase in most of their texts are left out."""
    shown = []
    for term in passed[:_READ]:
        word = _phrase(term, focus) if " " in term.key else lemmas.display(term.key)
        if word:
            shown.append(replace(term, word=word))
    return shown


def _phrase(term: Term, focus: Sequence[str]) -> str | None:
    sample = [focus[row] for row in term.rows[:_SAMPLE]]
    seen = Counter(form for text in sample if (form := _form_in(text, term.key)))
    return seen.most_common(1)[0][0] if 2 * seen.total() >= len(sample) else None


def _form_in(text: str, key: str) -> str | None:
    for phrase in _phrases(text):
        if phrase.key == key:
            return phrase.text
    if any(part[0].isdigit() or part.isascii() for part in key.split()):
        tokens = lemmas.words(text)
        found = lemmas.keys_of_words(tokens)
        for i in range(len(tokens) - 1):
            if f"{found[i]} {found[i + 1]}" == key:
                return f"{tokens[i]} {tokens[i + 1]}"
    return None


@lru_cache(maxsize=1000)
def _phrases(text: str) -> list[morphology.Phrase]:
    return morphology.noun_phrases(text)
