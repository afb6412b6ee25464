"""Values as every sentence and table writes them."""


def counted(number: int, noun: str) -> str:
    """Say a number of things."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def probability(value: float) -> str:
    """Write a p or q value with four decimals; a smaller one as smaller than these can show."""
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"
