"""Which topic has an appeal that came without one? Learned from the customer's own labelled rows.

Linear and explainable by design: TF-IDF of lemmas, their pairs and their letters → a linear support vector machine and
a complement naive Bayes, whose scores are mixed and turned into probabilities on held-out folds. Below the threshold
the answer is «не знаю» with three candidates; an operator chooses.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from scipy.special import log_softmax, logsumexp
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from analytics import lemmas

MIN_ROWS = 3
ACCURACY_WANTED = 0.90
_FOLDS = 3
_BLOCK = 5000
Floats = NDArray[np.float64]


class Prediction(NamedTuple):
    """`labels`: the class, None below the threshold; `confidences`: probability of the best class;
    `top3`: the three likeliest (class, probability) of each text, likeliest first."""

    labels: list[str | None]
    confidences: Floats
    top3: list[list[tuple[str, float]]]


@dataclass(frozen=True)
class Classifier:
    """`classes` it knows; `threshold`: confidence from which held-out accuracy reached 0.90; `left_out`: labels with too
    few rows to learn."""

    classes: tuple[str, ...]
    threshold: float
    left_out: tuple[str, ...]
    _features: "_Features"
    _scorer: "_Scorer"
    _mix: Floats

    def predict(self, texts: Sequence[str], keys: Sequence[str] | None = None) -> Prediction:
        """Which class does each text belong to, how sure is that, and which three are likeliest? `keys`: stored keys."""
        found = list(keys) if keys is not None else lemmas.keys(texts)
        blocks = [self._probabilities(found[start : start + _BLOCK]) for start in range(0, len(found), _BLOCK)]
        if not blocks:
            return Prediction([], np.zeros(0), [])
        probabilities = np.vstack(blocks)
        best = probabilities.max(axis=1)
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, :3]
        labels = [self.classes[row[0]] if sure >= self.threshold else None for row, sure in zip(order, best, strict=True)]
        top3 = [
            [(self.classes[i], float(values[i])) for i in row] for row, values in zip(order, probabilities, strict=True)
        ]
        return Prediction(labels, best, top3)

    def _probabilities(self, keys: Sequence[str]) -> Floats:
        return np.exp(_mixed(self._mix, self._scorer.scores(self._features.transform(keys))))


def train(texts: Sequence[str], labels: Sequence[str], keys: Sequence[str] | None = None) -> Classifier:
    """What do labelled texts teach? Classes with fewer than five rows are left out.

    Probabilities and the threshold come from inner folds in which equal texts stay together.
    Raises ValueError when fewer than two classes have five rows.
    """
    found = np.array(keys if keys is not None else lemmas.keys(texts), dtype=object)
    counts = Counter(labels)
    left_out = tuple(sorted(label for label, n in counts.items() if n < MIN_ROWS))
    kept = np.array([counts[label] >= MIN_ROWS for label in labels])
    if len(counts) - len(left_out) < 2:
        raise ValueError("нужны хотя бы две темы, у каждой не меньше пяти обращений")
    classes, target = np.unique(np.array(labels, dtype=object)[kept].astype(str), return_inverse=True)
    found = found[kept]
    scores, rows = _held_out(found, target, len(classes))
    mix = _fit_mix(scores, target[rows])
    threshold = _threshold(np.exp(_mixed(mix, scores)), target[rows])
    features = _Features(found)
    scorer = _Scorer(features.transform(found), target, len(classes))
    return Classifier(tuple(classes.tolist()), threshold, left_out, features, scorer, mix)


def hints(texts: Sequence[str], topics: Sequence[str], keys: Sequence[str] | None = None) -> list[list[tuple[str, float]]]:
    """Without any labels: which ≤ 3 topics share words with each text? (topic, cosine), best first. A hint, not a class."""
    vectoriser = TfidfVectorizer(analyzer=_grams, sublinear_tf=True)
    by_topic = vectoriser.fit_transform(lemmas.keys(topics))
    found = keys if keys is not None else lemmas.keys(texts)
    if not len(found):
        return []
    similar = linear_kernel(vectoriser.transform(found), by_topic)
    order = np.argsort(-similar, axis=1, kind="stable")[:, :3]
    return [[(topics[i], float(row[i])) for i in best if row[i] > 0] for best, row in zip(order, similar, strict=True)]


def expected_calibration_error(confidences: Floats, right: NDArray[np.bool_], bins: int = 10) -> float:
    """By how much does stated confidence differ from the share of right answers, over equal-width bins weighted by size?"""
    place = np.minimum((confidences * bins).astype(int), bins - 1)
    gaps = [abs(confidences[place == b].mean() - right[place == b].mean()) * (place == b).mean() for b in np.unique(place)]
    return float(np.sum(gaps))


def _grams(key: str) -> list[str]:
    tokens = lemmas.content(key)
    return tokens + [f"{a} {b}" for a, b in zip(tokens, tokens[1:], strict=False)]


class _Features:
    """Lemmas with their pairs, and letter 2–4-grams counted per distinct word, so that long texts stay cheap."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._words = TfidfVectorizer(analyzer=_grams, sublinear_tf=True, dtype=np.float32)
        self._words.fit(keys)
        self._letters = CountVectorizer(analyzer="char_wb", ngram_range=(2, 4), lowercase=False, dtype=np.float32)
        vocabulary, counts = self._by_word(keys)
        spelled = self._letters.fit_transform(vocabulary)
        in_texts = np.asarray((counts @ spelled).astype(bool).sum(axis=0)).ravel()
        self._kept = np.flatnonzero(in_texts >= 2)
        self._weights = TfidfTransformer(sublinear_tf=True)
        self._weights.fit((counts @ spelled)[:, self._kept])

    def transform(self, keys: Sequence[str]) -> tuple[csr_matrix, csr_matrix]:
        vocabulary, counts = self._by_word(keys)
        spelled = self._letters.transform(vocabulary)[:, self._kept]
        words = self._words.transform(keys)
        return words, hstack([words, self._weights.transform(counts @ spelled)]).tocsr()

    @staticmethod
    def _by_word(keys: Sequence[str]) -> tuple[list[str], csr_matrix]:
        counter = CountVectorizer(analyzer=lemmas.content, dtype=np.float32)
        if not any(lemmas.content(key) for key in keys):
            return ["-"], csr_matrix((len(keys), 1), dtype=np.float32)
        counts = counter.fit_transform(keys)
        return counter.get_feature_names_out().tolist(), counts


