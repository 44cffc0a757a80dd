"""The first thing that runs in a function's process: `python -I -S boot.py HANDLER`.

It puts AWS's folders where AWS has them (`places.py`) and the import path in AWS's order, limits
the process, sees to it that the process dies with its parent, and hands over to AWS's own runtime
client, or to `client.py` where that has no wheel.

It is started without `site`: what is installed beside the cloud must not be importable, since it
would not be there on AWS. Only the packages that AWS's Python runtime brings can be imported.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, union-attr, arg-type"

import os
import sys

# https://docs.aws.amazon.com/lambda/latest/dg/python-package.html: what the runtime brings
RUNTIME_PACKAGES = frozenset(
    (
        "awslambdaric",
        "boto3",
        "botocore",
        "dateutil",
        "jmespath",
        "runtime_client",
        "s3transfer",
        "simplejson",
        "six",
        "snapshot_restore_py",
        "urllib3",
    )
)


class RuntimePackages:
    """Finds the packages of AWS's runtime in the folder where they are installed here."""

    def __init__(self, folder):
        self._path = [folder]

    def find_spec(self, name, path=None, target=None):
        if path is None and name in RUNTIME_PACKAGES:
            from importlib.machinery import PathFinder

            return PathFinder.find_spec(name, self._path, target)
        return None

    def invalidate_caches(self):
        pass


def set_import_path(task_root, opt, packages):
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    own = [task_root]
    if opt:
        own += [f"{opt}/python/lib/{version}/site-packages", f"{opt}/python"]
    own += [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    sys.path[:] = own + [part for part in sys.path if part not in ("", here)]
    sys.meta_path.append(RuntimePackages(packages))


def add_site_builtins():
    """`exit` and `quit` are put in place by `site`, which AWS's runtime has and this has not."""
    import builtins
    from _sitebuiltins import Quitter

    builtins.exit, builtins.quit = Quitter("exit", ""), Quitter("quit", "")


def limit_process():
    try:
        import resource
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 1024 if most == resource.RLIM_INFINITY else min(1024, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def give_way():
    """Do not push others aside on waking: with few cores that is the cloud, which all wait for.

    The process's share of the processors stays the same. A sandbox may refuse; then so be it.
    """
    if hasattr(os, "SCHED_BATCH"):
        try:  # noqa: SIM105 (contextlib would have to be imported at every cold start)
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        except OSError:
            pass


def die_with_parent(parent_pid):
    """On Linux the kernel ends this process with its parent, however that ends."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes
    import signal

    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)


def take_places(root, parent_pid, opt, packages, client, temporary):
    """AWS's folders in their places, where the system allows it; returns layers and packages."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    import places  # type: ignore[import-not-found]

    try:
        places.enter(root, os.environ["LAMBDA_TASK_ROOT"], opt, temporary, packages)
    except OSError:
        return opt, packages
    if os.path.isdir(f"{places.OPT}/lib"):  # noqa: PTH112
        boot = (parent_pid, places.OPT, places.PACKAGES, client, "", "")
        places.start_again("\n".join(boot))
    return places.OPT if opt else "", places.PACKAGES


def main():
    settings = os.environ.pop("_ORDERLAB_BOOT").split("\n")
    parent_pid, opt, packages, client, root, temporary = settings
    if root:
        opt, packages = take_places(root, parent_pid, opt, packages, client, temporary)
    die_with_parent(int(parent_pid))
    limit_process()
    give_way()
    add_site_builtins()
    set_import_path(os.environ["LAMBDA_TASK_ROOT"], opt, packages)
    # logging frames and prints share one pipe, so that they keep their order
    os.environ["_LAMBDA_TELEMETRY_LOG_FD"] = str(os.dup(1))
    handler = sys.argv[1]
    sys.argv[:] = sys.argv[1:]
    if client == "own":
        run_own_client(handler)
    else:
        run_aws_client(handler)


def run_own_client(handler):
    import importlib.util

    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    path = f"{here}/client.py" if os.path.exists(here) else "/var/rapid/client.py"  # noqa: PTH110
    spec = importlib.util.spec_from_file_location("bootstrap", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["bootstrap"] = module
    spec.loader.exec_module(module)
    module.run(handler, os.environ["AWS_LAMBDA_RUNTIME_API"])


def run_aws_client(handler):
    from awslambdaric import bootstrap
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

    class Client(LambdaRuntimeClient):
        """AWS's client; an error of Init is sent to an address that has a path, too."""

        def call_rapid(self, http_method, endpoint, expected_http_code, payload=None, headers=None):
            host, _, path = self.lambda_runtime_address.partition("/")
            whole = LambdaRuntimeClient(host)
            whole.call_rapid(
                http_method, f"/{path}{endpoint}", expected_http_code, payload, headers
            )

    bootstrap.run(handler, Client(os.environ["AWS_LAMBDA_RUNTIME_API"]))


if __name__ == "__main__":
    main()
