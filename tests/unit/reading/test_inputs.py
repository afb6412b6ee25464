"""What a hook reads: sources, lines of any length and content."""

import gzip
import io
import os
import zlib
from pathlib import Path

import pytest

from headroom.errors import UsageError
from headroom.reading.inputs import MAX_LINE, find_sources, open_source, read_lines


def test_folders_patterns_and_repeated_paths_give_each_file_once(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/2.log", "1.log", "3.txt"):
        (tmp_path / name).write_text("x")
    found = find_sources([str(tmp_path / "*.log"), str(tmp_path), str(tmp_path / "1.log"), "-"])
    names = [source.path and source.path.relative_to(tmp_path).as_posix() for source in found]
    assert names == ["1.log", "3.txt", "b/2.log", None]


@pytest.mark.parametrize("path", ["nowhere.log", "nothing-*.log"])
def test_a_path_that_names_nothing_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageError, match="nothing at"):
        find_sources([str(tmp_path / path)])


@pytest.mark.parametrize(
    ("name", "stem"), [("a.log", "a"), ("a.b.log.gz", "a.b"), ("a", "a"), ("a.gz", "a")]
)
def test_a_file_names_a_build_without_its_extension(tmp_path: Path, name: str, stem: str) -> None:
    (tmp_path / name).write_text("x")
    assert find_sources([str(tmp_path / name)])[0].stem == stem


def test_gzip_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "plain.log"
    path.write_bytes(gzip.compress(b"one\ntwo\n"))
    with open_source(find_sources([str(path)])[0]) as stream:
        assert [line.text for line in read_lines(stream)] == ["one", "two"]


def test_a_line_can_hold_any_bytes_and_be_of_any_length() -> None:
    long = b"x" * (MAX_LINE + 10)
    lines = list(read_lines(io.BytesIO(b"a\x00b\xff\r\n" + long + b"\nlast")))
    assert [(line.number, line.is_cut) for line in lines] == [(1, False), (2, True), (3, False)]
    assert lines[0].text == "a\ufffdb\ufffd"
    assert lines[2].text == "last"


def test_what_a_folder_does_not_give_is_named_and_pipes_are_left(tmp_path: Path) -> None:
    (tmp_path / "gone.log").symlink_to("nowhere")
    (tmp_path / "round.log").symlink_to("round.log")
    (tmp_path / "good.log").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    sources = find_sources([str(tmp_path)])
    assert [source.stem for source in sources] == ["gone", "good", "round"]
    for source in (sources[0], sources[2]):
        with pytest.raises(OSError, match=r"No such file|Too many levels"), open_source(source):
            pass


def test_a_folder_that_may_not_be_looked_into_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "is_dir", refuse)
    assert [source.path for source in find_sources([str(tmp_path)])] == [tmp_path]


def test_gzip_that_is_cut_or_damaged_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(b"%d\n" % number for number in range(100_000)))
    (tmp_path / "a.gz").write_bytes(whole[:-9])
    (tmp_path / "b.gz").write_bytes(whole[: len(whole) // 2] + bytes(100))
    for source, least in zip(find_sources([str(tmp_path)]), (99_000, 10_000), strict=True):
        read = []
        with pytest.raises((EOFError, OSError, zlib.error)), open_source(source) as stream:
            read = list(read_lines(stream))
        assert len(read) > least


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_an_os_error(tmp_path: Path) -> None:
    path = tmp_path / "secret.log"
    path.write_text("x")
    path.chmod(0)
    with pytest.raises(PermissionError), open_source(find_sources([str(path)])[0]):
        pass
