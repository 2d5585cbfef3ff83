"""Both networks take the same arguments and survive every shape of table."""

from __future__ import annotations

import pytest
import torch

from equitab.generators.diffusion.layout import Layout, Rows
from equitab.generators.diffusion.networks import (
    DiffusionNetwork,
    PaperNetwork,
    ResidualNetwork,
    initialise,
)

LAYOUTS = [
    Layout((3, 2), 2, (4,), 1),
    Layout((), 2, (4,)),
    Layout((3, 2), 0),
    Layout((3, 2), 1, (), 2),
]


def _build(kind: str, layout: Layout) -> DiffusionNetwork:
    network: DiffusionNetwork
    if kind == "paper":
        network = PaperNetwork(layout, widths=(16, 8), time_width=8)
    else:
        network = ResidualNetwork(layout, width=16, n_blocks=2)
    initialise(network, [torch.full((n,), 1 / n) for n in layout.cardinalities], seed=0)
    return network


def _rows(layout: Layout, n_rows: int = 5) -> tuple[Rows, Rows]:
    zeros = torch.zeros(n_rows, layout.n_tokens, dtype=torch.int64)
    context = torch.zeros(n_rows, len(layout.context_cardinalities), dtype=torch.int64)
    return Rows(zeros, torch.randn(n_rows, layout.n_numeric)), Rows(
        context, torch.randn(n_rows, layout.n_context_numeric)
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ["residual", "paper"])
def test_the_output_has_a_logit_for_every_value_and_a_number_for_every_number(
    kind: str, layout: Layout
) -> None:
    rows, context = _rows(layout)
    output = _build(kind, layout)(rows.tokens, context, rows.numeric, torch.ones(5), torch.ones(5))
    assert output.logits.shape == (5, layout.n_logits)
    assert output.numeric.shape == (5, layout.n_numeric)


@pytest.mark.parametrize("kind", ["residual", "paper"])
def test_parameters_follow_from_the_seed_alone(kind: str) -> None:
    first, second = _build(kind, LAYOUTS[0]), _build(kind, LAYOUTS[0])
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)


def test_one_column_of_logits_is_a_part_of_all() -> None:
    layout = LAYOUTS[0]
    network = _build("residual", layout)
    assert isinstance(network, ResidualNetwork)
    torch.nn.init.normal_(network.token_head.weight)
    rows, context = _rows(layout)
    level, seen = torch.ones(5), torch.ones(5)
    state = network.hidden(rows.tokens, context, rows.numeric, level, seen)
    whole = network(rows.tokens, context, rows.numeric, level, seen).logits
    torch.testing.assert_close(network.column_logits(state, 1), whole[:, 3:5])


def test_dropout_acts_only_with_a_generator_and_keeps_the_mean() -> None:
    layout = Layout((3, 2), 2)
    network = ResidualNetwork(layout, width=64, n_blocks=1, dropout=0.5)
    initialise(network, [torch.full((n,), 1 / n) for n in layout.cardinalities], seed=0)
    for block in network.blocks:
        torch.nn.init.normal_(block.narrow.weight)  # type: ignore[union-attr, arg-type]
    tokens, numeric, level = torch.zeros(4_000, 2).long(), torch.zeros(4_000, 2), torch.ones(4_000)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        inner = network.blocks[0](torch.ones(4_000, 64).cumsum(1), None)
        noisy = network.blocks[0](torch.ones(4_000, 64).cumsum(1), generator)
        plain = network(tokens, Rows.empty(4_000), numeric, level, level)
    assert bool((plain.logits == plain.logits[:1]).all())
    assert not torch.equal(inner, noisy)
    torch.testing.assert_close(noisy.mean(0), inner.mean(0), atol=1.0, rtol=0.05)
