"""The last steps before a function's process hands over to its runtime client.

It takes AWS's folders (`places.py`) and the import path in AWS's order, limits the process, sees to
it that the process dies with its parent, and runs AWS's own client, or `client.py` where that has
no wheel. `forkserver.py` does this in a copy of itself; where there is none, Python is started for
every environment: `python -I -S boot.py HANDLER`.

Either way without `site`: what is installed beside the cloud must not be importable, since it would
not be there on AWS. Only the packages that AWS's Python runtime brings can be imported.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, union-attr, arg-type"

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
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
        """Where a package of the runtime is installed; None for every other module."""
        if path is None and name in RUNTIME_PACKAGES:
            from importlib.machinery import PathFinder

            return PathFinder.find_spec(name, self._path, target)
        return None

    def invalidate_caches(self):
        """Nothing is cached; Python calls this."""
        pass


def set_import_path(task_root, opt):
    """Let Python look for modules where Lambda does: the code, the layers, then the runtime."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    own = [task_root]
    if opt:
        own += [f"{opt}/python/lib/{version}/site-packages", f"{opt}/python"]
    own += [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    sys.path[:] = own + [part for part in sys.path if part not in ("", HERE)]


def add_site_builtins():
    """`exit` and `quit` are put in place by `site`, which AWS's runtime has and this has not."""
    import builtins
    from _sitebuiltins import Quitter

    builtins.exit, builtins.quit = Quitter("exit", ""), Quitter("quit", "")


def limit_process(mark):
    """`mark` tells what belongs to the environment: all that it starts inherits its limits.

    It is the limit of processor time of real-time tasks, in microseconds: no function is one, and
    the number means thousands of years.
    """
    try:
        import resource
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 1024 if most == resource.RLIM_INFINITY else min(1024, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if mark and hasattr(resource, "RLIMIT_RTTIME"):
        resource.setrlimit(resource.RLIMIT_RTTIME, (mark, mark))


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


def main():
    """Become the process of an environment, and run its handler."""
    settings = os.environ.pop("_ORDERLAB_BOOT").split("\n")
    parent_pid, opt, packages, client, mark = settings
    sys.meta_path.append(RuntimePackages(packages))
    add_site_builtins()
    become(int(parent_pid), int(mark))
    run(sys.argv[1], opt, client)


def become(parent_pid, mark):
    """Make this process that of an environment."""
    die_with_parent(parent_pid)
    limit_process(mark)
    give_way()


def run(handler, opt, client):
    """Run the handler with the client of a name, `own` or `aws`, until the process ends."""
    set_import_path(os.environ["LAMBDA_TASK_ROOT"], opt)
    # logging frames and prints share one pipe, so that they keep their order
    os.environ["_LAMBDA_TELEMETRY_LOG_FD"] = str(os.dup(1))
    sys.argv[:] = [sys.argv[0], handler][1:]
    if client == "own":
        run_own_client(handler)
    else:
        run_aws_client(handler)


def run_own_client(handler):
    """Run the handler with the client in `client.py`."""
    import importlib.util

    path = f"{HERE}/client.py" if os.path.exists(HERE) else "/var/rapid/client.py"  # noqa: PTH110
    spec = importlib.util.spec_from_file_location("bootstrap", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["bootstrap"] = module
    spec.loader.exec_module(module)
    module.run(handler, os.environ["AWS_LAMBDA_RUNTIME_API"])


def run_aws_client(handler):
    """Run the handler with AWS's runtime client."""
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
