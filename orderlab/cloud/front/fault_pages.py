"""The lab's own window on faults: `/_orderlab/faults` shows them, switches them on and off."""

from __future__ import annotations

from typing import Any

from orderlab.cloud.contracts import FaultSwitches, Page


def pages(faults: FaultSwitches) -> dict[str, Page]:
    """`GET faults` lists what is switched on; `POST` switches on one fault, or several as `faults`;
    `DELETE` switches off those of a `target` or a `label`, or all of them."""

    def switch_on(parameters: dict[str, Any]) -> list[dict[str, Any]]:
        for description in parameters.get("faults", [parameters]):
            faults.switch_on(description)
        return faults.all()

    def switch_off(parameters: dict[str, Any]) -> list[dict[str, Any]]:
        target, label = parameters.get("target"), parameters.get("label")
        faults.switch_off(str(target) if target else None, str(label) if label else None)
        return faults.all()

    return {
        "GET faults": lambda _: faults.all(),
        "POST faults": switch_on,
        "DELETE faults": switch_off,
    }
