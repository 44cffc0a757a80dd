"""Zips unpacked, layers laid over each other, Python compiled: in a process of its own.

A package is code of somebody's: its list of names can be long, what it holds can be larger than it
says, and compiling 800 bytes can take minutes and gigabytes. The cloud can end this process at any
time. Where there is no fork server: `python -I -S unpacking.py ORDER`.

    {"zip": file, "into": folder}           ["unpacked", bytes]  or  ["refused", why]
                                            or  ["disk", errno]
    {"layers": [folder ...], "into": folder}

Paths come as the zip has them. A link is made only if it leads to a place within the folder, by
whatever other links: nothing is ever written or read through one that leads out.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call, var-annotated"

import errno
import json
import os
import stat
import sys

UNZIPPED_LIMIT_BYTES = 262_144_000
MOST_ENTRIES, DEEPEST = 100_000, 100
# as the kernel: so many links on the way to one file, and so long a target
MOST_HOPS, LONGEST_TARGET_BYTES = 40, 4096
# of all links together
MOST_STEPS = 1_000_000
COMPILE_SECONDS, COMPILE_BYTES = 10, 1 << 30
CHUNK_BYTES = 1 << 20
HEAD_OF_ENTRY = b"PK\x01\x02"
# not the package's fault
DISK_FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)


class Refused(Exception):
    """The reason in one word: `broken`, `large` or `empty`."""


class Tree:
    """What a folder is to hold, by path: a folder, a file or a link, before anything is written.

    An entry is a folder (None), a link (its target) or a file (anything else, as it was given).
    """

    def __init__(self):
        self.entries = {}
        self._steps = 0

    def add_folder(self, parts):
        """Add a folder and those above it; Refused if a file or a link is in the way."""
        for depth in range(1, len(parts) + 1):
            if self.entries.setdefault(parts[:depth], None) is not None:
                raise Refused("broken")

    def add(self, parts, entry):
        """A later entry takes the place of an earlier one of the same name."""
        self.add_folder(parts[:-1])
        if self.entries.get(parts, entry) is None:
            raise Refused("broken")
        self.entries[parts] = entry

    def lay_over(self, upper):
        """Put another tree over this one: where both have a name, the upper one's counts."""
        gone = {
            parts
            for parts, entry in upper.entries.items()
            if (entry is None) != (self.entries.get(parts, entry) is None)
        }
        self.entries = {
            parts: entry
            for parts, entry in self.entries.items()
            if not any(parts[:depth] in gone for depth in range(1, len(parts) + 1))
        }
        self.entries.update(upper.entries)

    def check_links(self):
        """Raise Refused if a link leads out of the tree."""
        for parts, entry in self.entries.items():
            if isinstance(entry, Link):
                self._follow(parts[:-1], entry.target)

    def _follow(self, start, target):
        """Walk as the system would; Refused where the way leads out, if only for one step."""
        at, ahead, hops = list(start), target.split("/")[::-1], 0
        if target.startswith("/"):
            raise Refused("broken")
        while ahead:
            part = ahead.pop()
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise Refused("broken")
            if part in ("", "."):
                continue
            if part == "..":
                if not at:
                    raise Refused("broken")
                at.pop()
                continue
            entry = self.entries.get((*at, part))
            if not isinstance(entry, Link):
                at.append(part)
                continue
            hops += 1
            if hops > MOST_HOPS or entry.target.startswith("/"):
                raise Refused("broken")
            ahead += entry.target.split("/")[::-1]


class Link:
    """A symbolic link, with the text of its target."""

    def __init__(self, target):
        self.target = target


def unpack(order):
    """Unpack a zip; returns how many bytes its files have."""
    import zipfile

    with open(order["zip"], "rb") as file:  # noqa: PTH123
        # looked at before the list is read: it may be longer than the files are large
        if file.read().count(HEAD_OF_ENTRY) > MOST_ENTRIES:
            raise Refused("broken")
    with zipfile.ZipFile(order["zip"]) as archive:
        tree, size = tree_of(archive)
        write(tree, order["into"], lambda member, path: copy(archive, member, path))
    return size


