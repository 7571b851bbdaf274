"""What the «Инцидент Менеджмент» cabinet leaves to be inferred: channel, whose page it is, level of power, rating."""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.sources.values import canonical_url

NETWORKS = {"vk.com": "vk", "ok.ru": "ok", "t.me": "tg"}
UNOFFICIAL = {"vk": "vk_groups", "ok": "ok_groups", "tg": "tg_chats"}
OFFICIAL = {"vk": "vk_official", "ok": "ok_official", "tg": "tg_official"}

_INBOX = re.compile(r"vk\.com/gim\d+")
_PERSONAL = re.compile(r"vk\.com/(?:g?im\b|gim\d+|wall\d|id\d)|ok\.ru/(?:profile|messages)\b")
_PERSON_PAGE = re.compile(r"vk\.com/id\d|ok\.ru/profile\b")


@lru_cache(maxsize=50_000)
def channel(url: str | None, blog: str | None, replied_as: str | None, official: frozenset[str]) -> str | None:
    """Channel implied by the address of a post; None if there is no address.

    A page is official when it is in `official` (canonical addresses), when it is the inbox of a community, or when the
    reply was published on it in its own name. Otherwise it is a group of residents.
    """
    if not url and not blog:
        return None
    post, page = canonical_url(url or blog or ""), canonical_url(blog or "")
    network = NETWORKS.get(post.partition("/")[0])
    if network is None:
        return "other"
    own_name = bool(page) and not _PERSON_PAGE.match(page) and replied_as is not None and canonical_url(replied_as) == page
    return (OFFICIAL if own_name or page in official or _INBOX.match(post) else UNOFFICIAL)[network]


def public_url(url: str | None) -> str | None:
    """The address of a public post; None for private messages and pages of persons, whose address names its author."""
    if url is None or _PERSONAL.match(canonical_url(url)):
        return None
    return url.split("#QUF")[0]


_FEDERAL = re.compile(
    r"федеральн|мвд|мчс|соц(?:иальный )?фонд|сфр\b|росреестр|роспотребнадзор|росприроднадзор|ростехнадзор|прокуратур|"
    r"военн\w+ комиссариат|военкомат|фнс|налогов|судебн\w+ пристав|фссп|почта россии|ржд|росгвард|росавтодор",
    re.IGNORECASE,
)
_REGIONAL = re.compile(
    r"\bминист|\bгубернатор|правительств\w+ [а-я]+ (?:области|края|республики)|региональн|"
    r"(?:департамент|управление|комитет|служба|агентство|инспекция|дирекция) .*(?:области|края|республики|округа)\b",
    re.IGNORECASE,
)
_MUNICIPAL = re.compile(
    r"администраци|город|район|округ|муниципал|г\.о\.|поселени|сельсовет|мэри|мупп?\b|мку\b|мбу\b|департамент|управляющ|ук\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=50_000)
def level(department: str | None, executor: str | None) -> str | None:
    """Level of power of the body that answers, by its name; the department decides before the performer."""
    for name in (department, executor):
        if name:
            for code, pattern in (("federal", _FEDERAL), ("regional", _REGIONAL), ("municipal", _MUNICIPAL)):
                if pattern.search(name):
                    return code
    return None


def rating(reason: str | None) -> int | None:
    """The author's mark, where «Причина закрытия» holds one of 1–5 instead of words."""
    return int(reason) if reason in {"1", "2", "3", "4", "5"} else None
