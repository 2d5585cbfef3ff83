"""What a table is said to mean, gathered from a file, a recipe and flags into plain keys.

The keys are those of ``schema.yaml``. Flags override the file; whatever nobody said is inferred from the
table later, and the inference says what it guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitab.errors import Problem, RecipeError, closest
from equitab.pipeline.yaml_text import read_mapping


@dataclass(frozen=True, kw_only=True)
class SchemaWords:
    """What flags say about a schema, as text.

    Parameters
    ----------
    target, favorable_threshold, weight, identifier, split : str or None
    favorable_outcome, sensitive, control, ignore, missing_token : sequence of str or None
    reference : sequence of str or None
        ``COLUMN=VALUE``; split at the first ``=``.
    bins : sequence of str or None
        ``COLUMN=CUT,CUT``.

    Examples
    --------
    >>> words = SchemaWords(target="income", sensitive=["age"], bins=["age=25,60"], reference=["age=25 to <60"])
    >>> words.over({})["sensitive_features"]
    [{'name': 'age', 'reference': '25 to <60', 'bins': [25.0, 60.0]}]
    """

    target: str | None = None
    favorable_outcome: Sequence[str] | None = None
    favorable_threshold: str | None = None
    sensitive: Sequence[str] | None = None
    reference: Sequence[str] | None = None
    bins: Sequence[str] | None = None
    control: Sequence[str] | None = None
    weight: str | None = None
    identifier: str | None = None
    ignore: Sequence[str] | None = None
    missing_token: Sequence[str] | None = None
    split: str | None = None

    def over(self, keys: Mapping[str, Any]) -> dict[str, Any]:
        """Return schema keys with the flags laid over them.

        Raises
        ------
        RecipeError
            If a flag lacks its ``=``, a cut point is no number, or a reference or cut is of a column that is
            not sensitive; all of them at once.
        """
        result = {**keys, **{key: value for key, value in self._plain() if value}}
        if self.favorable_outcome:
            result.pop("favorable_threshold", None)
        elif self.favorable_threshold:
            result.pop("favorable_outcome", None)
        if self.target and self.target != keys.get("target") and not self.favorable_outcome:
            result.pop("favorable_outcome", None)
        if not self.sensitive and "sensitive_features" not in result:
            return {**result, **self._about_guessed_features()}
        features = self._features(result.get("sensitive_features", ()))
        return {**result, "sensitive_features": features}

    def _plain(self) -> list[tuple[str, Any]]:
        listed = {
            "favorable_outcome": self.favorable_outcome,
            "control_features": self.control,
            "ignore": self.ignore,
            "missing_tokens": self.missing_token,
        }
        single = ("target", "favorable_threshold", "weight", "identifier", "split")
        return [(key, list(value)) for key, value in listed.items() if value] + [
            (key, getattr(self, key)) for key in single
        ]

    def _about_guessed_features(self) -> dict[str, Any]:
        """Return references and bins of features that are still to be guessed."""
        named: dict[str, dict[str, Any]] = {}
        for text in (*(self.reference or ()), *(self.bins or ())):
            name = text.partition("=")[0].strip()
            named.setdefault(name, {"name": name})
        self._lay_over(named)
        found = {
            "references": {name: held["reference"] for name, held in named.items() if "reference" in held},
            "bins": {name: held["bins"] for name, held in named.items() if "bins" in held},
        }
        return {key: value for key, value in found.items() if value}

    def _features(self, known: Iterable[Any]) -> list[dict[str, Any]]:
        features = {item["name"]: dict(item) for item in map(_feature, known)}
        if self.sensitive:
            features = {name: features.get(name, {"name": name}) for name in self.sensitive}
        self._lay_over(features)
        return list(features.values())

    def _lay_over(self, features: dict[str, dict[str, Any]]) -> None:
        """Put every reference and every list of cut points into its feature, or raise with all problems."""
        problems: list[Problem] = []
        for flag, key in (("--reference", "reference"), ("--bins", "bins")):
            for text in getattr(self, key) or ():
                problems += _lay_over(features, flag, key, text)
        if problems:
            raise RecipeError(problems)


def read_schema_keys(path: str | Path) -> dict[str, Any]:
    """Return the keys of a schema file, unchecked."""
    return read_mapping(Path(path), what="schema")


def split_assignment(text: str, *, flag: str) -> tuple[str, str]:
    """Return name and value of ``name=value``, split at the first ``=``.

    Raises
    ------
    RecipeError
        If there is no ``=`` or no name.

    Examples
    --------
    >>> split_assignment("income=>=50K", flag="--given")
    ('income', '>=50K')
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        advice = "quote it in the shell if it holds spaces or signs"
        raise RecipeError(Problem(f"flag {flag}", "COLUMN=VALUE", repr(text), advice))
    return name.strip(), value


def _feature(item: Any) -> dict[str, Any]:
    """Return a sensitive feature's keys; a recipe may give a bare name."""
    return {"name": item} if isinstance(item, str) else dict(item)


def _lay_over(features: dict[str, dict[str, Any]], flag: str, key: str, text: str) -> list[Problem]:
    """Put one ``COLUMN=VALUE`` into its feature; return what is wrong with it."""
    try:
        name, value = split_assignment(text, flag=flag)
    except RecipeError as error:
        return list(error.problems)
    if name not in features:
        advice = closest(name, list(features)) or f"add --sensitive {name}"
        return [Problem(f"flag {flag} {text}", "a sensitive feature", f"{name!r}, which is none", advice)]
    if key == "reference":
        features[name][key] = value
        return []
    try:
        features[name][key] = [float(cut) for cut in value.split(",")]
    except ValueError:
        return [
            Problem(f"flag {flag} {text}", "numbers separated by commas", repr(value), "--bins age=25,60")
        ]
    return []
