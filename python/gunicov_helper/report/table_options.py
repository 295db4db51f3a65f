"""How coverage.py's own `report` command would show a report, and whether it would let it pass."""

SORTS = ("name", "stmts", "miss", "cover")
BRANCH_SORTS = ("branch", "brpart")
MOST_DIGITS = 15


def view_of(config, branches):
    """({sort, skip_covered, skip_empty}, warnings (list of str)); `config` is that of a Coverage."""
    sort = str(config.sort or "name").lower()
    known = SORTS + (BRANCH_SORTS if branches else ())
    warnings = []
    if sort.lstrip("+-") not in known:
        warnings.append(
            f"coverage.py's [report] sort = {config.sort} is none of {', '.join(known)}"
        )
        sort = "name"
    view = {
        "sort": sort.lstrip("+"),
        "skip_covered": bool(config.skip_covered),
        "skip_empty": bool(config.skip_empty),
    }
    return view, warnings


def below(totals, config, wanted, alone):
    """What keeps a total from being enough: {total, fail_under, by}, or None.

    `totals` are the report's; `wanted`: gunicov's own limit or None.
    coverage.py's [report] fail_under holds as well, unless gunicov's is `alone`: of two that the total is
    below, it is the higher one. coverage.py's own rule decides: the total is rounded to `precision` first.
    """
    percent, display = totals["percent_covered"], totals["percent_covered_display"]
    limits = [] if wanted is None else [(wanted, "gunicov")]
    if config.fail_under and not alone:
        limits.append((config.fail_under, "coverage"))
    failed = [one for one in limits if is_below(percent, one[0], config.precision)]
    if not failed:
        return None
    limit, by = max(failed)
    return {
        "total": clearly(percent, display, limit, config.precision),
        "fail_under": limit,
        "by": by,
    }


def is_below(percent, limit, precision):
    try:
        from coverage.results import should_fail_under
    except ImportError:
        return percent != 100 if limit == 100 else round(percent, precision) < limit
    # Out of 0 to 100 it raises, and none could reach it.
    return True if not 0 <= limit <= 100 else should_fail_under(percent, limit, precision)


def clearly(percent, display, limit, precision):
    """The total with as many digits as show that it is below: 89.96 where the display says 90."""
    for digits in range(precision + 1, MOST_DIGITS):
        if float(display) < limit:
            break
        display = f"{percent:.{digits}f}"
    return display
