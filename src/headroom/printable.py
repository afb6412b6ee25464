"""Text that a terminal shows and never obeys: the one place that makes it so.

Names of files, builds, jobs and nodes come from logs and from options. They can hold escape
sequences, line ends, and marks that turn the direction of what follows. Each such character is
written as its escape, as Python and JSON write it: ESC is \\x1b in a sentence, \\u001b in JSON.
"""

import re

# Controls (C0, DEL, C1), soft hyphen, marks without a width, marks of direction, separators of
# lines and paragraphs, tags, and halves of surrogate pairs. A test compares it with Unicode's list.
CLASS = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f"
)
SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
UNSAFE = re.compile(f"[{CLASS}]")
UNSAFE_IN_LINES = re.compile(f"(?!\n)[{CLASS}]")


def printable(value: object) -> str:
    """Give the text of a value on one line, with an escape for each character that is not shown."""
    return UNSAFE.sub(_escape, str(value))


def printable_lines(text: str) -> str:
    """Give text of several lines: as `printable`, but for its line feeds."""
    return UNSAFE_IN_LINES.sub(_escape, text)


def printable_json(written: str) -> str:
    """Give JSON that stands for the same value and holds no such character but line feeds."""
    return UNSAFE_IN_LINES.sub(_json_escape, written)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x100:
        return SHORT.get(match.group()) or f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
