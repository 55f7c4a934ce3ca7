"""The provider: it knows the host only as a command that speaks the contract."""

VERSION = "0.1.0"
