"""The last steps before a function's process hands over to its runtime client.

It takes AWS's folders (`places.py`) and the import path in AWS's order, limits the process, sees to
it that the process dies with its parent, and runs AWS's own client, or `client.py` where that has
no wheel. `forkserver.py` does this in a copy of itself; where there is none, Python is started for
every environment: `python -I -S boot.py`. So it is where the function names a wrapper script.

Either way without `site`: what is installed beside the cloud must not be importable, since it would
not be there on AWS. Only the packages that AWS's Python runtime brings can be imported.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, union-attr, arg-type"

import os
import sys

OPTIONS = ("-I", "-S", "-X", "utf8", "-X", "frozen_modules=on")
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
# the same, as `importlib.metadata` calls them
RUNTIME_DISTRIBUTIONS = frozenset(
    (
        "awslambdaric",
        "boto3",
        "botocore",
        "jmespath",
        "python-dateutil",
        "s3transfer",
        "simplejson",
        "six",
        "snapshot-restore-py",
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

    def find_distributions(self, context=None):
        """The metadata of the runtime's packages, which instrumentation asks for their versions."""
        from importlib.metadata import DistributionFinder, MetadataPathFinder

        asked = getattr(context, "name", None)
        if asked is None:
            names = sorted(RUNTIME_DISTRIBUTIONS)
        else:
            plain = asked.lower().replace("_", "-").replace(".", "-")
            names = [plain] if plain in RUNTIME_DISTRIBUTIONS else []
        for name in names:
            wanted = DistributionFinder.Context(name=name, path=self._path)
            yield from MetadataPathFinder.find_distributions(wanted)

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


def customize():
    """Import `sitecustomize` from PYTHONPATH, as `site` does: OpenTelemetry's set-up is one."""
    folders = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    if any(os.path.isfile(f"{folder}/sitecustomize.py") for folder in folders):  # noqa: PTH113
        import sitecustomize  # type: ignore[import-not-found]  # noqa: F401


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
    """On Linux the kernel ends this process with its parent, however that ends.

    `parent_pid` is 0 if a wrapper script may stand between, which ends in the same way.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes
    import signal

    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if parent_pid and os.getppid() != parent_pid:
        os._exit(1)


def main():
    """Become the process of an environment, and run its handler."""
    given = os.environ.pop("_ORDERLAB_BOOT")
    parent_pid, opt, packages, client, mark, *wrapped = given.split("\n")
    sys.meta_path.append(RuntimePackages(packages))
    add_site_builtins()
    become(0 if wrapped else int(parent_pid), int(mark))
    if os.environ.get("AWS_LAMBDA_EXEC_WRAPPER") and not wrapped:
        hand_over(f"{given}\nwrapped", opt)
    # a wrapper may have named another
    run(os.environ["_HANDLER"], opt, client)


def hand_over(settings, opt):
    """Let the function's wrapper script start this file again.

    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
    """
    named = os.environ["AWS_LAMBDA_EXEC_WRAPPER"]
    wrapper = named
    for folder, here in (("/opt/", opt), ("/var/task/", os.environ["LAMBDA_TASK_ROOT"])):
        if here and named.startswith(folder):
            wrapper = f"{here}/{named[len(folder) :]}"
    if not os.path.isfile(wrapper):  # noqa: PTH113
        give_up(f"{named}: does not exist", 127)
    if not os.access(wrapper, os.X_OK):
        give_up(f"{named}: is not an executable", 126)
    os.environ["_ORDERLAB_BOOT"] = settings
    command = [wrapper, sys.executable, *OPTIONS, os.path.abspath(__file__)]  # noqa: PTH100
    try:
        os.execv(wrapper, command)
    except OSError as error:
        give_up(f"{named}: {error.strerror}", 126)


def give_up(problem, status):
    """End the process, with a line in the log."""
    os.write(2, f"{problem}\n".encode())
    os._exit(status)


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
    sys.argv[:] = [handler]
    customize()
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
