"""Owns how results are printed: one table, each figure beside its budget."""

from __future__ import annotations

from results import Result

_COLUMNS = "{:<48}{:>12}{:>12}{:>15}  {:<8}{}"


def print_head() -> None:
    """Prints what the columns of all benchmarks are."""
    _print("what", "budget", "measured", "spread", "verdict", "")


def print_lines(name: str, results: list[Result]) -> None:
    """Prints the results of one benchmark as its part of the table."""
    print(f"\n{name}", flush=True)
    for result in results:
        _print(
            f"  {result.name}",
            _budget(result),
            f"{_figure(result, result.value)} {result.unit}",
            _spread(result),
            _verdict(result),
            result.note,
        )


def print_summary(results: list[Result], seconds: float) -> None:
    """Prints how many budgets hold."""
    held = [result for result in results if result.budget is not None]
    over = [result.name for result in held if result.is_over]
    print(f"\n{len(held) - len(over)} of {len(held)} budgets hold ({seconds:.0f} s).")
    if over:
        print(f"Over budget: {'; '.join(over)}.")


def _print(*cells: str) -> None:
    print(_COLUMNS.format(*cells).rstrip(), flush=True)


def _budget(result: Result) -> str:
    if result.budget is None:
        return "-"
    return f"{'>=' if result.is_rate else '<='} {_figure(result, result.budget)} {result.unit}"


def _spread(result: Result) -> str:
    if result.spread is None:
        return ""
    return " to ".join(_figure(result, value) for value in result.spread)


def _verdict(result: Result) -> str:
    return "" if result.budget is None else "over" if result.is_over else "within"


def _figure(result: Result, value: float) -> str:
    """Rounds as the size of the figure deserves."""
    if result.unit in ("x", "s", "%"):
        return f"{value:.2f}"
    return f"{value:,.0f}" if value >= 100 or value == 0 else f"{value:.1f}"
