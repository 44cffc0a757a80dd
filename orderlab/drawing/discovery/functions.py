"""Lambda: functions with their layers, and the event source mappings that feed them."""

from __future__ import annotations

from typing import Any

from orderlab.drawing.discovery.inventory import Inventory


def read_functions(found: Inventory) -> dict[str, dict[str, Any]]:
    """Note the functions; returns their configurations by ARN, for what is read from them later."""
    configurations = {}
    pages = found.target.client("lambda").get_paginator("list_functions").paginate()
    for configuration in (each for page in pages for each in page["Functions"]):
        if found.is_ours(configuration["FunctionName"]):
            arn = configuration["FunctionArn"]
            found.add("function", configuration["FunctionName"], arn, _detail(found, configuration))
            configurations[arn] = configuration
    return configurations


def read_mappings(found: Inventory) -> None:
    """From a queue or a stream to its function; from the function to where failed batches go."""
    pages = found.target.client("lambda").get_paginator("list_event_source_mappings").paginate()
    for mapping in (each for page in pages for each in page["EventSourceMappings"]):
        source, function = mapping["EventSourceArn"], mapping["FunctionArn"]
        kind = "stream" if ":dynamodb:" in source else "feeds"
        label = "stream" if kind == "stream" else ""
        detail = f"batches of up to {mapping.get('BatchSize', 10)}"
        if mapping.get("State") in ("Disabled", "Disabling"):
            label, detail = "disabled", f"{detail}, disabled"
        found.connect(source, function, kind, label, detail)
        failure = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if failure:
            if ":sqs:" in failure:
                found.become(failure, "dead-letters")
            found.connect(function, failure, "failure", "failed batches")


def _detail(found: Inventory, configuration: dict[str, Any]) -> list[str]:
    detail = [
        configuration.get("Runtime", "container image"),
        f"{configuration['MemorySize']} MB",
        f"timeout {configuration['Timeout']} s",
    ]
    for layer in configuration.get("Layers", ()):
        name, version = layer["Arn"].split(":")[-2:]
        detail.append(f"layer {found.friendly(name)} version {version}")
    return detail
