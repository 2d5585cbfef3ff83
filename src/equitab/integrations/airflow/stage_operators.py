"""One operator for each stage of the flow; each calls the function that the command of that name calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from airflow.sdk import get_current_context

from equitab.integrations.airflow.operator_base import EquitabOperator, is_retry
from equitab.integrations.airflow.task_answer import written


class EquitabAuditOperator(EquitabOperator):
    """Say how unfair and how unbalanced a table is, or how unfair somebody's predictions are.

    Parameters
    ----------
    table : str
        A path, a URL or ``packaged:adult``.
    schema : mapping of its keys, or path, optional
        What is not said is guessed.
    prediction : str, optional
        A column of predictions to judge in place of the labels.
    test : str, optional
        Held-out rows: it is counted how many repeat a row of the table.
    out : str, optional
        A file for the measurements (``.parquet``, ``.csv``), or a page (``.html``).
    overwrite : bool, default False
    seed : int, default 0

    Notes
    -----
    Returns ``{"table", "rows", "findings", "file", "digest"}``, the number of findings in place of their words.
    """

    template_fields: ClassVar[Sequence[str]] = ("table", "schema", "prediction", "test", "out")

    def __init__(
        self,
        *,
        table: str,
        schema: Mapping[str, Any] | str | None = None,
        prediction: str | None = None,
        test: str | None = None,
        out: str | None = None,
        overwrite: bool = False,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.table = table
        self.schema = schema
        self.prediction = prediction
        self.test = test
        self.out = out
        self.overwrite = overwrite
        self.seed = seed

    def work(self) -> dict[str, Any]:
        """Audit the table."""
        from equitab.pipeline import audit, save_audit

        found = audit(self.table, self.schema, prediction=self.prediction, test=self.test, seed=self.seed)
        self.say([found.summary, *found.findings])
        if self.out is not None:
            save_audit(found, self.out, overwrite=self.overwrite)
        head = {"table": self.table, "rows": found.n_rows, "findings": len(found.findings)}
        return {**head, **written(self.out)}


class EquitabFitOperator(EquitabOperator):
    """Learn a table with a generator, and save the generator.

    Parameters
    ----------
    table : str
    schema : mapping of its keys, or path, optional
    generator : mapping or str, optional
        As a recipe's key ``generator``.
    condition_on : sequence of str, optional
        Columns that rows can later be asked for; target and sensitive features when not given.
    test : str, optional
    out : str
        The folder of the generator.
    overwrite : bool, default False
    seed : int, default 0

    Notes
    -----
    Returns ``{"generator", "rows", "seconds", "folder", "digest"}``.
    """

    template_fields: ClassVar[Sequence[str]] = ("table", "schema", "generator", "test", "out")

    def __init__(
        self,
        *,
        table: str,
        out: str,
        schema: Mapping[str, Any] | str | None = None,
        generator: Mapping[str, Any] | str | None = None,
        condition_on: Sequence[str] | None = None,
        test: str | None = None,
        overwrite: bool = False,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.table = table
        self.out = out
        self.schema = schema
        self.generator = generator
        self.condition_on = condition_on
        self.test = test
        self.overwrite = overwrite
        self.seed = seed

    def work(self) -> dict[str, Any]:
        """Learn the table."""
        from equitab.pipeline import fit

        result = fit(
            self.table,
            self.schema,
            generator=self.generator,
            condition_on=self.condition_on,
            test=self.test,
            out=self.out,
            seed=self.seed,
            overwrite=self.overwrite,
            progress=self.progress,
        )
        self.say(result.lines())
        head = {
            "generator": result.generator.name,
            "rows": result.n_rows,
            "seconds": round(result.seconds, 1),
        }
        return {**head, **written(self.out)}


class EquitabSampleOperator(EquitabOperator):
    """Draw rows from a saved generator.

    Parameters
    ----------
    generator : str
        The folder of a generator, or of a run.
    rows : int, optional
        Left out when `given_table` is given. Text is read as a number, so that it may come from a template.
    given : mapping, or sequence of ``column=value``, optional
        Values that every row has.
    given_table : str, optional
        One row of values for each wanted row.
    population : mapping, optional
        Shares and means that the rows are to have, as `equitab.augmentation.Margins.from_dict` takes.
    out : str
        The file of the rows.
    overwrite : bool, default False
    seed : int, default 0

    Notes
    -----
    Returns ``{"rows", "file", "digest"}``.
    """

    template_fields: ClassVar[Sequence[str]] = (
        "generator",
        "rows",
        "given",
        "given_table",
        "population",
        "out",
    )

    def __init__(
        self,
        *,
        generator: str,
        out: str,
        rows: int | str | None = None,
        given: Mapping[str, Any] | Sequence[str] | None = None,
        given_table: str | None = None,
        population: Mapping[str, Any] | None = None,
        overwrite: bool = False,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.generator = generator
        self.out = out
        self.rows = rows
        self.given = given
        self.given_table = given_table
        self.population = population
        self.overwrite = overwrite
        self.seed = seed

    def work(self) -> dict[str, Any]:
        """Draw the rows."""
        from equitab.pipeline import sample

        result = sample(
            self.generator,
            None if self.rows is None else int(self.rows),
            given=self.given,
            given_table=self.given_table,
            population=self.population,
            seed=self.seed,
            out=self.out,
            overwrite=self.overwrite,
            progress=self.progress,
        )
        self.say(result.lines)
        return {"rows": result.n_rows, **written(self.out)}


class EquitabAugmentOperator(EquitabOperator):
    """Add synthetic rows to a table, as many as a plan says for each group and outcome.

    Parameters
    ----------
    table : str
        Training rows: leave out those that a model is to be judged on.
    schema : mapping of its keys, or path, optional
    generator : mapping or str, optional
        The folder of a saved generator, or the keys of a recipe's generator, which then learns the rows now.
    plan : mapping or str, optional
        As a recipe's key ``plan``.
    mitigation : sequence of str, default ()
        ``reweighing``: weights that level groups.
    test : str, optional
    out : str
        The file of all rows, with the columns ``equitab_origin`` and ``equitab_weight``.
    overwrite : bool, default False
    seed : int, default 0

    Notes
    -----
    Returns ``{"rows", "rows_added", "file", "digest"}``.
    """

    template_fields: ClassVar[Sequence[str]] = ("table", "schema", "generator", "plan", "test", "out")

    def __init__(
        self,
        *,
        table: str,
        out: str,
        schema: Mapping[str, Any] | str | None = None,
        generator: Mapping[str, Any] | str | None = None,
        plan: Mapping[str, Any] | str | None = None,
        mitigation: Sequence[str] = (),
        test: str | None = None,
        overwrite: bool = False,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.table = table
        self.out = out
        self.schema = schema
        self.generator = generator
        self.plan = plan
        self.mitigation = mitigation
        self.test = test
        self.overwrite = overwrite
        self.seed = seed

    def work(self) -> dict[str, Any]:
        """Add the rows."""
        from equitab.pipeline import augment_table

        result = augment_table(
            self.table,
            self.schema,
            generator=self.generator,
            plan=self.plan,
            mitigation=tuple(self.mitigation),
            test=self.test,
            out=self.out,
            seed=self.seed,
            overwrite=self.overwrite,
            progress=self.progress,
        )
        self.say(result.lines())
        return {"rows": result.n_rows, "rows_added": result.plan.total, **written(self.out)}


class EquitabEvaluateOperator(EquitabOperator):
    """Say how faithful, varied and safe a synthetic table is, and for whom.

    Parameters
    ----------
    table : str
        The real rows that the generator learned.
    synthetic : str
    schema : mapping of its keys, or path, optional
    holdout : str, optional
        Real rows that the generator never saw.
    models : sequence of str, optional
        Who is trained on either table.
    depth : {"quick", "full"}
    out : str, optional
        A file for the measurements (``.parquet``, ``.csv``), or a page (``.html``).
    overwrite : bool, default False
    seed : int, default 0

    Notes
    -----
    Returns ``{"real_rows", "synthetic_rows", "measurements", "file", "digest"}``, the number of measurements.
    """

    template_fields: ClassVar[Sequence[str]] = ("table", "synthetic", "schema", "holdout", "depth", "out")

    def __init__(
        self,
        *,
        table: str,
        synthetic: str,
        schema: Mapping[str, Any] | str | None = None,
        holdout: str | None = None,
        models: Sequence[str] | None = None,
        depth: str = "quick",
        out: str | None = None,
        overwrite: bool = False,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.table = table
        self.synthetic = synthetic
        self.schema = schema
        self.holdout = holdout
        self.models = models
        self.depth = depth
        self.out = out
        self.overwrite = overwrite
        self.seed = seed

    def work(self) -> dict[str, Any]:
        """Compare the tables."""
        from equitab.pipeline import evaluate, is_page, save_evaluation

        result = evaluate(
            self.table,
            self.synthetic,
            self.schema,
            holdout=self.holdout,
            models=self.models,
            depth=self.depth,
            pictures="auto" if self.out is not None and is_page(self.out) else "none",
            seed=self.seed,
            progress=self.progress,
        )
        self.say([result.summary, *result.remarks])
        if self.out is not None:
            save_evaluation(result, self.out, overwrite=self.overwrite)
        head = {"real_rows": result.n_real, "synthetic_rows": result.n_synthetic}
        return {**head, "measurements": len(result.measurements), **written(self.out)}


class EquitabRunOperator(EquitabOperator):
    """Do everything that a recipe says, and write one folder with the report and its certificate.

    Parameters
    ----------
    recipe : mapping of its keys, or path
    changes : mapping, optional
        Keys that replace those of the recipe; nested mappings are merged.
    out : str
        The folder of the run.
    overwrite : bool, default False
        Begin again in a folder that an earlier run wrote, at every try. Else a second try goes on after the last
        stage that the first one finished, where recipe, schema and table are the same.

    Notes
    -----
    Returns ``{"folder", "report", "seconds",
    "headline"}``; the headline is the chosen model and treatment with its measurements, or None.
    """

    template_fields: ClassVar[Sequence[str]] = ("recipe", "changes", "out")

    def __init__(
        self,
        *,
        recipe: Mapping[str, Any] | str,
        out: str,
        changes: Mapping[str, Any] | None = None,
        overwrite: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.recipe = recipe
        self.out = out
        self.changes = changes
        self.overwrite = overwrite

    def work(self) -> dict[str, Any]:
        """Run the recipe."""
        from equitab.pipeline import run

        result = run(
            self._recipe(),
            self.out,
            resume=is_retry(get_current_context()) and not self.overwrite,
            overwrite=self.overwrite,
            progress=self.progress,
        )
        self.say(result.remarks)
        told = result.to_dict()
        return {key: told[key] for key in ("folder", "report", "seconds", "headline")}

    def _recipe(self) -> Any:
        from equitab.pipeline import load_recipe, recipe_from_dict
        from equitab.pipeline.recipe import merged

        changes = self.changes or {}
        if isinstance(self.recipe, Mapping):
            return recipe_from_dict(merged(self.recipe, changes))
        return load_recipe(self.recipe, overrides=changes)
