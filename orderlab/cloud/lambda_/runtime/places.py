"""AWS's folders for a function's process: /var/task, /opt and /tmp are where AWS has them.

On Linux a process can have a view of the file system of its own. Code that opens `/opt/rates.json`
or `/tmp/cache.db` by name then finds what its layers and its own environment hold, and two
environments never share a file. What all environments share is made once, by `enter`; each makes
what is its own by `take`. Where the system does not grant it, `enter` raises OSError.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import ctypes
import os
import sys

TASK, OPT, TEMPORARY, PACKAGES, LANGUAGE, RAPID, STORE = OWN = (
    "/var/task",
    "/opt",
    "/tmp",
    "/var/runtime",
    "/var/lang",
    "/var/rapid",
    "/var/store",
)
HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
# sched.h and sys/mount.h
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
# statvfs tells relatime with another bit than mount wants
ST_RELATIME, MS_RELATIME = 4096, 1 << 21
KEPT_FLAGS = 2 | 4 | 8 | 1024 | 2048


def enter(root, packages, store):
    """Move this process to `root`, an empty folder, made to look like AWS's file system.

    `store` is the folder with all code, layers and temporary folders; only processes that have not
    yet taken their own places see it.
    """
    own_namespace()
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", root, b"tmpfs", 0)
    mirror("/", root)
    mirror("/var", root)
    for place in OWN:
        os.makedirs(root + place)  # noqa: PTH103
    for there, here in ((PACKAGES, packages), (LANGUAGE, sys.base_prefix), (RAPID, HERE)):
        bind(here, root + there, read_only=True)
    bind(store, root + STORE)
    # nothing may be written beside AWS's places, where others would see it
    mount("none", root, None, MS_REMOUNT | MS_BIND | MS_RDONLY)
    os.chroot(root)
    os.chdir("/")
    follow()


def take(code, opt, temporary):
    """The places of one environment; the folders are given within the store, `opt` may be empty."""
    own_namespace()
    bind(f"{STORE}/{code}", TASK, read_only=True)
    if opt:
        bind(f"{STORE}/{opt}", OPT, read_only=True)
    bind(f"{STORE}/{temporary}", TEMPORARY)
    if libc().umount2(STORE.encode(), MNT_DETACH):
        raise OSError(ctypes.get_errno(), f"unmount {STORE}")
    os.chdir(TASK)
    os.environ.update(LAMBDA_TASK_ROOT=TASK, LAMBDA_RUNTIME_DIR=PACKAGES, HOME=TEMPORARY)
    for variable in ("TMPDIR", "TEMP", "TMP"):
        os.environ[variable] = TEMPORARY
    os.environ["PATH"] = f"{LANGUAGE}/bin:/usr/local/bin:/usr/bin:/bin:{OPT}/bin"


def libc():
    """The C library, for calls that Python does not have."""
    return ctypes.CDLL(None, use_errno=True)


def own_namespace():
    """A mount table of its own; a user without rights gets them over that table only."""
    if libc().unshare(CLONE_NEWNS) == 0:
        return
    user, group = os.getuid(), os.getgid()
    if libc().unshare(CLONE_NEWUSER | CLONE_NEWNS):
        raise OSError(ctypes.get_errno(), "no mount namespace")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123
            file.write(text)


def mirror(folder, root):
    """Show under `root` what is in `folder`, but for AWS's own places."""
    os.makedirs(root + folder, exist_ok=True)  # noqa: PTH103
    above = {os.path.dirname(place) for place in OWN} - {"/"}  # noqa: PTH120
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.path in OWN or entry.path in above:
                continue
            if entry.is_symlink():
                os.symlink(os.readlink(entry.path), root + entry.path)  # noqa: PTH115, PTH211
            elif entry.is_dir():
                os.mkdir(root + entry.path)  # noqa: PTH102
                bind(entry.path, root + entry.path)


def bind(here, there, read_only=False):
    """Show the folder `here` at `there` as well."""
    mount(here, there, None, MS_BIND | MS_REC)
    if read_only:
        found = os.statvfs(there).f_flag
        kept = found & KEPT_FLAGS | (MS_RELATIME if found & ST_RELATIME else 0)
        mount("none", there, None, MS_REMOUNT | MS_BIND | MS_RDONLY | kept)


def mount(here, there, kind, flags):
    """The system call; OSError if the system refuses it."""
    if libc().mount(os.fsencode(here), os.fsencode(there), kind, ctypes.c_ulong(flags), None):
        raise OSError(ctypes.get_errno(), f"mount {here} {there}")


def follow():
    """Let Python find its own library at its new place."""
    old = sys.base_prefix
    sys.path[:] = [moved(part, old) for part in sys.path]
    sys.path_importer_cache.clear()
    for module in list(sys.modules.values()):
        if isinstance(getattr(module, "__path__", None), list):
            module.__path__[:] = [moved(part, old) for part in module.__path__]
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    sys.executable = f"{LANGUAGE}/bin/{name}"
    sys.prefix = sys.exec_prefix = sys.base_prefix = sys.base_exec_prefix = LANGUAGE


def moved(path, old):
    """A path within Python's library, at its new place."""
    return LANGUAGE + path[len(old) :] if path.startswith(old + os.sep) else path
