"""Everything that is deployed as a folder: a template, the code beside it, and how to deploy it."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from orderlab.errors import LearnerError
from orderlab.exporting.apis import read_apis, read_usage_plans
from orderlab.exporting.caches import read_caches
from orderlab.exporting.events import read_buses, read_pipes, read_schedules, read_schemas
from orderlab.exporting.functions import read_functions, read_mappings
from orderlab.exporting.http_apis import read_http_apis
from orderlab.exporting.messaging import read_queues, read_subscriptions, read_topics
from orderlab.exporting.reading import Clients, Reading
from orderlab.exporting.references import References
from orderlab.exporting.roles import read_roles
from orderlab.exporting.tables import read_tables
from orderlab.exporting.template import Template
from orderlab.exporting.watching import read_alarms, read_log_groups

FOLDER = "export"
TEMPLATE = "template.yaml"
NEVER = (
    "Data: items of tables, messages in queues, events in archives.",
    "What has been observed: log lines, metrics, traces.",
    "Older versions of functions: a template has the code as it is.",
    "Users, keys and secrets.",
)
# the order in which they are read: what others name comes before them where that is possible
_READERS = (
    read_tables, read_queues, read_topics, read_functions, read_apis, read_usage_plans,
    read_http_apis, read_mappings, read_subscriptions, read_buses, read_pipes, read_schedules,
    read_schemas, read_caches, read_alarms, read_log_groups, read_roles,
)  # fmt: skip


@dataclass(frozen=True)
class ExportedStack:
    """What was written: a folder with a template, and what the template leaves out."""

    folder: Path
    kinds: dict[str, int]
    left_out: tuple[str, ...]

    @property
    def template(self) -> Path:
        """The template's file."""
        return self.folder / TEMPLATE

    def __repr__(self) -> str:
        lines = [f"{self.template}: {sum(self.kinds.values())} resources"]
        lines += [f"  {count:3d} {kind}" for kind, count in sorted(self.kinds.items())]
        lines += ["Not in it:", *(f"  {each}" for each in (*self.left_out, *NEVER))]
        lines.append(f"How to deploy it stands in {self.folder / 'README.md'}.")
        return "\n".join(lines)


def template_of(target: Clients) -> Template:
    """What is deployed on the target, as far as it carries the target's prefix."""
    template = Template(
        References(target.region, target.account_id),
        description="Written by orderlab export. Data and logs are not in it.",
    )
    found = Reading(target, template)
    for read in _READERS:
        read(found)
    return template


def export(target: Clients, folder: str | Path = FOLDER) -> ExportedStack:
    """Write what is deployed into a folder, in the place of an earlier export.

    Raises LearnerError if nothing is deployed, if the folder holds something else, or if it cannot
    be written.
    """
    template, place = template_of(target), Path(folder)
    if not template.resources:
        raise LearnerError("Nothing is deployed yet, so there is nothing to export.")
    try:
        _clear(place)
        for name, (content, executable) in sorted(template.files.items()):
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o755 if executable else 0o644)
        (place / TEMPLATE).write_text(as_yaml(template.rendered()), encoding="utf-8", newline="\n")
        (place / "README.md").write_text(_readme(template), encoding="utf-8", newline="\n")
    except OSError as error:
        raise LearnerError(
            f"{place} can't be written: {error.strerror or error}.",
            advice="Name another folder.",
        ) from None
    kinds = Counter(each.kind for each in template.resources.values())
    return ExportedStack(place, dict(kinds), tuple(template.left_out))


def _clear(place: Path) -> None:
    """Make the folder; what an earlier export has written goes, and nothing else may be there."""
    place.mkdir(parents=True, exist_ok=True)
    own = {TEMPLATE, "README.md", "functions", "layers"}
    there = {each.name for each in place.iterdir()}
    if there - own or (there and TEMPLATE not in there):
        other = sorted(there - own or there)[0]
        raise LearnerError(
            f"{place} holds something that no export has written ({other}).",
            advice="Name another folder, or an empty one.",
        )
    for each in place.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


class _Dumper(yaml.SafeDumper):
    """YAML as people write it: no anchors, and text of several lines as such."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> Any:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(template: dict[str, Any]) -> str:
    """A template as text, the same for the same template."""
    return yaml.dump(template, Dumper=_Dumper, sort_keys=False, width=100, allow_unicode=True)


def _readme(template: Template) -> str:
    left_out = "".join(f"- {each}\n" for each in (*template.left_out, *NEVER))
    needs = ""
    if template.parameters:
        names = ", ".join(f"`{name}`" for name in template.parameters)
        needs = f"\nThe template asks for {names}: add `--parameter-overrides NAME=VALUE`.\n"
    text = (Path(__file__).parent / "README.in.md").read_text(encoding="utf-8")
    return text.replace("{needs}", needs).replace("{left_out}", left_out)
