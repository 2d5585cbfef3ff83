"""Which strengths a run found for its constraints, kept in its folder for whoever draws from it later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from equitab.dataframe import write_text_atomically
from equitab.errors import ConstraintError, Problem, SavedFormatError, closest
from equitab.schema import FairnessConstraint

CONSTRAINTS_FILE = "constraints.json"
FORMAT, FORMAT_VERSION = "equitab.constraints", 1


@dataclass(frozen=True)
class ConstraintMemory:
    """The constraints of a run with the strengths that were found, for each model.

    Parameters
    ----------
    chosen : str
        The model that the run chose; empty where it chose none.
    by_model : mapping of str to tuple of FairnessConstraint
        Under an empty name where the aim is the table itself, whichever model learns from it.

    Examples
    --------
    >>> tuned = FairnessConstraint(criterion="equalized_odds", strength=0.3)
    >>> memory = ConstraintMemory("tree", {"tree": (tuned,)})
    >>> memory.recall([{"criterion": "equalized_odds"}])[0]["strength"]
    0.3
    """

    chosen: str
    by_model: Mapping[str, tuple[FairnessConstraint, ...]]

    def save(self, folder: Path) -> Path:
        """Write ``constraints.json`` into a folder."""
        models = {name: [asdict(one) for one in held] for name, held in self.by_model.items()}
        data = {"format": FORMAT, "version": FORMAT_VERSION, "chosen": self.chosen, "models": models}
        place = folder / CONSTRAINTS_FILE
        write_text_atomically(place, json.dumps(data, indent=2, ensure_ascii=False) + "\n", overwrite=True)
        return place

    @classmethod
    def load(cls, folder: Path) -> ConstraintMemory | None:
        """Return what `save` wrote, or None where a folder holds none.

        Raises
        ------
        SavedFormatError
            If the file is damaged or of another version.
        """
        place = folder / CONSTRAINTS_FILE
        if not place.is_file():
            return None
        try:
            data = json.loads(place.read_text(encoding="utf-8"))
            if (data["format"], data["version"]) != (FORMAT, FORMAT_VERSION):
                raise SavedFormatError(f"{str(place)!r}: expected constraints of a run, version 1.")
            models = {
                name: tuple(FairnessConstraint.from_dict(one) for one in held)
                for name, held in data["models"].items()
            }
            return cls(str(data["chosen"]), models)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, SavedFormatError):
                raise
            raise SavedFormatError(f"{str(place)!r}: expected constraints of a run; it is damaged.") from None

    def of_model(self, model: str | None = None) -> tuple[FairnessConstraint, ...]:
        """Return the constraints for a model; for the chosen one when none is named.

        Raises
        ------
        ConstraintError
            If the run tuned nothing to that model.
        """
        names = [name for name in (model, "" if model is None else None, self.chosen) if name is not None]
        if model is not None and model not in self.by_model and "" not in self.by_model:
            advice = closest(model, list(self.by_model))
            raise ConstraintError(Problem(f"model {model!r}", "one that the run tuned to", "another", advice))
        found = next((self.by_model[name] for name in names if name in self.by_model), None)
        return found if found is not None else next(iter(self.by_model.values()), ())

    def recall(self, asked: Sequence[Any], model: str | None = None) -> list[Any]:
        """Return constraints as plain data, with the strengths that the run found for the same ones.

        A constraint that says its own strength or aim, or another tolerance than the run's, stays as it is.
        """
        tuned = self.of_model(model)
        return [_recalled(one, tuned) if isinstance(one, Mapping) else one for one in asked]


def _recalled(asked: Mapping[str, Any], tuned: Iterable[FairnessConstraint]) -> dict[str, Any]:
    own = {name: value for name, value in asked.items() if value not in (None, [], ())}
    if "strength" in own or "group_strengths" in own:
        return dict(own)
    for one in tuned:
        if _is_same(own, one):
            return asdict(replace(one, places=tuple(own.get("places", one.places))))
    return dict(own)


def _is_same(own: Mapping[str, Any], tuned: FairnessConstraint) -> bool:
    """Return whether what was asked is what was tuned; what was not said is taken as it was."""
    features = own.get("sensitive_features", tuned.sensitive_features)
    return (
        own.get("criterion", "demographic_parity") == tuned.criterion
        and set(features) == set(tuned.sensitive_features)
        and all(own.get(key, getattr(tuned, key)) == getattr(tuned, key) for key in _SAME)
    )


_SAME = ("tolerance", "bound", "aim", "mapping")
