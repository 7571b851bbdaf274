"""Which topic has an appeal that came without one? Learned from the customer's own labelled rows.

Linear and explainable by design: TF-IDF of lemmas, their pairs and their letters → a linear support vector machine
steadied by a complement naive Bayes, its confidence calibrated on held-out folds. Below the threshold
the answer is «не знаю» with three candidates; an operator chooses.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from scipy.special import expit, logit, softmax
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import linear_kernel
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from analytics import lemmas

MIN_ROWS = 3
ACCURACY_WANTED = 0.90
_FOLDS = 3
_BLOCK = 5000
_MIN_ABOVE = 20
_MANY_ROWS = 5000
_NAME_WEIGHTS = (0.0, 3.0)
_FITS = _FOLDS * len(_NAME_WEIGHTS) + 1
_MARGIN_WEIGHT, _BAYES_WEIGHT, _PRIOR_WEIGHT = 5.0, 0.3, 0.3
Floats = NDArray[np.float64]


class Prediction(NamedTuple):
    """`labels`: the class, None below the threshold; `confidences`: probability of the best class;
    `top3`: the three likeliest (class, probability) of each text, likeliest first."""

    labels: list[str | None]
    confidences: Floats
    top3: list[list[tuple[str, float]]]


@dataclass(frozen=True)
class Figures:
    """How well it does on held-out folds: rows and classes learned, share of right answers, share of texts above the
    threshold and of right answers among them (None where nothing is above), expected calibration error.

    Confidence and threshold of each fold come from the other folds."""

    rows: int
    classes: int
    accuracy: float
    covered: float
    accuracy_covered: float | None
    calibration_error: float


@dataclass(frozen=True)
class Classifier:
    """`classes` it knows; `threshold`: confidence from which held-out accuracy reached 0.90;
    `left_out`: labels with too few rows to learn; `figures`: how well it does."""

    classes: tuple[str, ...]
    threshold: float
    left_out: tuple[str, ...]
    figures: Figures
    _features: "_Features"
    _scorer: "_Scorer"
    _calibration: "_Calibration"

    def predict(self, texts: Sequence[str], keys: Sequence[str] | None = None) -> Prediction:
        """Which class does each text belong to, how sure is that, and which three are likeliest?"""
        found = list(keys) if keys is not None else lemmas.keys(texts)
        blocks = [self._probabilities(found[start : start + _BLOCK]) for start in range(0, len(found), _BLOCK)]
        if not blocks:
            return Prediction([], np.zeros(0), [])
        probabilities, known = np.vstack([block for block, _ in blocks]), np.concatenate([k for _, k in blocks])
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, :3]
        best = probabilities.max(axis=1)
        certain = known & (best >= self.threshold)
        labels = [self.classes[row[0]] if is_certain else None for row, is_certain in zip(order, certain, strict=True)]
        top3 = [[(self.classes[i], float(values[i])) for i in row] for row, values in zip(order, probabilities, strict=True)]
        return Prediction(labels, best, top3)

    def _probabilities(self, keys: Sequence[str]) -> tuple[Floats, NDArray[np.bool_]]:
        """Of every class, and whether a text has any word met in training; without one, the shares of the classes."""
        features = self._features.transform(keys)
        known = features[0].getnnz(axis=1) > 0
        raw = self._scorer.probabilities(features, len(self.classes))
        best = raw.argmax(axis=1)
        rows = np.arange(len(raw))
        sure = self._calibration(raw[rows, best])
        rest = (1 - sure) / np.maximum(1 - raw[rows, best], 1e-9)
        scaled = np.minimum(raw * rest[:, None], sure[:, None])
        scaled[rows, best] = sure
        scaled[~known] = np.exp(self._scorer.log_prior)
        return scaled, known

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """The whole classifier as plain arrays and plain values for JSON; `from_state` makes it again."""
        arrays = {
            "word_weights": self._features.word_weights,
            "letter_weights": self._features.letter_weights,
            **{name: getattr(self._scorer, name) for name in _SCORER_ARRAYS},
        }
        values = {
            "classes": self.classes,
            "threshold": self.threshold,
            "left_out": self.left_out,
            "figures": asdict(self.figures),
            "words": self._features.words,
            "letters": self._features.letters,
            "calibration": asdict(self._calibration),
        }
        return arrays, values

    @staticmethod
    def from_state(arrays: dict[str, NDArray[Any]], values: dict[str, Any]) -> "Classifier":
        """A classifier from what `state` gave. Raises KeyError or ValueError where parts are missing or do not fit."""
        scorer = _Scorer(*(arrays[name] for name in _SCORER_ARRAYS))
        n_words, n_letters = len(values["words"]), len(values["letters"])
        if (
            scorer.coefficients.shape != (n_words + n_letters, len(values["classes"]))
            or scorer.word_odds.shape != (n_words, len(values["classes"]))
            or (len(arrays["word_weights"]), len(arrays["letter_weights"])) != (n_words, n_letters)
        ):
            raise ValueError("the parts of the classifier do not fit together")
        return Classifier(
            tuple(values["classes"]),
            values["threshold"],
            tuple(values["left_out"]),
            Figures(**values["figures"]),
            _Features(values["words"], arrays["word_weights"], values["letters"], arrays["letter_weights"]),
            scorer,
            _Calibration(**values["calibration"]),
        )


def train(
    texts: Sequence[str],
    labels: Sequence[str],
    keys: Sequence[str] | None = None,
    weights: Sequence[float] | None = None,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Classifier:
    """What do labelled texts teach? Classes with fewer than three rows are left out.

    Probabilities and the threshold come from inner folds in which equal texts stay together, and so does the choice
    whether the names of classes teach. `weights`: how much each
    row counts, 1 by default. `tell` hears how many of the fits are done before each.
    Raises ValueError when fewer than two classes have three rows.
    """
    found = np.array(keys if keys is not None else lemmas.keys(texts), dtype=object)
    counts = Counter(labels)
    left_out = tuple(sorted(label for label, n in counts.items() if n < MIN_ROWS))
    kept = np.array([counts[label] >= MIN_ROWS for label in labels])
    if len(counts) - len(left_out) < 2:
        raise ValueError("нужны хотя бы две темы, у каждой не меньше трёх обращений")
    classes, target = np.unique(np.array(labels, dtype=object)[kept].astype(str), return_inverse=True)
    found = found[kept]
    counted = np.ones(len(found)) if weights is None else np.asarray(weights, dtype=np.float64)[kept]
    names = np.array(lemmas.keys(classes.tolist()), dtype=object)
    fits = itertools.count()
    tried = {worth: _held_out(found, target, counted, names, worth, lambda: tell(next(fits), _FITS)) for worth in _NAME_WEIGHTS}
    worth = max(tried, key=lambda worth: sum(right.sum() for _, right in tried[worth]))
    held_out = tried[worth]
    raw, right = (np.concatenate(part) for part in zip(*held_out, strict=True))
    calibration = _Calibration.fit(raw, right)
    threshold = _threshold(calibration(raw), right)
    tell(next(fits), _FITS)
    features, scorer = _learned(found, target, counted, names, worth)
    return Classifier(tuple(classes.tolist()), threshold, left_out, _figures(held_out, len(classes)), features, scorer, calibration)


def hints(texts: Sequence[str], topics: Sequence[str], keys: Sequence[str] | None = None) -> list[list[tuple[str, float]]]:
    """Without any labels: which ≤ 3 topics share words with each text? (topic, cosine), best first.

    A hint for the operator, never a class to assign: on real labels it is right in one case of four or five.
    """
    vectoriser = TfidfVectorizer(analyzer=_grams, sublinear_tf=True)
    by_topic = vectoriser.fit_transform(lemmas.keys(topics))
    found = keys if keys is not None else lemmas.keys(texts)
    hinted: list[list[tuple[str, float]]] = []
    for start in range(0, len(found), _BLOCK):
        similar = linear_kernel(vectoriser.transform(found[start : start + _BLOCK]), by_topic)
        order = np.argsort(-similar, axis=1, kind="stable")[:, :3]
        hinted += [[(topics[i], float(row[i])) for i in best if row[i] > 0] for best, row in zip(order, similar, strict=True)]
    return hinted


def expected_calibration_error(confidences: Floats, right: NDArray[np.bool_], bins: int = 10) -> float:
    """By how much does stated confidence differ from the share of right answers, over equal-width bins?"""
    place = np.minimum((confidences * bins).astype(int), bins - 1)
    gaps = [abs(confidences[place == b].mean() - right[place == b].mean()) * (place == b).mean() for b in np.unique(place)]
    return float(np.sum(gaps))


def _grams(key: str) -> list[str]:
    tokens = lemmas.content(key)
    return tokens + [f"{a} {b}" for a, b in itertools.pairwise(tokens)]


class _Features:
    """Lemmas with their pairs, and letter 2–4-grams counted per distinct word, so that long texts stay cheap."""

    def __init__(self, words: Sequence[str], word_weights: NDArray[Any], letters: Sequence[str], letter_weights: NDArray[Any]) -> None:
        self.words, self.word_weights = list(words), word_weights
        self.letters, self.letter_weights = list(letters), letter_weights
        self._words = TfidfVectorizer(analyzer=_grams, sublinear_tf=True, dtype=np.float32, vocabulary=self.words)
        self._words.idf_ = word_weights
        self._letters = _spelling(self.letters)
        self._weights = TfidfTransformer(sublinear_tf=True)
        self._weights.idf_ = letter_weights

    @staticmethod
    def fit(keys: Sequence[str]) -> "_Features":
        """Of very many texts, words met once are left out: there are millions of them and they teach little."""
        words = TfidfVectorizer(analyzer=_grams, sublinear_tf=True, dtype=np.float32, min_df=1 if len(keys) <= _MANY_ROWS else 2).fit(keys)
        letters = _spelling(None)
        vocabulary, counts = _by_word(keys)
        spelled = counts @ letters.fit_transform(vocabulary)
        kept = np.flatnonzero(np.asarray(spelled.astype(bool).sum(axis=0)).ravel() >= 2)
        weights = TfidfTransformer(sublinear_tf=True).fit(spelled[:, kept])
        return _Features(words.get_feature_names_out().tolist(), words.idf_, letters.get_feature_names_out()[kept].tolist(), weights.idf_)

    def transform(self, keys: Sequence[str]) -> tuple[csr_matrix, csr_matrix]:
        vocabulary, counts = _by_word(keys)
        spelled = counts @ self._letters.transform(vocabulary)
        words = self._words.transform(keys)
        return words, hstack([words, self._weights.transform(spelled)]).tocsr()


def _spelling(vocabulary: list[str] | None) -> CountVectorizer:
    return CountVectorizer(analyzer="char_wb", ngram_range=(2, 4), lowercase=False, dtype=np.float32, vocabulary=vocabulary)


def _by_word(keys: Sequence[str]) -> tuple[list[str], csr_matrix]:
    counter = CountVectorizer(analyzer=lemmas.content, dtype=np.float32)
    if not any(lemmas.content(key) for key in keys):
        return ["-"], csr_matrix((len(keys), 1), dtype=np.float32)
    counts = counter.fit_transform(keys)
    return counter.get_feature_names_out().tolist(), counts


_SCORER_ARRAYS = ("coefficients", "intercepts", "word_odds", "log_prior", "present")


@dataclass(frozen=True)
class _Scorer:
    """The likelihood of every class by a support vector machine, steadied by a naive Bayes; rows sum to one.

    Scores are shifted against frequent classes (logit adjustment, Menon et al. 2021), or rare topics never win.
    `coefficients`: features × classes present, `word_odds`: words × classes present; `present`: which of all classes."""

    coefficients: NDArray[np.float32]
    intercepts: Floats
    word_odds: NDArray[np.float32]
    log_prior: Floats
    present: NDArray[np.int64]

    @staticmethod
    def fit(features: tuple[csr_matrix, csr_matrix], target: NDArray[np.int64], counted: Floats, n_classes: int) -> "_Scorer":
        words, both = features
        machine = LinearSVC(C=0.5, class_weight="balanced", random_state=0).fit(both, target, sample_weight=counted)
        coefficients, intercepts = machine.coef_, machine.intercept_
        present = np.unique(target)
        if len(present) == 2:
            coefficients, intercepts = np.vstack([-coefficients, coefficients]), np.r_[-intercepts, intercepts]
        bayes = ComplementNB(alpha=0.3).fit(words, target, sample_weight=counted)
        return _Scorer(
            np.ascontiguousarray(coefficients.T.astype(np.float32)),
            intercepts,
            np.ascontiguousarray(bayes.feature_log_prob_.T.astype(np.float32)),
            np.log(np.bincount(target, minlength=n_classes)[present] / len(target)),
            present,
        )

    def probabilities(self, features: tuple[csr_matrix, csr_matrix], n_classes: int) -> Floats:
        words, both = features
        margins = both @ self.coefficients + self.intercepts
        bayes = np.asarray(words @ self.word_odds, dtype=np.float64)
        steadied = (bayes - bayes.mean(axis=1, keepdims=True)) / np.maximum(bayes.std(axis=1, keepdims=True), 1e-9)
        found = np.zeros((words.shape[0], n_classes))
        found[:, self.present] = softmax(_MARGIN_WEIGHT * margins + _BAYES_WEIGHT * steadied - _PRIOR_WEIGHT * self.log_prior, axis=1)
        return found


def _learned(
    keys: NDArray[np.object_], target: NDArray[np.int64], counted: Floats, names: NDArray[np.object_], worth: float
) -> tuple[_Features, _Scorer]:
    """With `worth` the name of a class is one more text of it: rare classes with telling names gain most."""
    n_classes = len(names)
    if worth:
        keys, target = np.concatenate([keys, names]), np.concatenate([target, np.arange(n_classes)])
        counted = np.concatenate([counted, np.full(n_classes, worth)])
    features = _Features.fit(keys.tolist())
    return features, _Scorer.fit(features.transform(keys.tolist()), target, counted, n_classes)


def _held_out(
    keys: NDArray[np.object_],
    target: NDArray[np.int64],
    counted: Floats,
    names: NDArray[np.object_],
    worth: float,
    tell: Callable[[], None],
) -> list[tuple[Floats, NDArray[np.bool_]]]:
    """Raw confidence and correctness of each fold; equal texts stay together."""
    _, together = np.unique(keys.astype(str), return_inverse=True)
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0)
    found = []
    for learn, check in folds.split(keys, target, together):
        tell()
        features, scorer = _learned(keys[learn], target[learn], counted[learn], names, worth)
        probabilities = scorer.probabilities(features.transform(keys[check]), len(names))
        found.append((probabilities.max(axis=1), probabilities.argmax(axis=1) == target[check]))
    return found


def _figures(held_out: list[tuple[Floats, NDArray[np.bool_]]], n_classes: int) -> Figures:
    sure, above = [], []
    for number, (raw, _) in enumerate(held_out):
        others = [pair for other, pair in enumerate(held_out) if other != number]
        raw_others, right_others = (np.concatenate(part) for part in zip(*others, strict=True))
        calibration = _Calibration.fit(raw_others, right_others)
        sure.append(calibration(raw))
        above.append(sure[-1] >= _threshold(calibration(raw_others), right_others))
    right, certain, confidence = np.concatenate([r for _, r in held_out]), np.concatenate(above), np.concatenate(sure)
    return Figures(
        len(right),
        n_classes,
        float(right.mean()),
        float(certain.mean()),
        float(right[certain].mean()) if certain.any() else None,
        expected_calibration_error(confidence, right),
    )


@dataclass(frozen=True)
class _Calibration:
    """Platt (1999): raw confidence → the share of right answers among texts like it."""

    slope: float
    intercept: float

    @staticmethod
    def fit(raw: Floats, right: NDArray[np.bool_]) -> "_Calibration":
        if right.all() or not right.any():
            return _Calibration(0.0, float(logit(np.clip(right.mean(), 1e-3, 1 - 1e-3))))
        model = LogisticRegression(C=100).fit(_log_odds(raw).reshape(-1, 1), right)
        return _Calibration(float(model.coef_[0, 0]), float(model.intercept_[0]))

    def __call__(self, raw: Floats) -> Floats:
        return expit(self.slope * _log_odds(raw) + self.intercept)


def _log_odds(raw: Floats) -> Floats:
    return logit(np.clip(raw, 1e-6, 1 - 1e-6))


def _threshold(confidences: Floats, right: NDArray[np.bool_]) -> float:
    """The lowest confidence from which 0.90 of held-out answers are right even at the lower 95 % bound; else 1.0."""
    order = np.argsort(-confidences)
    n = np.arange(1, len(order) + 1)
    accuracy = np.cumsum(right[order]) / n
    low = accuracy - 1.645 * np.sqrt(accuracy * (1 - accuracy) / n)
    enough = np.flatnonzero((low >= ACCURACY_WANTED) & (n >= _MIN_ABOVE))
    return float(confidences[order[enough[-1]]]) if len(enough) else 1.0
