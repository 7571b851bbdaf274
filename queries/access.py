"""Who may see what. Every query passes through `condition`; every text through `text_or_nothing`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Access:
    """What one reader may do. `territories` None means all of them."""

    territories: tuple[int, ...] | None
    may_read_restricted: bool
    may_export: bool
    may_correct: bool

    @staticmethod
    def reader() -> "Access":
        """Everyone, until logins exist: all territories, no closed texts."""
        return Access(territories=None, may_read_restricted=False, may_export=True, may_correct=True)


def condition(access: Access, alias: str = "a") -> str:
    """SQL over a table with territory_id, appeals `a` by default: the rows this reader may count."""
    if access.territories is None:
        return "TRUE"
    return f"{alias}.territory_id IN ({', '.join(str(int(t)) for t in access.territories) or 'NULL'})"


def readable(access: Access) -> str:
    """SQL over appeals `a`: the rows whose words may enter search, groups, terms, quotes, exports."""
    return "TRUE" if access.may_read_restricted else "a.visibility = 'public'"
