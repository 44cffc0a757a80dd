"""Lambda's functions with their layers, aliases, permissions and mappings.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orderlab.exporting.code import fetch, unpack
from orderlab.exporting.reading import Reading
from orderlab.exporting.references import To
from orderlab.exporting.template import loose, picked, tag_list

_MAPPING = (
    "BatchSize", "MaximumBatchingWindowInSeconds", "StartingPosition", "BisectBatchOnFunctionError",
    "MaximumRetryAttempts", "MaximumRecordAgeInSeconds", "ParallelizationFactor",
    "TumblingWindowInSeconds", "FunctionResponseTypes", "FilterCriteria", "ScalingConfig",
)  # fmt: skip


def read_functions(found: Reading) -> None:
    """Add the functions, each with its code in a folder, and the layers that they use."""
    listed = found.listed("lambda", "list_functions", "Functions")
    ours = [each for each in listed if found.is_ours(each["FunctionName"])]
    for layer in sorted({each["Arn"] for it in ours for each in it.get("Layers") or ()}):
        _add_layer(found, layer)
    for each in sorted(ours, key=lambda it: str(it["FunctionName"])):
        _add_function(found, each["FunctionName"])


def _add_layer(found: Reading, arn: str) -> None:
    if f":{found.target.account_id}:" not in arn:
        return  # AWS's own, or another account's: it stands there for the stack, too
    name, number = arn.split(":")[-2:]
    layer = found.client("lambda").get_layer_version_by_arn(Arn=arn)
    folder = f"layers/{found.friendly(name)}-{number}"
    _add_code(found, folder, (layer.get("Content") or {}).get("Location", ""))
    properties = {
        "LayerName": name,
        "Content": folder,
        **picked(layer, "Description", "LicenseInfo"),
        **picked(layer, "CompatibleRuntimes", "CompatibleArchitectures"),
    }
    found.template.add(
        "AWS::Lambda::LayerVersion", f"{found.friendly(name)} {number}", properties,
        arn=arn, attribute="",
    )  # fmt: skip


def _add_function(found: Reading, name: str) -> None:
    answer = found.client("lambda").get_function(FunctionName=name)
    given, arn = answer["Configuration"], answer["Configuration"]["FunctionArn"]
    folder = f"functions/{found.friendly(name)}"
    _add_code(found, folder, (answer.get("Code") or {}).get("Location", ""))
    properties = {
        "FunctionName": name,
        **picked(given, "Description", "Runtime", "Handler", "Role"),
        "Code": folder,
        **picked(given, "MemorySize", "Timeout"),
        "Architectures": [each for each in given.get("Architectures") or () if each != "x86_64"],
        **_settings(given),
        **picked(answer.get("Concurrency") or {}, "ReservedConcurrentExecutions"),
        "Tags": tag_list(answer.get("Tags")),
    }
    identifier = found.template.add(
        "AWS::Lambda::Function", found.friendly(name), properties, arn=arn
    )
    _add_aliases(found, name, identifier)
    _add_permissions(found, name, To(identifier))
    _add_async_settings(found, name, identifier)


def _settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from a function for which nothing was said."""
    variables = (given.get("Environment") or {}).get("Variables")
    storage = given.get("EphemeralStorage") or {}
    logging = {k: v for k, v in (given.get("LoggingConfig") or {}).items() if k != "LogGroup"}
    snap = (given.get("SnapStart") or {}).get("ApplyOn")
    traced = (given.get("TracingConfig") or {}).get("Mode") == "Active"
    return {
        "Environment": {"Variables": loose(variables)} if variables else None,
        "Layers": [each["Arn"] for each in given.get("Layers") or ()],
        "TracingConfig": {"Mode": "Active"} if traced else None,
        "EphemeralStorage": storage if storage.get("Size", 512) != 512 else None,
        "LoggingConfig": logging if logging.get("LogFormat", "Text") != "Text" else None,
        "SnapStart": {"ApplyOn": snap} if snap not in (None, "None") else None,
        **picked(given, "DeadLetterConfig"),
    }


def _add_aliases(found: Reading, name: str, identifier: str) -> None:
    """Aliases, all at one version of the code as it is: older code is not kept in a template."""
    aliases = list(found.listed("lambda", "list_aliases", "Aliases", FunctionName=name))
    if not aliases:
        return
    friendly = found.friendly(name)
    version = found.template.add("AWS::Lambda::Version", friendly, {"FunctionName": To(identifier)})
    for alias in sorted(aliases, key=lambda each: str(each["Name"])):
        given = {"qualifier": alias["Name"], "FunctionName": name}
        answer = found.asked(
            found.client("lambda").get_provisioned_concurrency_config,
            FunctionName=name, Qualifier=alias["Name"],
        )  # fmt: skip
        wanted = (answer or {}).get("RequestedProvisionedConcurrentExecutions")
        properties = {
            "FunctionName": To(identifier),
            "FunctionVersion": To(version, "Version"),
            **picked(alias, "Name", "Description"),
            "ProvisionedConcurrencyConfig": (
                {"ProvisionedConcurrentExecutions": wanted} if wanted else None
            ),
        }
        added = found.template.add(
            "AWS::Lambda::Alias", f"{friendly} {given['qualifier']}", properties,
            arn=alias["AliasArn"], attribute="",
        )  # fmt: skip
        _add_permissions(found, name, To(added), qualifier=alias["Name"])


