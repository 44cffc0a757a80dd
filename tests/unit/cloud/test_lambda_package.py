"""Unpacking deployment packages and layers."""

from __future__ import annotations

import io
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.lambda_.model import LayerVersion
from orderlab.cloud.lambda_.package import CodeStore, remove_tree


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
    zipped = zip_of(app_py="x = 1")
    assert store.add(zipped).folder == store.add(zipped).folder
    one = store.add(zipped)
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


Entries = list[tuple[str, str, int]]
FILE, LINK = stat.S_IFREG | 0o644, stat.S_IFLNK | 0o777


def zip_with(*entries: tuple[str, str, int]) -> bytes:
    """A zip of names, contents or targets, and modes, in this order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content, mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


if sys.platform != "win32":

    def test_a_link_within_a_package_stays_a_link(store: CodeStore) -> None:
        zipped = zip_with(
            ("lib/libthing.so.1", "code", FILE),
            ("lib/libthing.so", "libthing.so.1", LINK),
            ("bin/tool", "../lib/libthing.so", LINK),
            ("lib/dangling", "nothing/here", LINK),
        )
        folder = store.add(zipped).folder
        assert (folder / "bin" / "tool").read_text() == "code"
        assert (folder / "lib" / "libthing.so").is_symlink()

    LEADING_OUT: dict[str, Entries] = {
        "straight": [("up", "../../../../etc/passwd", LINK)],
        "absolute": [("root", "/etc/passwd", LINK)],
        "by another link": [("d1/d2/to", "../..", LINK), ("out", "d1/d2/to/../x", LINK)],
        "by one that comes later": [("out", "d1/to/..", LINK), ("d1/to", "..", LINK)],
        "for one step only": [("a/back", "../../a/file", LINK), ("a/file", "x", FILE)],
        "a file written through a link": [("d/to", "../d2", LINK), ("d/to/file", "x", FILE)],
        "a link that takes a folder's place": [("d/file", "x", FILE), ("d", "..", LINK)],
        "a link made through a link": [
            ("d1/d2/d3/x", "x", FILE),
            ("d1/d2/d3/up", "../../..", LINK),
            ("d1/d2/d3/up/evil", "../../../..", LINK),
            ("evil/file", "x", FILE),
        ],
        "going round": [("one", "two", LINK), ("two", "one", LINK)],
    }

    @pytest.mark.parametrize("how", LEADING_OUT)
    def test_a_link_that_leads_out_is_refused(store: CodeStore, tmp_path: Path, how: str) -> None:
        before = set(tmp_path.iterdir())
        with pytest.raises(AwsError, match="Could not unzip"):
            store.add(zip_with(*LEADING_OUT[how]))
        assert set(tmp_path.iterdir()) - before <= {tmp_path / "functions"}
        assert not list((tmp_path / "functions" / "code").iterdir())

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_a_file_takes_the_place_of_a_link_of_its_name(store: CodeStore) -> None:
        folder = store.add(zip_with(("a", "b", LINK), ("b", "kept", FILE), ("a", "own", FILE)))
        assert (folder.folder / "a").read_text() == "own"
        assert (folder.folder / "b").read_text() == "kept"

    def test_layers_that_lead_out_only_together_are_refused(store: CodeStore) -> None:
        # alone `out` leads into deep/er; over the second layer `way` is another folder
        one = layer(
            store,
            "one",
            zip_with(
                ("deep/er/file", "x", FILE), ("way", "deep/er", LINK), ("out", "way/../..", LINK)
            ),
        )
        two = layer(store, "two", zip_with(("way/file", "x", FILE)))
        assert store.merge([one]) is not None
        with pytest.raises(AwsError, match="Could not unzip"):
            store.merge([one, two])

    def test_a_later_layer_replaces_links_files_and_folders(store: CodeStore) -> None:
        one = layer(
            store,
            "one",
            zip_with(
                ("lib/real", "one", FILE), ("lib/link", "real", LINK),
                ("lib/file", "one", FILE), ("lib/folder/x", "one", FILE),
            ),
        )  # fmt: skip
        two = layer(
            store,
            "two",
            zip_with(
                ("lib/other", "two", FILE), ("lib/link", "other", LINK),
                ("lib/file", "other", LINK), ("lib/folder", "two", FILE),
            ),
        )  # fmt: skip
        folder = store.merge([one, two])
        assert folder is not None
        found = {name: (folder / "lib" / name).read_text() for name in ("link", "file", "folder")}
        assert found == {"link": "two", "file": "two", "folder": "two"}


@pytest.mark.parametrize("name", ["/".join("d" * 200), "n" * 300], ids=["deep", "long"])
def test_names_that_no_file_can_have_are_refused(store: CodeStore, name: str) -> None:
    with pytest.raises(AwsError, match="Could not unzip"):
        store.add(zip_with((name, "x", FILE)))


def test_names_in_other_scripts_and_with_spaces_are_kept(store: CodeStore) -> None:
    folder = store.add(zip_with(("каталог/ä b'\".py", "x", FILE), ("./plain.py", "x", FILE))).folder
    assert (folder / "каталог" / "ä b'\".py").exists()
    assert (folder / "plain.py").exists()


def test_a_package_of_very_many_files_is_refused(store: CodeStore) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "")
    # the list alone counts, long before its entries are looked at
    zipped = b"PK\x01\x02" * 100_001 + buffer.getvalue()
    with pytest.raises(AwsError, match="Could not unzip"):
        store.add(zipped)


def test_a_file_that_is_larger_than_it_says_is_refused(store: CodeStore) -> None:
    zipped = bytearray(zip_with(("app.py", "x" * 1000, FILE)))
    directory = zipped.rfind(b"PK\x01\x02")
    zipped[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    with pytest.raises(AwsError, match="Could not unzip"):
        store.add(bytes(zipped))


def test_source_that_cannot_be_compiled_in_time_is_unpacked_all_the_same(
    store: CodeStore,
) -> None:
    # what follows each try is compiled twice, within each other a million times
    lines = ["def f():"]
    for depth in range(20):
        lines += [" " * (depth + 1) + "try: pass", " " * (depth + 1) + "finally:"]
    source = "\n".join([*lines, " " * 21 + "x = (1, 2, f())"])
    folder = store.add(zip_of(app_py=source)).folder
    assert (folder / "app.py").read_text() == source


def test_read_only_folders_can_be_removed(store: CodeStore) -> None:
    folder = store.add(zip_of(shop__app_py="x = 1")).folder
    assert not folder.joinpath("shop").stat().st_mode & stat.S_IWUSR
    remove_tree(folder)
    assert not folder.exists()


def test_much_source_is_compiled_too(store: CodeStore) -> None:
    source = "".join(f"x{number} = {number}\n" for number in range(20_000))
    folder = store.add(zip_of(app_py=source)).folder
    assert list((folder / "__pycache__").glob("app.*.pyc"))
