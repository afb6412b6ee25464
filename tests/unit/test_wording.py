"""What is written from now on is plain; the old places become fewer."""

from tests.support.wording import WORDS, found_in, old_places, wording


def test_no_new_place_has_a_word_that_makes_a_reader_stop() -> None:
    old = old_places()
    new = {
        f"{file}: {word!r} {count} times, {old.get((file, word), 0)} allowed": WORDS[word][1]
        for (file, word), count in wording().items()
        if count > old.get((file, word), 0)
    }
    assert new == {}, "say it plainly, as the right column says"


def test_the_list_of_old_places_only_shrinks() -> None:
    """If it fails: python -m tests.support.wording."""
    now = wording()
    assert {
        place: count for place, count in old_places().items() if now.get(place, 0) < count
    } == {}


def test_each_word_is_found_also_across_lines() -> None:
    text = """
        # It is built anew and mended, in
        # vain; gladly, the gravest. Some are
        # none; a file of its own, none of its rows. Nobody drew lots, it is no label, and
        # it tells of more. There is no limit, it is no longer so.
    """
    assert found_in(text) == dict.fromkeys(WORDS, 1)