def tree_of(archive):
    """What a zip holds, and how many bytes its files have; Refused if it may not be unpacked."""
    members = archive.infolist()
    if not members:
        raise Refused("empty")
    size = sum(member.file_size for member in members)
    if size > UNZIPPED_LIMIT_BYTES:
        raise Refused("large")
    tree = Tree()
    for member in members:
        parts = parts_of(member.filename)
        if not parts:
            continue
        if member.is_dir():
            tree.add_folder(parts)
        elif stat.S_ISLNK(member.external_attr >> 16) and sys.platform != "win32":
            if member.file_size > LONGEST_TARGET_BYTES:
                raise Refused("broken")
            tree.add(parts, Link(os.fsdecode(archive.read(member))))
        else:
            tree.add(parts, member)
    tree.check_links()
    return tree, size


def parts_of(name):
    """A name in a zip as the folders and the file that it names."""
    name = name.replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    drive = sys.platform == "win32" and any(":" in part for part in parts)
    if name.startswith("/") or ".." in parts or "\0" in name or drive or len(parts) > DEEPEST:
        raise Refused("broken")
    return parts


def copy(archive, member, path):
    """Write one file of a zip; Refused if it has more bytes than the zip says."""
    left = member.file_size
    with archive.open(member) as source, open(path, "wb") as target:  # noqa: PTH123
        while data := source.read(CHUNK_BYTES):
            left -= len(data)
            # what a member says of its size need not be true
            if left < 0:
                raise Refused("large")
            target.write(data)
    os.chmod(path, (member.external_attr >> 16 & 0o111) | 0o444)  # noqa: PTH101


def write(tree, folder, copy_file):
    """Make a tree in an empty folder: its links last, so that nothing is written through one."""
    links = []
    for parts, entry in tree.entries.items():
        path = os.path.join(folder, *parts)  # noqa: PTH118
        if entry is None:
            os.makedirs(path, exist_ok=True)  # noqa: PTH103
        elif isinstance(entry, Link):
            links.append((path, entry.target))
        else:
            copy_file(entry, path)
    for path, target in links:
        os.symlink(target, path)  # noqa: PTH211


# --- layers


def overlay(order):
    """Lay the folders of layers over each other, later ones over earlier ones."""
    import shutil

    tree = Tree()
    for folder in order["layers"]:
        layer = Tree()
        read_folder(folder, (), layer)
        tree.lay_over(layer)
    tree.check_links()
    write(tree, order["into"], shutil.copy2)
    return 0


def read_folder(folder, parts, tree):
    """Add what is in a folder to a tree."""
    with os.scandir(folder) as found:
        for each in found:
            own = (*parts, each.name)
            if each.is_symlink():
                tree.add(own, Link(os.readlink(each.path)))  # noqa: PTH115
            elif each.is_dir():
                tree.add_folder(own)
                read_folder(each.path, own, tree)
            else:
                tree.add(own, each.path)


# --- compiling


def compile_all(folder):
    """Every environment starts from bytecode. What takes too long or too much is left as it is."""
    import compileall
    import contextlib
    import py_compile

    bound()
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)  # noqa: PTH118
            if name.endswith(".py") and not os.path.islink(path):  # noqa: PTH114
                with contextlib.suppress(Exception):
                    compileall.compile_file(path, quiet=2, invalidation_mode=mode)


def bound():
    """Let the system end this process, which has told its result, if compiling does not end."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + COMPILE_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (COMPILE_BYTES, COMPILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def carry_out(order):
    """Do what is asked for, print what came of it, and then compile."""
    try:
        size = unpack(order) if "zip" in order else overlay(order)
        result = ["unpacked", size]
    except Refused as refusal:
        result = ["refused", str(refusal)]
    except OSError as error:
        result = ["disk", error.errno] if error.errno in DISK_FAULTS else ["refused", "broken"]
    except Exception:
        # whatever is wrong with a package, it cannot be unpacked
        result = ["refused", "broken"]
    print(json.dumps(result), flush=True)  # noqa: T201
    if result[0] == "unpacked" and "zip" in order:
        compile_all(order["into"])


if __name__ == "__main__":
    carry_out(json.loads(sys.argv[1]))
