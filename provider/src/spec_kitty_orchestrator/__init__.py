"""The provider: it knows the host only as a command that speaks the contract."""

PROGRAM = "spec-kitty-orchestrator"
VERSION = "0.1.0"
