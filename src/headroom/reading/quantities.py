"""Amounts of memory and CPU as Kubernetes and Slurm write them, exact.

Kubernetes: `16Gi`, `16G`, `1.5Gi`, `500m`, `1e9`, plain bytes. Slurm: `4000Mn` is memory for each
node, `4000Mc` for each CPU; its units are powers of 1024.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal

from headroom.reading.values import BadValueError

NUMBER = r"((?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:[eE][+-]?\d{1,2})?)"
QUANTITY = re.compile(f"([+-]?){NUMBER}([A-Za-z]*)", re.ASCII)
DECIMAL_UNITS = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    **{unit: Decimal(1000) ** power for power, unit in enumerate("kMGTPE", 1)},
}
BINARY_UNITS = {f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", 1)}
SLURM_UNITS = {
    f"{unit}{per}": Decimal(1024) ** power for power, unit in enumerate("KMGTP", 1) for per in "nc"
}
# A field of 32 bits with a sign: nobody asks for 2 petabytes, so such a value has overflowed.
OVERFLOW_MB = Decimal(2**31)
MAX_MILLICORES = 100_000 * 1000
EXACT = Context(prec=80)


@dataclass(frozen=True)
class Memory:
    """An amount in MB (10^6 bytes); None where it has overflowed."""

    mb: Decimal | None
    has_overflow: bool = False


def memory(name: str, written: str, millicores: int | None = None) -> Memory:
    """Read an amount of memory; memory for each CPU needs the CPUs. Raises BadValueError."""
    amount, unit = _split(name, written)
    if unit in SLURM_UNITS or unit in BINARY_UNITS:
        factor, mega = {**SLURM_UNITS, **BINARY_UNITS}[unit], Decimal(1024**2)
    elif unit in DECIMAL_UNITS:
        factor, mega = DECIMAL_UNITS[unit], Decimal(1000**2)
    else:
        raise BadValueError(f"{name} has the unknown suffix {unit[:10]}")
    size = EXACT.multiply(amount, factor)
    if size >= OVERFLOW_MB * mega:
        return Memory(None, has_overflow=True)
    if unit in SLURM_UNITS and unit.endswith("c"):
        if millicores is None:
            raise BadValueError(f"{name} is for each CPU, and the number of CPUs is unknown")
        size = EXACT.divide(EXACT.multiply(size, Decimal(millicores)), Decimal(1000))
    return Memory(size.scaleb(-6, EXACT).quantize(Decimal("1e-6"), ROUND_HALF_UP, EXACT))


def millicores(name: str, written: str) -> int:
    """Read an amount of CPU in thousandths of a core, rounded up. Raises BadValueError."""
    amount, unit = _split(name, written)
    if unit not in DECIMAL_UNITS:
        raise BadValueError(f"{name} has the unknown suffix {unit[:10]}")
    size = EXACT.multiply(amount, DECIMAL_UNITS[unit]).scaleb(3, EXACT)
    if size > MAX_MILLICORES:
        raise BadValueError(f"{name} is out of range")
    return int(size.to_integral_value(ROUND_CEILING))


def _split(name: str, written: str) -> tuple[Decimal, str]:
    match = QUANTITY.fullmatch(written.strip())
    if match is None:
        raise BadValueError(f"{name} is not an amount")
    sign, amount, unit = match.groups()
    if sign == "-" and Decimal(amount):
        raise BadValueError(f"{name} is negative")
    return Decimal(amount), unit