def _add_permissions(found: Reading, name: str, function: To, qualifier: str = "") -> None:
    """The statements of a function's own policy, each by itself."""
    which = {"Qualifier": qualifier} if qualifier else {}
    answer = found.asked(found.client("lambda").get_policy, FunctionName=name, **which)
    statements = json.loads(answer["Policy"])["Statement"] if answer else []
    for statement in sorted(statements, key=lambda each: str(each["Sid"])):
        conditions = {
            key.lower(): value
            for of_kind in (statement.get("Condition") or {}).values()
            for key, value in of_kind.items()
        }
        principal = statement["Principal"]
        if isinstance(principal, dict):
            principal = principal.get("Service") or principal.get("AWS")
        properties = {
            "FunctionName": function,
            "Action": statement["Action"],
            "Principal": principal,
            "SourceArn": conditions.get("aws:sourcearn"),
            "SourceAccount": conditions.get("aws:sourceaccount"),
            "FunctionUrlAuthType": conditions.get("lambda:functionurlauthtype"),
        }
        words = f"{found.friendly(name)} {qualifier} {str(principal).split('.')[0]}"
        found.template.add("AWS::Lambda::Permission", words, properties)


def _add_async_settings(found: Reading, name: str, identifier: str) -> None:
    """What becomes of asynchronous events, and the function's URL."""
    friendly, functions = found.friendly(name), found.client("lambda")
    listed = found.listed(
        "lambda", "list_function_event_invoke_configs", "FunctionEventInvokeConfigs",
        FunctionName=name,
    )  # fmt: skip
    for each in sorted(listed, key=lambda it: str(it["FunctionArn"])):
        qualifier = each["FunctionArn"].partition(":function:")[2].partition(":")[2]
        ends = each.get("DestinationConfig") or {}
        properties = {
            "FunctionName": To(identifier),
            "Qualifier": qualifier or "$LATEST",
            **picked(each, "MaximumRetryAttempts", "MaximumEventAgeInSeconds"),
            "DestinationConfig": {key: value for key, value in ends.items() if value},
        }
        found.template.add("AWS::Lambda::EventInvokeConfig", f"{friendly} {qualifier}", properties)
    url = found.asked(functions.get_function_url_config, FunctionName=name)
    if url:
        properties = {"TargetFunctionArn": To(identifier, "Arn"), **picked(url, "AuthType", "Cors")}
        found.template.add("AWS::Lambda::Url", friendly, properties)


def read_mappings(found: Reading) -> None:
    """Add what feeds functions from queues and streams."""
    listed = found.listed("lambda", "list_event_source_mappings", "EventSourceMappings")
    known = found.template.references.known
    ours = [each for each in listed if _function_of(each["FunctionArn"]) in known]
    for each in sorted(ours, key=lambda it: (it["FunctionArn"], it["EventSourceArn"])):
        source = each["EventSourceArn"]
        failure = (each.get("DestinationConfig") or {}).get("OnFailure") or {}
        # a value that says what is so anyway, where AWS tells it
        usual = {key for key in _MAPPING if each.get(key) in (0, False) or key not in each}
        properties = {
            "EventSourceArn": source,
            "FunctionName": each["FunctionArn"],
            **{key: each[key] for key in _MAPPING if key not in usual},
            "DestinationConfig": {"OnFailure": failure} if failure else None,
            "Enabled": False if each.get("State") in ("Disabled", "Disabling") else None,
        }
        names = [_function_of(each["FunctionArn"]).rpartition(":")[2], _source_name(source)]
        found.template.add(
            "AWS::Lambda::EventSourceMapping", " ".join(map(found.friendly, names)), properties
        )


def _function_of(arn: str) -> str:
    return ":".join(arn.split(":")[:7])


def _source_name(arn: str) -> str:
    return arn.split("/")[1] if ":table/" in arn else arn.rpartition(":")[2]


def _add_code(found: Reading, folder: str, location: str) -> None:
    zipped = fetch(location)
    if zipped is None:
        found.template.left_out.append(f"The code of {folder}: it could not be fetched.")
        note = b"The code could not be fetched. Put it here before you deploy.\n"
        found.template.files[f"{folder}/MISSING.txt"] = (note, False)
        return
    for name, content in unpack(zipped).items():
        found.template.files[f"{folder}/{name}"] = content
