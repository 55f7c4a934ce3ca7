"""Owns what goes away after a merge: workspaces and their branches, with unmerged work kept."""

from __future__ import annotations

from spec_kitty.domain.names import package_branch, workspace_name
from spec_kitty.domain.refusals import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.ports import Ports
    from spec_kitty.domain.feature import Feature


class Cleaning:
    """Removes what a merged feature no longer needs; repeating it is safe."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def remove_workspaces(self, feature: Feature) -> tuple[str, ...]:
        """Removes every workspace and its branch; returns a warning for each that had to stay."""
        warnings: list[str] = []
        for package in feature.packages:
            try:
                self.remove_workspace(feature, package)
            except Refusal as refusal:
                name = workspace_name(feature.slug, package)
                warnings.append(f"The workspace {name} was left in place: {refusal.message}")
        return tuple(warnings)

    def remove_workspace(self, feature: Feature, package: str) -> None:
        """Removes a workspace and its branch. Raises Refusal where work in it cannot be kept."""
        ref = package_branch(feature.slug, package)
        tip = self._ports.commits.value(ref)
        copied = feature.package(package).copied
        self._ports.workspaces.keep(feature.slug, package, feature.feature_tip, copied)
        self._ports.workspaces.remove(feature.slug, package)
        if (
            tip is not None
            and self._ports.workspaces.other_checkout(ref, feature.slug, package) is None
        ):
            self._ports.journal.delete_branch(feature.slug, ref, tip)
