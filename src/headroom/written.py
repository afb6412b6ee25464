"""Values as terminal and page write them alike."""


def probability(value: float) -> str:
    """Write a p or q value with four decimals; a smaller one as smaller than these can show."""
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"
