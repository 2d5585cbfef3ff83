"""Context can be dropped column by column, and guidance is arithmetic between two answers of one network."""

from __future__ import annotations

import pytest
import torch

from equitab.generators.diffusion.guidance import (
    GuidedNetwork,
    draw_drops,
    droppable,
    dropped,
    with_presence,
)
from equitab.generators.diffusion.layout import Layout, Rows
from equitab.generators.diffusion.networks import PaperNetwork, ResidualNetwork, initialise

LAYOUT = droppable(Layout((3, 2), 2, (4, 2), 1), (0, 1, 2))


def _context(n_rows: int = 6) -> Rows:
    generator = torch.Generator().manual_seed(3)
    tokens = torch.stack([torch.arange(n_rows) % 4, torch.arange(n_rows) % 2], 1)
    return with_presence(Rows(tokens, torch.randn(n_rows, 1, generator=generator)), LAYOUT)


def _network(kind: str) -> ResidualNetwork | PaperNetwork:
    network: ResidualNetwork | PaperNetwork
    if kind == "paper":
        network = PaperNetwork(LAYOUT, widths=(16,), time_width=8)
    else:
        network = ResidualNetwork(LAYOUT, width=16, n_blocks=1)
    initialise(network, [torch.full((n,), 1 / n) for n in LAYOUT.cardinalities], seed=0)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator))
    return network


def _seen(n_rows: int = 6) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(7)
    tokens = torch.zeros(n_rows, 2, dtype=torch.int64)
    return tokens, torch.randn(n_rows, 2, generator=generator), torch.full((n_rows,), 0.5), torch.ones(n_rows)


def _answer(network: object, context: Rows) -> tuple[torch.Tensor, torch.Tensor]:
    tokens, numeric, level, has_numeric = _seen()
    with torch.no_grad():
        output = network(tokens, context, numeric, level, has_numeric)  # type: ignore[operator]
    return output.logits, output.numeric


def test_a_dropped_column_leaves_nothing_of_its_value_and_the_others_as_they_were() -> None:
    is_dropped = torch.zeros(6, 3, dtype=torch.bool)
    is_dropped[:, 2] = True
    left = dropped(_context(), is_dropped, LAYOUT)
    assert left.numeric.abs().sum() == 0
    assert left.tokens[:, 2].tolist() == [1] * 6
    assert torch.equal(left.tokens[:, :2], _context().tokens[:, :2])


def test_all_of_the_context_is_dropped_half_of_the_times_that_any_is() -> None:
    drops = draw_drops(40_000, 3, 0.4, torch.Generator().manual_seed(0))
    everything = drops.all(1).float().mean()
    anything = drops.any(1).float().mean()
    # 0.2 all at once, and 1/8 of the other 0.2; nothing at all in 1/8 of the latter.
    assert float(everything) == pytest.approx(0.2 + 0.2 / 8, abs=4 * (0.225 * 0.775 / 40_000) ** 0.5)
    assert float(anything) == pytest.approx(0.4 - 0.2 / 8, abs=4 * (0.375 * 0.625 / 40_000) ** 0.5)


@pytest.mark.parametrize("kind", ["residual", "paper"])
def test_guidance_is_one_plus_w_of_the_told_answer_minus_w_of_the_free_one(kind: str) -> None:
    network, context = _network(kind), _context()
    free = dropped(context, torch.ones(6, 3, dtype=torch.bool), LAYOUT)
    told, ignorant = _answer(network, context), _answer(network, free)
    guided = _answer(GuidedNetwork(network, 1.5), context)
    for found, with_it, without in zip(guided, told, ignorant, strict=True):
        torch.testing.assert_close(found, 2.5 * with_it - 1.5 * without)


@pytest.mark.parametrize("kind", ["residual", "paper"])
def test_at_minus_one_the_context_plays_no_part(kind: str) -> None:
    network, context = _network(kind), _context()
    other = context.take(torch.arange(5, -1, -1))
    for one, another in zip(
        _answer(GuidedNetwork(network, -1.0), context),
        _answer(GuidedNetwork(network, -1.0), other),
        strict=True,
    ):
        torch.testing.assert_close(one, another)


def test_the_guided_hidden_state_gives_the_guided_logits() -> None:
    network = GuidedNetwork(_network("residual"), 0.7)
    tokens, numeric, level, has_numeric = _seen()
    with torch.no_grad():
        state = network.hidden(tokens, _context(), numeric, level, has_numeric)
        by_column = torch.cat([network.column_logits(state, column) for column in range(2)], 1)
    torch.testing.assert_close(by_column, _answer(network, _context())[0])
