"""The MQTT door as AsyncAPI 3, derived from the kinds, so that it cannot say anything else."""

from collections.abc import Mapping
from typing import Any, Final

from ioc.messages.kinds import Kinds, KindSpec, Member, Metric, Sort, Word
from ioc.messages.wire import MAX_ELEMENTS, MAX_PAYLOAD

Schema = dict[str, Any]

_TIME: Final = {
    "description": "RFC 3339 with an offset, or epoch milliseconds",
    "oneOf": [{"type": "string", "format": "date-time"}, {"type": "integer"}],
}
_ID: Final = {"type": "string", "minLength": 1, "maxLength": 128}
_PARAMETERS: Final = {
    "org": {"description": "The unit's code: 1-64 of A-Z a-z 0-9 . _ -"},
    "source": {"description": "The source's id within its unit: 1-64 of A-Z a-z 0-9 _ -"},
}
_STATUS: Final = {
    "oneOf": [
        {
            "type": "object",
            "required": ["online"],
            "properties": {"online": {"type": "boolean"}, "ts": _TIME},
        },
        {"type": "string", "enum": ["online", "offline"]},
    ]
}


def document(kinds: Kinds, version: str) -> dict[str, Any]:
    """AsyncAPI 3.0.0: a channel, an operation and a message for every kind and channel."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for kind, spec in sorted(kinds.items()):
        for channel, schema in schemas(spec).items():
            name = f"{kind}_{channel}"
            channels[name] = {
                "address": f"ioc/v1/{{org}}/{kind}/{{source}}/{channel}",
                "parameters": _PARAMETERS,
                "messages": {name: {"$ref": f"#/components/messages/{name}"}},
                "bindings": {"mqtt": {"bindingVersion": "0.2.0"}},
            }
            operations[f"receive_{name}"] = {
                "action": "receive",
                "channel": {"$ref": f"#/channels/{name}"},
                "bindings": {"mqtt": {"qos": 1, "retain": channel == "status", "bindingVersion": "0.2.0"}},
            }
            messages[name] = {"name": name, "contentType": "application/json", "payload": schema}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "IOC",
            "version": version,
            "description": f"Payloads are at most {MAX_PAYLOAD} bytes of JSON: one object, or an array of at most "
            f"{MAX_ELEMENTS}. Published with QoS 1.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def schemas(spec: KindSpec) -> dict[str, Schema]:
    """The payload of each channel that a kind has."""
    found = {"state": _one_or_many(state_object(spec)), "status": _STATUS}
    if spec.decode_event is not None:
        found["event"] = _one_or_many(event_object(spec))
    return found


def state_object(spec: KindSpec) -> Schema:
    """One snapshot; further numeric and boolean keys are kept as metrics of the source's own."""
    flat, figures = split_metrics(spec)
    properties: dict[str, Schema] = {"ts": _TIME}
    properties |= {name: _metric(metric) for name, metric in flat.items()}
    properties |= {name: _word(word) for name, word in spec.words.items()}
    for name, member in spec.nested.items():
        properties[name] = _member(member)
        if member.sort is Sort.FIGURES:
            properties[name]["properties"] = {metric: _metric(figures[metric]) for metric in figures}
    return {"type": "object", "properties": properties, "additionalProperties": True}


def split_metrics(spec: KindSpec) -> tuple[Mapping[str, Metric], Mapping[str, Metric]]:
    """The metrics that lie flat in a state, and those that lie in an object of figures."""
    plain = {name: metric for name, metric in spec.metrics.items() if name not in spec.nested}
    if not any(member.sort is Sort.FIGURES for member in spec.nested.values()):
        return plain, {}
    flat = {name: metric for name, metric in plain.items() if metric.boolean}
    return flat, {name: metric for name, metric in plain.items() if name not in flat}


def event_object(spec: KindSpec) -> Schema:
    """Something that happened; `event_id` is unique a source, and sending it twice changes nothing."""
    members = {name: _member(member) for name, member in spec.event.items()}
    required = [name for name, member in spec.event.items() if member.required]
    return {
        "type": "object",
        "required": ["event_id", *required],
        "properties": {"event_id": _ID, "ts": _TIME, **members},
        "additionalProperties": True,
    }


def _one_or_many(schema: Schema) -> Schema:
    return {"oneOf": [schema, {"type": "array", "items": schema, "maxItems": MAX_ELEMENTS}]}


def _metric(metric: Metric) -> Schema:
    if metric.boolean:
        return {"type": "boolean"}
    unit = {"x-unit": metric.unit} if metric.unit else {}
    return {"type": "number", **_bounds(metric.low, metric.high), **unit}


def _word(word: Word) -> Schema:
    if word.words is not None:
        return {"type": "string", "enum": list(word.words)}
    return {"type": "string", **({"examples": list(word.examples)} if word.examples else {})}


def _member(member: Member) -> Schema:
    if member.words:
        return {"enum": [int(word) if word.isdigit() else word for word in member.words]}
    if member.sort is Sort.NUMBER:
        return {"type": "number", **_bounds(member.low, member.high)}
    if member.sort is Sort.OBJECT:
        required = [name for name, inner in member.members.items() if inner.required]
        inner = {name: _member(inner) for name, inner in member.members.items()}
        return {"type": "object", "properties": inner, **({"required": required} if required else {})}
    return dict(_BY_SORT[member.sort])


def _bounds(low: float | None, high: float | None) -> Schema:
    return {name: bound for name, bound in (("minimum", low), ("maximum", high)) if bound is not None}


_BY_SORT: Final[Mapping[Sort, Schema]] = {
    Sort.TEXT: {"type": "string"},
    Sort.TIME: _TIME,
    Sort.FLAG: {"type": "boolean"},
    Sort.TEXTS: {"type": "array", "items": {"type": "string"}},
    Sort.FIGURES: {"type": "object", "additionalProperties": {"type": "number"}},
}
