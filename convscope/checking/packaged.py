"""Reports that ship with convscope, of the sets that have a name: scripts/packaged_checks.py writes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from .components import Components
from .copies import Copies, starts_of
from .report import Finding, Report

FILE = "packaged.json"

Together = tuple[tuple[int, ...], ...]  # rows that belong together, two or more each


@dataclass(frozen=True, slots=True)
class PackagedReport:
    """What ships of a report: its findings, and which rows are the same, are alike, and belong together."""

    name: str
    findings: tuple[Finding, ...]
    exact: Together
    alike: Together
    groups: Together

    @classmethod
    def of(cls, report: Report) -> PackagedReport:
        """Return what ships of a report."""
        copies = report.copies
        rows = (_together(copies.exact), _together(copies.alike), _together(copies.groups))
        return cls(report.name, report.findings, *rows)

    def report(self, dataset: Dataset) -> Report:
        """Return the report again, of the set that it was made of."""
        n = sum(len(split) for split in dataset.splits.values())
        rows = (_labels(n, self.exact), _labels(n, self.alike), _labels(n, self.groups))
        return Report(dataset.name, n, self.findings, Copies(starts_of(dataset), *rows), 0.0)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        findings = [finding.to_json() for finding in self.findings]
        return {
            "name": self.name,
            "findings": findings,
            "exact": self.exact,
            "alike": self.alike,
            "groups": self.groups,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> PackagedReport:
        """Return what `to_json` wrote."""
        exact, alike, groups = (tuple(tuple(rows) for rows in value[part]) for part in ("exact", "alike", "groups"))
        return cls(value["name"], tuple(Finding.from_json(one) for one in value["findings"]), exact, alike, groups)


def shipped(dataset: Dataset) -> Report | None:
    """Return the report of a set that was checked when convscope was made; None for any other data."""
    if dataset.train.files is not None:  # a folder's pictures: their fingerprint would take longer than it is worth
        return None
    known = json.loads((files(__package__) / FILE).read_text("utf-8"))
    if dataset.fingerprint not in known:
        return None
    return PackagedReport.from_json(known[dataset.fingerprint]).report(dataset)


def _together(labels: NDArray[np.int64]) -> Together:
    """Return the rows of each label that two or more have."""
    values, counts = np.unique(labels, return_counts=True)
    return tuple(tuple(np.flatnonzero(labels == value).tolist()) for value in values[counts > 1])


def _labels(n: int, together: Together) -> NDArray[np.int64]:
    components = Components(n)
    for rows in together:
        components.join(np.full(len(rows), rows[0]), np.array(rows))
    return components.labels
