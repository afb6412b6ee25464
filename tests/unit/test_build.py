"""What a build does beside dbt."""

from pathlib import Path

from headroom.build import private_spill
from headroom.settings import Settings


def test_what_does_not_fit_into_memory_is_private_and_goes(tmp_path: Path) -> None:
    settings = Settings("duckdb", tmp_path / "w.duckdb", "flotilla")
    folder = tmp_path / "w.duckdb.tmp"
    folder.mkdir()
    (folder / "left by a killed process").touch()
    with private_spill(settings):
        assert list(folder.iterdir()) == []
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
