"""Owns the one JSON object in which every answer of the contract comes."""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

CONTRACT_VERSION = "1.0.0"
MIN_SUPPORTED_PROVIDER_VERSION = "0.1.0"
DOOR = "orchestrator-api"


def correlation_id() -> str:
    return f"corr-{os.urandom(16).hex()}"


def envelope(
    command: str,
    timestamp: str,
    data: Mapping[str, Any],
    error_code: str | None = None,
    correlation: str | None = None,
) -> str:
    """Returns the envelope as one line of ASCII."""
    return json.dumps(
        {
            "contract_version": CONTRACT_VERSION,
            "command": f"{DOOR}.{command}",
            "timestamp": timestamp,
            "correlation_id": correlation or correlation_id(),
            "success": error_code is None,
            "error_code": error_code,
            "data": data,
        }
    )
