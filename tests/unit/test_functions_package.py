"""Unpacking deployment packages and layers."""

from __future__ import annotations

import io
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.functions.model import LayerVersion
from orderlab.cloud.functions.package import CodeStore, remove_tree


def zip_of(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return buffer.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> CodeStore:
    return CodeStore(tmp_path / "functions")


def layer(store: CodeStore, name: str, zipped: bytes) -> LayerVersion:
    return LayerVersion("us-east-1", "1" * 12, name, 1, store.add(zipped), "", (), (), "")


def test_the_same_content_is_unpacked_once(store: CodeStore) -> None:
    one, two = store.add(zip_of(app_py="x = 1")), store.add(zip_of(app_py="x = 1"))
    assert one.folder == two.folder
    assert store.add(zip_of(app_py="x = 2")).folder != one.folder


def test_python_files_are_compiled(store: CodeStore) -> None:
    folder = store.add(zip_of(shop__app_py="x = 1")).folder
    assert list((folder / "shop" / "__pycache__").glob("app.*.pyc"))


def test_a_file_with_a_syntax_error_is_unpacked_all_the_same(store: CodeStore) -> None:
    folder = store.add(zip_of(app_py="def (")).folder
    assert (folder / "app.py").read_text() == "def ("


def test_later_layers_lie_over_earlier_ones(store: CodeStore) -> None:
    one = layer(store, "one", zip_of(python__shop_py="one", python__only_py="one"))
    two = layer(store, "two", zip_of(python__shop_py="two", bin__tool="two"))
    folder = store.merge([one, two])
    assert folder is not None
    assert (folder / "python" / "shop.py").read_text() == "two"
    assert (folder / "python" / "only.py").read_text() == "one"
    assert (folder / "bin" / "tool").read_text() == "two"
    assert store.merge([one, two]) == folder
    assert store.merge([two, one]) != folder
    assert store.merge([]) is None


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "a/../../evil.py", "..\\evil.py"])
def test_a_path_out_of_the_folder_is_refused(store: CodeStore, tmp_path: Path, name: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(AwsError, match="Could not unzip"):
        store.add(buffer.getvalue())
    assert not list(tmp_path.rglob("evil.py"))


def test_a_zip_that_unpacks_to_more_than_allowed_is_refused(store: CodeStore) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.bin", bytes(90_000_000))
    with pytest.raises(AwsError, match="Unzipped size must be smaller than 262144000 bytes"):
        store.add(buffer.getvalue())


def test_an_empty_zip_is_refused(store: CodeStore) -> None:
    with pytest.raises(AwsError, match="non-empty zip"):
        store.add(zip_of())


if sys.platform != "win32":

    def test_a_link_stays_a_link_and_may_not_lead_out(store: CodeStore) -> None:
        def linked(goal: str) -> bytes:
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                archive.writestr("real.txt", "here")
                link = zipfile.ZipInfo("link.txt")
                link.external_attr = (stat.S_IFLNK | 0o777) << 16
                archive.writestr(link, goal)
            return buffer.getvalue()

        folder = store.add(linked("real.txt")).folder
        assert (folder / "link.txt").read_text() == "here"
        with pytest.raises(AwsError, match="Could not unzip"):
            store.add(linked("../../../../etc/passwd"))


def test_read_only_folders_can_be_removed(store: CodeStore) -> None:
    folder = store.add(zip_of(shop__app_py="x = 1")).folder
    assert not folder.joinpath("shop").stat().st_mode & stat.S_IWUSR
    remove_tree(folder)
    assert not folder.exists()


def test_much_source_is_compiled_too(store: CodeStore) -> None:
    source = "".join(f"x{number} = {number}\n" for number in range(20_000))
    folder = store.add(zip_of(app_py=source)).folder
    assert list((folder / "__pycache__").glob("app.*.pyc"))
