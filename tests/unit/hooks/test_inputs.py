"""What a hook reads: sources, lines of any length and content."""

import gzip
import io
import os
from pathlib import Path

import pytest

from headroom.errors import UsageError
from headroom.hooks.inputs import MAX_LINE, find_sources, open_source, read_lines


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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_an_os_error(tmp_path: Path) -> None:
    path = tmp_path / "secret.log"
    path.write_text("x")
    path.chmod(0)
    with pytest.raises(PermissionError):
        open_source(find_sources([str(path)])[0])
