"""The AsyncAPI document holds every kind, channel, metric and word, and what follows it is accepted by ingest."""

import json
from typing import Any

import pytest

from ioc.domain.inventory import Inventory, OrgTree
from ioc.ingest.decode import Decoder
from ioc.ingest.inbox import Received, Run
from ioc.messages.kinds import KindSpec
from ioc.ops.described.asyncapi import document, event_object, state_object
from tests.live.worlds import ORGS, kinds

NOW = 1_795_222_806_000
KINDS = kinds()
DOCUMENT = document(KINDS, "1")


def properties(schema: Any) -> set[str]:
    """Every name of a schema, whatever it lies in."""
    if isinstance(schema, list):
        return set().union(*map(properties, schema))
    if not isinstance(schema, dict):
        return set()
    return set(schema.get("properties", {})) | set().union(*map(properties, schema.values()), set())


def sample(schema: dict[str, Any]) -> Any:
    """A value that the schema allows, with every property it names."""
    if "enum" in schema:
        return schema["enum"][-1]
    if "examples" in schema:
        return schema["examples"][-1]
    if "oneOf" in schema:
        return sample(schema["oneOf"][0])
    if schema["type"] == "object":
        return {name: sample(inner) for name, inner in schema.get("properties", {}).items()}
    if schema["type"] == "number":
        return schema.get("maximum", schema.get("minimum", 1))
    if schema["type"] == "array":
        return ["hg/k1"]
    if "format" in schema:
        return "2026-11-21T08:00:00+07:00"
    return {"boolean": True, "integer": NOW, "string": "x"}[schema["type"]]


def taken(kind: str, channel: str, body: Any):
    message = Received(NOW, f"ioc/v1/hg/{kind}/k1/{channel}", json.dumps(body).encode(), retained=False)
    batch = Decoder(KINDS, Inventory(OrgTree(ORGS))).batch(Run(1, [message]))
    assert [(bad.reason, bad.detail) for bad in batch.bad] == []
    return batch.good[0]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_metric_and_word_of_a_kind_is_in_its_state(kind: str) -> None:
    spec = KINDS[kind]
    payload = DOCUMENT["components"]["messages"][f"{kind}_state"]["payload"]
    assert {*spec.metrics, *spec.words, "ts"} <= properties(payload)
    assert DOCUMENT["channels"][f"{kind}_state"]["address"] == f"ioc/v1/{{org}}/{kind}/{{source}}/state"
    assert (f"{kind}_event" in DOCUMENT["channels"]) == (spec.decode_event is not None) == bool(spec.event)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_state_as_described_is_taken_whole(kind: str) -> None:
    body = sample(state_object(KINDS[kind]))
    good = taken(kind, "state", {**body, **({"totals": None} if "totals" in body else {})})
    told = set(KINDS[kind].metrics) | set(KINDS[kind].words)
    assert told <= set(good.metrics) | set(good.texts)


def described(spec: KindSpec) -> list[tuple[str, str | None]]:
    return [(spec.kind, word) for word in spec.event["type"].words]


@pytest.mark.parametrize(("kind", "word"), [pair for spec in KINDS.values() if spec.event for pair in described(spec)])
def test_an_event_as_described_is_taken(kind: str, word: str) -> None:
    body = sample(event_object(KINDS[kind]))
    body |= {"type": word, "receiving_org": "hg", "handling_org": "hg"}
    body |= {"ends_at": NOW + 7_200_000} if kind == "vc" else {"due_at": NOW + 86_400_000} if kind == "dossier" else {}
    event = taken(kind, "event", body).event
    assert event is not None
    assert event.event_id == "x"


@pytest.mark.parametrize("kind", [kind for kind, spec in KINDS.items() if spec.event])
def test_what_is_called_required_is(kind: str) -> None:
    schema = event_object(KINDS[kind])
    for name in schema["required"]:
        body = {key: value for key, value in sample(schema).items() if key != name}
        message = Received(NOW, f"ioc/v1/hg/{kind}/k1/event", json.dumps(body).encode(), retained=False)
        (bad,) = Decoder(KINDS, Inventory(OrgTree(ORGS))).batch(Run(1, [message])).bad
        assert bad.reason == "missing_field", name


def test_every_reference_leads_somewhere() -> None:
    def follow(part: Any) -> None:
        if isinstance(part, dict):
            if "$ref" in part:
                found: Any = DOCUMENT
                for step in part["$ref"].removeprefix("#/").split("/"):
                    found = found[step]
            for inner in part.values():
                follow(inner)

    follow(DOCUMENT)
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert len(DOCUMENT["operations"]) == len(DOCUMENT["channels"]) == len(DOCUMENT["components"]["messages"])
