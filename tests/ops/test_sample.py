"""The shipped sample loads as it is and with every line brought to life, and hides no key of any section."""

import tomllib
import types

import pytest
from msgspec import Struct, structs

from ioc import bootstrap
from ioc.config import sample
from ioc.config.settings import Settings
from ioc.config.weekly import WeekHours
from ioc.core.errors import UsageError

TEXT = bootstrap.sample_text()


def load(text: str) -> Settings:
    return bootstrap.parse_settings(tomllib.loads(text), "sample")


def awake() -> dict:
    return sample.awake(TEXT)


def test_it_loads_as_it_is():
    settings = load(TEXT)
    assert settings.mqtt.embedded
    assert {rule.kind for rule in settings.rule} == {
        "offline",
        "threshold",
        "dossier_overdue",
        "dossier_reconciliation",
        "feed_late",
        "system",
        "delivery_failing",
        "calendar_unconfirmed",
        "ratio",
        "no_counter_open",
        "call_left_open",
        "conference_precheck",
        "clock_suspect",
        "dossier_near_due",
        "display_silent",
        "dossier_waiting_at",
        "org_overdue_share",
        "rota_gap",
    }
    assert not settings.route, "nobody is told anything before an administrator says so"


def test_it_loads_with_every_line_awake():
    settings = bootstrap.parse_settings(awake(), "sample")
    assert [channel.kind for channel in settings.channel] == [
        "email",
        "sms_http",
        "sms_router",
        "gsm_modem",
        "webhook",
        "apprise",
    ]
    assert settings.route[0].channels == ("sms", "mail")


def sections():
    for field in structs.fields(Settings):
        kind = getattr(field.type, "__args__", (field.type,))[0] if isinstance(
            field.type, types.GenericAlias) else field.type  # fmt: skip
        if isinstance(kind, type) and issubclass(kind, Struct):
            yield pytest.param(field.encode_name, kind, id=field.encode_name)


@pytest.mark.parametrize(("name", "kind"), list(sections()))
def test_it_holds_every_key_of_every_section(name: str, kind: type[Struct]):
    table = awake()[name]
    shown = set().union(*table) if isinstance(table, list) else set(table)
    wanted = {field.encode_name for field in structs.fields(kind)} - {"options"}
    assert wanted <= shown


def test_it_holds_every_key_of_a_week():
    shown = set().union(*awake()["calendar"]["week"])
    assert shown == {field.encode_name for field in structs.fields(WeekHours)}


@pytest.mark.parametrize("section", ["rule", "channel", "connector"])
def test_it_holds_every_option_of_every_plugin(section: str):
    for kind, options in bootstrap.option_types()[section].items():
        tables = [table for table in awake()[section] if table["kind"] == kind]
        assert tables, f"{section} kind {kind} is not in the sample"
        missing = {field.encode_name for field in structs.fields(options)} - set().union(*tables)
        assert not missing, f"{section} kind {kind}"


def test_it_says_what_the_default_is():
    """A key that is active in the sample and is not a rule's stands at its default."""
    settings = load(TEXT)
    assert structs.replace(settings, rule=(), data_dir="x") == Settings(data_dir="x")


def test_every_problem_is_named_at_once():
    table = tomllib.loads(TEXT)
    table["http"]["port"] = 99999
    table["mqtt"]["colour"] = "red"
    table["rule"][0]["kind"] = "guess"
    with pytest.raises(UsageError) as caught:
        bootstrap.parse_settings(table, "x.toml")
    problems = "\n".join(caught.value.params["problems"])
    for words in ("http.port: 99999", "mqtt.colour: unknown key; allowed:", "rule[0].kind: 'guess'; allowed:"):
        assert words in problems


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("phone", "1900"),
        ("phone", "19001234"),
        ("phone", "01681234567"),
        ("phone", "0912345678, 0987654321"),
        ("phone", "0912345678/0987654321"),
        ("phone", "02193866123"),
        ("phone", ""),
        ("email", "a@example.vn, b@example.vn"),
        ("email", "Trực ban <truc@example.vn>"),
        ("email", "truc.example.vn"),
        ("email", "trực@example.vn"),
        ("email", "truc@example.vn\nBcc: x@example.vn"),
    ],
)
def test_an_address_nobody_could_be_reached_at_is_refused_at_load(key, value):
    right = {"phone": "+84 912 345 678", "email": "truc@example.vn"}[key]
    with pytest.raises(UsageError) as caught:
        bootstrap.parse_settings({"data_dir": "x", "receiver": [{"name": "truc-ban", key: [right, value]}]}, "x.toml")
    (problem,) = caught.value.params["problems"]
    assert problem.startswith(f"receiver[0].{key}[1]: {value!r}: expected one ")


def test_a_choice_of_words_is_named_with_all_of_them():
    probe = {"name": "u", "kind": "snmp", "publish": "hg/service/u", "host": "h", "read": ["upz"]}
    mail = {"name": "m", "kind": "email", "host": "h", "sender": "a@example.vn", "tls": "ssl"}
    with pytest.raises(UsageError) as caught:
        bootstrap.parse_settings({"data_dir": "x", "connector": [probe], "channel": [mail]}, "x.toml")
    problems = "\n".join(caught.value.params["problems"])
    assert "connector[0].read: ['upz']" in problems
    assert "; allowed: ups, temperature, disks" in problems
    assert "; allowed: none, starttls, tls" in problems
