"""What is written is plain."""

from tests.support.wording import WORDS, found_in, wording


def test_no_place_has_a_word_that_makes_a_reader_stop() -> None:
    found = {
        f"{file}: {word!r} {count} times": WORDS[word][1]
        for (file, word), count in wording().items()
    }
    assert found == {}, "say it plainly, as the right column says"


def test_each_word_is_found_also_across_lines() -> None:
    text = """
        # It is built anew and mended, in
        # vain; gladly, the gravest. Some are
        # none; a file of its own, none of its rows. Nobody drew lots, it is no label, and
        # it tells of more. A number ran over,
        a rate leans on another. There is no limit, it is no longer so.
    """
    assert found_in(text) == dict.fromkeys(WORDS, 1)
