"""Owns how results are printed."""

from __future__ import annotations

from results import Result


def print_lines(name: str, results: list[Result]) -> None:
    """Prints the results of one benchmark as a table."""
    print(f"\n{name:<42}{'measured':>12}{'budget':>10}")
    for result in results:
        print(_line(result).rstrip(), flush=True)


def _line(result: Result) -> str:
    budget = "" if result.budget is None else f"{result.budget:.1f}"
    verdict = "" if result.budget is None else "over" if result.is_over else "pass"
    measured = f"{result.value:.2f}" if result.unit == "x" else f"{result.value:.0f}"
    return (
        f"  {result.name:<40}{measured:>8} {result.unit:<4}{budget:>8}  {verdict:<6}{result.note}"
    )


def print_summary(results: list[Result], seconds: float) -> None:
    """Prints how many budgets hold."""
    held = [result for result in results if result.budget is not None]
    over = [result.name for result in held if result.is_over]
    print(f"\n{len(held) - len(over)} of {len(held)} budgets hold ({seconds:.0f} s).")
    if over:
        print(f"Over budget: {', '.join(over)}.")