class _Scorer:
    """Two linear models over the features: scores of shape (models, rows, classes)."""

    def __init__(self, features: tuple[csr_matrix, csr_matrix], target: NDArray[np.int64], n_classes: int) -> None:
        words, both = features
        self._present = np.unique(target)
        self._n_classes = n_classes
        machine = LinearSVC(C=0.5, class_weight="balanced", random_state=0).fit(both, target)
        coefficients, intercepts = machine.coef_, machine.intercept_
        if len(self._present) == 2:
            coefficients, intercepts = np.vstack([-coefficients, coefficients]), np.r_[-intercepts, intercepts]
        self._coefficients = np.ascontiguousarray(coefficients.T.astype(np.float32))
        self._intercepts = intercepts
        self._bayes = ComplementNB(alpha=0.3).fit(words, target)

    def scores(self, features: tuple[csr_matrix, csr_matrix]) -> Floats:
        words, both = features
        margins = both @ self._coefficients + self._intercepts
        bayes = self._bayes.predict_joint_log_proba(words)
        found = np.full((2, words.shape[0], self._n_classes), -np.inf)
        for model, values in enumerate((margins, bayes)):
            spread = values.std(axis=1, keepdims=True) if model else 1.0
            centred = (values - values.mean(axis=1, keepdims=True)) / np.maximum(spread, 1e-9)
            found[model] = centred.min(axis=1, keepdims=True)
            found[model][:, self._present] = centred
        return found


def _held_out(keys: NDArray[np.object_], target: NDArray[np.int64], n_classes: int) -> tuple[Floats, NDArray[np.int64]]:
    _, together = np.unique(keys.astype(str), return_inverse=True)
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0)
    parts, rows = [], []
    for learn, check in folds.split(keys, target, together):
        features = _Features(keys[learn])
        scorer = _Scorer(features.transform(keys[learn]), target[learn], n_classes)
        parts.append(scorer.scores(features.transform(keys[check])))
        rows.append(check)
    return np.concatenate(parts, axis=1), np.concatenate(rows)


def _mixed(mix: Floats, scores: Floats) -> Floats:
    return log_softmax(np.tensordot(np.exp(mix), scores, axes=1), axis=1)


def _fit_mix(scores: Floats, target: NDArray[np.int64]) -> Floats:
    """Weights of the two models that make the held-out answers likeliest: temperature scaling of a mixture."""

    def loss(mix: Floats) -> float:
        mixed = np.tensordot(np.exp(mix), scores, axes=1)
        return float(np.mean(logsumexp(mixed, axis=1) - mixed[np.arange(len(target)), target]))

    return minimize(loss, np.zeros(len(scores)), method="Nelder-Mead").x


def _threshold(probabilities: Floats, target: NDArray[np.int64]) -> float:
    """The lowest confidence from which at least 0.90 of the held-out answers are right, 1.0 where none is."""
    best = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == target
    order = np.argsort(-best)
    accuracy = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(accuracy >= ACCURACY_WANTED)
    return float(best[order[enough[-1]]]) if len(enough) else 1.0
