"""Work shared with a second process: the same items in the same order, whoever worked on them."""

import os

import pytest

from ioc.domain.dossiers.importing.parallel import in_two


def squared(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


@pytest.mark.parametrize("chunks", [
    [], [[1]], [[1, 2], [3]], [[1, 2], [3, 4], [5]], [[1], [2], [3], [4], [5, 6, 7]],
], ids=len)  # fmt: skip
def test_every_item_comes_once_and_in_order(chunks: list[list[int]]) -> None:
    found = [pair for chunk in in_two(chunks, squared) for pair in chunk]
    assert [(item, made) for item, (made, _) in found] == [(n, n * n) for chunk in chunks for n in chunk]


def test_two_processes_work_and_a_short_delivery_needs_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def workers(chunks: list[list[int]]) -> int:
        return len({pid for chunk in in_two(chunks, squared) for _, (_, pid) in chunk})

    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert (workers([[1, 2]]), workers([[1], [2], [3]])) == (1, 2)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert workers([[1], [2], [3]]) == 1
