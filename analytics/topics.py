"""What are these texts about? Groups in seconds, offline, the same for the same texts.

Stored lemmas → TF-IDF → truncated SVD → graph of nearest neighbours → communities (Blondel et al. 2008) → merged to
at most twelve by the strength of their links, the rest is «прочее». Equal texts are one point of the graph.
Louvain and not Leiden: scikit-network's Leiden draws from the C library's rand() and answers differently each time,
and on labelled appeals both agree with people equally well.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.preprocessing import normalize
from sknetwork.clustering import Louvain
from usearch.index import Index, MetricKind, ScalarKind

from analytics import lemmas, morphology, places

MAX_GROUPS = 12
REST = -1
_NEIGHBOURS = 15
_RESOLUTION = 2.0
_DIMENSIONS = 60
_BRUTE_FORCE = 3_000
_SAMPLE = 15_000
_SMALLEST = 3
_CLOSE = 0.6
_SMALLEST_SHARE = 0.005
_READ = 40
_READ_CHARACTERS = 400
_QUOTE = (40, 400)
_QUOTES = 3
_PHRASES = 5
_PHRASE_BONUS = {1: 1.0, 2: 1.5, 3: 1.6}
_COMMON_WORDS = """
проблема вопрос ситуация мера принять обращение обращаться обратиться решить решение должен нужный необходимый сделать
хороший день месяц неделя ответ отвечать писать написать говорить фото прикрепить возможный невозможный возможность дать
стать рядом около возле место сторона часть данный житель человек порядок внимание причина результат состояние
отсутствие наличие количество случай
"""
_COMMON = frozenset(_COMMON_WORDS.split())
# Words that tell themes apart but do not name one.
_NAMELESS_WORDS = """
сообщение номер сайт дата год время час сутки ночь утро вечер начало конец срок работа просьба заявка звонок заявление
поручение рубль деньга лицо глаз участок основание надежда шок руководство раз дело факт вид ряд адрес гражданин
мужчина женщина пора генерал цифра организация январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь
декабрь am pm per prior since given name turned turn let come coming call called calling caller reference information
state entry xxxx also get got go going will would could please said say says one two st nd rd th sr told tell ask
asked still every day days time owner must know want give stated guy hour anything attached picture taken minute alt
apt entire sept april current upon arrival
"""
_NAMELESS = _COMMON | frozenset(_NAMELESS_WORDS.split())
_SECOND = 0.5
_NAME = re.compile(r"(?<=[а-яё,;] )[А-ЯЁ][а-яё]+(?:-[А-ЯЁ]?[а-яё]+)*")
_SHORT_FORM = re.compile(rf"(?<![\w-])(?i:{'|'.join(map(re.escape, morphology.LONG_FORMS))})(?![\w-])\.?(?: [А-ЯЁ][а-яё]+)*")
_NOWHERE = places.Gazetteer()
_LEFT = {places.STREET: "; ", places.DISTRICT: "; ", places.EMBANKMENT: "; набережная; "}
Labels = NDArray[np.int64]
Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Quote:
    """A typical text: its position in the input and how many texts have the same words (itself included)."""

    row: int
    text: str
    copies: int


@dataclass(frozen=True)
class Group:
    """`title` in the nominative, `size` in texts, `phrases`: ≤ 5 telling phrases, `quotes`: ≤ 3 typical texts."""

    title: str
    size: int
    phrases: tuple[str, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class Grouping:
    """`labels`: for each text the position of its group in `groups`, or `REST`; groups from large to small.
    `communities`: the finer labels before merging, `REST` where there are none."""

    labels: Labels
    groups: tuple[Group, ...]
    communities: Labels


def group(
    texts: Sequence[str],
    keys: Sequence[str] | None = None,
    seed: int = 0,
    *,
    described: int | None = None,
    step: Callable[[float], None] = lambda share: None,
) -> Grouping:
    """Which ≤ 12 themes do the texts fall into? `keys`: stored keys, computed where absent.

    `described`: how many of the first texts sizes and quotes are of; all unless told, the others (an earlier period, to
    compare with) only get labels. `step` is told the share that is done, and may raise to stop the work.

    Texts without words, alone in their wording, or of themes under 0.5 % are `REST`. Above 15,000 distinct texts a fixed
    sample is grouped and the others join the nearest theme. The same texts in the same order give the same answer.
    """
    step(0.0)
    found = list(keys) if keys is not None else lemmas.keys(texts)
    distinct, first, owner, copies = _distinct(found)
    own = np.bincount(owner[:described], minlength=len(distinct))
    step(0.1)
    vectors, counts, vocabulary = _vectors(distinct, seed)
    step(0.5)
    usable = np.flatnonzero(np.linalg.norm(vectors, axis=1) > 0) if len(vectors) else np.zeros(0, dtype=np.int64)
    fine = np.full(len(distinct), REST)
    coarse = np.full(len(distinct), REST)
    if len(usable) >= _SMALLEST:
        fine[usable], coarse[usable] = _communities(vectors[usable], seed)
    coarse = _joined(_without_small(coarse, copies), vectors)
    step(0.8)
    groups = _described(texts, coarse, vectors, counts, vocabulary, first, own, step)
    order = sorted(range(len(groups)), key=lambda i: (-groups[i].size, groups[i].title))
    rank = np.full(len(groups) + 1, REST)
    rank[order] = np.arange(len(order))
    return Grouping(rank[coarse][owner], tuple(groups[i] for i in order), fine[owner])


def _distinct(keys: Sequence[str]) -> tuple[list[str], Labels, Labels, Labels]:
    """Texts with the same set of words are one: (keys, first row of each, owner of each row, how many rows each has)."""
    place: dict[frozenset[str], int] = {}
    owner = np.array([place.setdefault(frozenset(key.split()), len(place)) for key in keys], dtype=np.int64)
    _, first, copies = np.unique(owner, return_index=True, return_counts=True)
    return [keys[row] for row in first], first, owner, copies


def _vectors(keys: Sequence[str], seed: int) -> tuple[Vectors, csr_matrix, NDArray[np.object_]]:
    """Unit vectors of the texts (zero where nothing is shared), word counts, and the words."""
    nothing = np.zeros((len(keys), 1), dtype=np.float32), csr_matrix((len(keys), 0)), np.array([], dtype=object)
    if len(keys) < _SMALLEST:
        return nothing
    counter = CountVectorizer(analyzer=str.split, dtype=np.float32)
    try:
        counts = counter.fit_transform(keys)
    except ValueError:  # no text has a word
        return nothing
    words = counter.get_feature_names_out()
    spread = np.asarray((counts > 0).sum(axis=0)).ravel()
    telling = np.array([not word[0].isdigit() and word not in _COMMON for word in words])
    kept = np.flatnonzero(telling & (spread >= 2) & (spread <= max(0.7 * len(keys), 2)))
    if not len(kept):
        return nothing
    counts = counts[:, kept]
    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    size = min(_DIMENSIONS, min(weighted.shape) - 1)
    dense = TruncatedSVD(size, n_iter=3, random_state=seed).fit_transform(weighted) if size >= 2 else weighted.toarray()
    return normalize(dense).astype(np.float32), counts, words[kept]


def _communities(vectors: Vectors, seed: int) -> tuple[Labels, Labels]:
    n = len(vectors)
    chosen = np.sort(np.random.default_rng(seed).permutation(n)[:_SAMPLE])
    graph = _neighbours(vectors[chosen])
    fine = Louvain(resolution=_RESOLUTION).fit_predict(graph)
    coarse = _merged(graph, fine)
    if len(chosen) == n:
        return fine, coarse
    joined = (vectors @ _centres(vectors[chosen], fine).T).argmax(axis=1)
    joined[chosen] = fine
    parent = np.zeros(fine.max() + 1, dtype=np.int64)
    parent[fine] = coarse
    return joined, parent[joined]


def _neighbours(vectors: Vectors) -> csr_matrix:
    """Symmetric graph of cosine similarity to the nearest fifteen."""
    n = len(vectors)
    k = min(_NEIGHBOURS, n - 1)
    if n <= _BRUTE_FORCE:
        similar = vectors @ vectors.T
        np.fill_diagonal(similar, -1)
        nearest = np.argpartition(-similar, k - 1, axis=1)[:, :k]
        values = np.take_along_axis(similar, nearest, axis=1)
    else:
        index = Index(
            ndim=vectors.shape[1], metric=MetricKind.IP, dtype=ScalarKind.F32, connectivity=8, expansion_add=32
        )
        index.add(np.arange(n), vectors, threads=1)  # one thread: the same graph each time
        matches = index.search(vectors, k + 1)
        nearest, values = matches.keys.astype(np.int64), 1 - matches.distances
    rows = np.repeat(np.arange(n), nearest.shape[1])
    columns, weights = nearest.ravel(), np.maximum(values.ravel(), 0)
    kept = (rows != columns) & (weights > 0)
    directed = csr_matrix((weights[kept], (rows[kept], columns[kept])), shape=(n, n))
    return directed.maximum(directed.T)


def _merged(graph: csr_matrix, labels: Labels) -> Labels:
    """The two communities with the strongest links for their size become one until twelve are left."""
    n = int(labels.max()) + 1
    member = csr_matrix((np.ones(len(labels)), (np.arange(len(labels)), labels)), shape=(len(labels), n))
    links = (member.T @ graph @ member).toarray()
    parent = np.arange(n)
    for _ in range(n - MAX_GROUPS):
        degree = links.sum(axis=1)
        strength = links / np.maximum(np.outer(degree, degree), 1e-12)
        np.fill_diagonal(strength, 0)
        a, b = sorted(divmod(int(strength.argmax()), n))
        if not strength[a, b]:
            break
        links[a] += links[b]
        links[:, a] += links[:, b]
        links[b], links[:, b] = 0, 0
        parent[parent == b] = a
    return parent[labels]


def _without_small(labels: Labels, copies: Labels) -> Labels:
    """The twelve largest groups renumbered from 0; small ones and everything beyond become REST."""
    known = labels != REST
    names, place = np.unique(labels[known], return_inverse=True)
    sizes = np.bincount(place, weights=copies[known], minlength=len(names))
    enough = max(_SMALLEST, _SMALLEST_SHARE * copies.sum())
    large = [i for i in np.argsort(-sizes, kind="stable")[:MAX_GROUPS] if sizes[i] >= enough]
    number = np.full(len(names), REST)
    number[large] = np.arange(len(large))
    result = np.full(len(labels), REST)
    result[known] = number[place]
    return result


def _joined(labels: Labels, vectors: Vectors) -> Labels:
    """Texts of no group join the theme they are plainly close to."""
    rest = np.flatnonzero(labels == REST)
    if not len(rest) or len(rest) == len(labels):
        return labels
    inside = np.flatnonzero(labels != REST)
    similar = vectors[rest] @ _centres(vectors[inside], labels[inside]).T
    result = labels.copy()
    close = similar.max(axis=1) >= _CLOSE
    result[rest[close]] = similar.argmax(axis=1)[close]
    return result


def _centres(vectors: Vectors, labels: Labels) -> Vectors:
    n = int(labels.max()) + 1
    member = csr_matrix(
        (np.ones(len(labels), dtype=np.float32), (labels, np.arange(len(labels)))), shape=(n, len(labels))
    )
    return normalize(member @ vectors)


def _described(
    texts: Sequence[str],
    labels: Labels,
    vectors: Vectors,
    counts: csr_matrix,
    vocabulary: NDArray[np.object_],
    first: Labels,
    copies: Labels,
    step: Callable[[float], None],
) -> list[Group]:
    """Of each group: title and phrases from all its texts, size and quotes from those with `copies`."""
    n = int(labels.max()) + 1 if len(labels) else 0
    if not n:
        return []
    telling = _telling(counts, labels, n)
    groups: list[Group] = []
    for number in range(n):
        step(0.8 + 0.2 * number / n)
        members = np.flatnonzero(labels == number)
        centre = vectors[members].mean(axis=0)
        nearest = members[np.argsort(-(vectors[members] @ centre), kind="stable")]
        weight = dict(zip(vocabulary, telling[number], strict=True))
        sample = [texts[first[i]][:_READ_CHARACTERS] for i in nearest[:_READ]]
        phrases = _phrases(sample, weight)
        title = _title(phrases, {group.title for group in groups})
        typical = nearest[copies[nearest] > 0][:200]
        quotes = _quotes([(int(first[i]), texts[first[i]], int(copies[i])) for i in typical])
        shown = tuple(text for _, text, _ in phrases)
        groups.append(Group(title, int(copies[members].sum()), shown, quotes))
    return groups


def _telling(counts: csr_matrix, labels: Labels, n: int) -> NDArray[np.float64]:
    """How much more often than elsewhere does a group use each word? log ratio of smoothed document shares."""
    grouped = np.flatnonzero(labels != REST)
    member = csr_matrix((np.ones(len(grouped)), (labels[grouped], grouped)), shape=(n, len(labels)))
    inside = (member @ (counts > 0).astype(np.float64)).toarray()
    sizes = np.asarray(member.sum(axis=1))
    return np.log(((inside + 0.5) / (sizes + 1)) / ((inside.sum(axis=0) + 0.5) / (sizes.sum() + 1)))


def _phrases(sample: Sequence[str], weight: dict[str, float]) -> list[tuple[str, str, float]]:
    """(key, shown, score) of the phrases most common in the sample and rare outside the group, best first, no part of a better one."""
    seen: Counter[str] = Counter()
    shown: dict[str, Counter[str]] = {}
    for text in sample:
        found = {phrase.key: phrase.text for phrase in morphology.noun_phrases(_without_names(text), shortest=1)}
        for key, form in (found or _word_pairs(text, weight)).items():
            seen[key] += 1
            shown.setdefault(key, Counter())[form] += 1
    scores = {key: _score(key.split(), n / len(sample), weight) for key, n in seen.items() if n > 1 or len(sample) < 5}
    best: list[str] = []
    for key in sorted((key for key, score in scores.items() if score > 0), key=lambda key: (-scores[key], key)):
        if not any(set(key.split()) <= set(better.split()) or set(better.split()) <= set(key.split()) for better in best):
            best.append(key)
    return [(key, _spelled(key, shown[key].most_common(1)[0][0]), scores[key]) for key in best[:_PHRASES]]


def _without_names(text: str) -> str:
    """The text with streets, districts, names of people and shortened words cut out: none of them names a theme."""
    for place in reversed(places.find(text, _NOWHERE)):
        left = _LEFT.get(place.kind)
        if left:
            text = text[: place.start] + left + text[place.end :]
    return _NAME.sub(";", _SHORT_FORM.sub(";", text))


def _word_pairs(text: str, weight: dict[str, float]) -> dict[str, str]:
    """Of a text that is not in Russian: its telling words and the neighbours among them, key → shown."""
    words = [word for word in lemmas.keys([text])[0].split() if word in weight and word.isalpha()]
    pairs = [f"{first} {second}" for first, second in zip(words, words[1:], strict=False) if first != second]
    return {key: " ".join(map(lemmas.display, key.split())) for key in (*words, *pairs)}


def _spelled(key: str, shown: str) -> str:
    return shown.upper() if key in morphology.AS_WRITTEN else shown


def _score(words: list[str], share: float, weight: dict[str, float]) -> float:
    if not _NAMELESS.isdisjoint(words) or (len(words) == 1 and words[0] not in weight):
        return 0.0
    return share**0.7 * sum(weight.get(word, 0.0) for word in words) / len(words) * _PHRASE_BONUS[len(words)]


def _title(phrases: Sequence[tuple[str, str, float]], taken: set[str]) -> str:
    """The best phrase, with the next one that shares no word with it where that is nearly as good; told apart from those taken."""
    if not phrases:
        phrases = [("", "без названия", 0.0)]
    key, best, score = phrases[0]
    apart = [(shown, own) for other, shown, own in phrases[1:] if set(key.split()).isdisjoint(other.split())]
    near = [f"{best}, {shown}" for shown, own in apart if own >= _SECOND * score]
    far = [f"{best}, {shown}" for shown, own in apart if own < _SECOND * score]
    titles = [title[0].upper() + title[1:] for title in (*near, best, *far)]
    numbered = (f"{titles[0]} ({n})" for n in count(2))
    return next(title for title in chain(titles, numbered) if title not in taken)


def _quotes(candidates: Sequence[tuple[int, str, int]]) -> tuple[Quote, ...]:
    """The most typical texts of readable length that do not repeat one another."""
    low, high = _QUOTE
    readable = [c for c in candidates if low <= len(c[1]) <= high] or list(candidates)
    chosen: list[Quote] = []
    for row, text, copies in readable:
        tokens = set(lemmas.words(text))
        if all(2 * len(tokens & set(lemmas.words(q.text))) < len(tokens | set(lemmas.words(q.text))) for q in chosen):
            chosen.append(Quote(row, text, copies))
        if len(chosen) == _QUOTES:
            break
    return tuple(chosen)
