"""Texts that a brandname registered: what fits none is refused at load, with the place."""

import pytest

from alerts.channels._registered import is_registered
from alerts.channels.sms_http import Options, composed
from alerts.delivery import registered
from alerts.model import NotificationType
from alerts.sms import Piece
from ioc import bootstrap
from ioc.core.errors import Code, IocError, UsageError

PROFILE = {"name": "sms", "kind": "sms_http", "profile": "esms", "username": "a", "password": "b", "sender": "IOC"}
ALL = ["{dau}[IOC] {muc do va noi}: {viec}", "[IOC] {muc do va noi}: {viec}", "[IOC] {tin}"]


def load(*templates, **more):
    return bootstrap.parse_settings({"data_dir": "x", "channel": [{**PROFILE, "templates": templates}], **more}, "x")


@pytest.mark.parametrize(
    ("template", "text", "fits"),
    [
        ("[IOC] {a}: {b}", "[IOC] Xin Man: x", True),
        ("[IOC] {a}: {b}", "[IOC] Xin Man", False),
        ("{a:3}!", "abc!", True),
        ("{a:3}!", "abcd!", False),
        ("a.c", "abc", False),
    ],
)
def test_a_place_stands_for_what_changes(template, text, fits):
    assert is_registered([template], text) is fits


def test_texts_that_let_everything_through_load():
    assert load(*ALL).channel[0].options.templates == tuple(ALL)


@pytest.mark.parametrize(
    ("templates", "told"),
    [
        (
            ["[IOC] NGHIEM TRONG {noi}: {viec}"],
            "channel[0].templates: none fits '[IOC] CANH BAO Xa Ta Lung: Mat ket noi",
        ),
        (["[IOC] {noi:5}: {viec}", *ALL[:1]], "channel[0].templates: none fits '[IOC] "),
        (ALL[1:], "channel[0].templates: none fits 'DIEN TAP [IOC]"),
        (["[IOC] {noi"], "channel[0]: templates: '[IOC] {noi': a brace without its other"),
    ],
)
def test_a_text_that_fits_none_is_refused_with_the_place(templates, told):
    with pytest.raises(UsageError) as refused:
        load(*templates)
    assert told in "\n".join(refused.value.params["problems"])


def test_a_language_that_a_receiver_reads_is_looked_at_too():
    vietnamese = [
        f"[IOC] {word}{{x}}"
        for word in (
            "NGHIEM",
            "CANH",
            "THONG",
            "DA KHAC",
            "NHAC LAI",
            "BAO CAO",
            "TIN",
            "Tin",
            "TOM TAT",
            "...",
            "HO SO",
        )
    ]
    templates = [*vietnamese, "DIEN TAP {x}", "[MO PHONG] {x}"]
    load(*templates)
    with pytest.raises(UsageError) as refused:
        load(*templates, receiver=[{"name": "a", "lang": "en", "phone": ["0912345678"]}])
    assert "none fits '[IOC] WARNING" in "".join(refused.value.params["problems"])


def test_every_sort_of_message_is_looked_at():
    assert {event for event, _ in registered._payloads()} == set(NotificationType)


def test_a_text_that_nobody_foresaw_is_not_given_to_the_gateway():
    options = Options(url="http://127.0.0.1/", templates=("[IOC] {a}",))
    with pytest.raises(IocError) as refused:
        composed(options, [Piece("khác")])
    assert (refused.value.code, refused.value.transient) == (Code.TEXT_NOT_REGISTERED, False)
