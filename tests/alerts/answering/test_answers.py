"""Answers by text and by link: who may answer what, and that both end when the alert ends."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from alerts.answering import links
from alerts.answering.answers import AnswerOutcome
from alerts.answering.inbox import Inboxes, ReceivingChannel
from alerts.answering.links import Bound
from alerts.answering.offers import AnswerOffer, Offers
from alerts.answering.target import AnswerText, understood
from alerts.message import ReceivedText
from alerts.model import AlertState
from ioc.core.errors import Code, IocError
from ioc.platform.db.tables import alert
from tests.alerts.answering.answering import HUNG, KEY, LAN, Told

URL = "https://ioc.example.vn"
HOUR = 3_600_000


@pytest.fixture
def told(tmp_path):
    story = Told(tmp_path)
    yield story
    story.db.close()


def offered(row, inbound=("sms",), url=URL):
    return Offers(dict.fromkeys(inbound, ""), url, KEY).of(row, row["payload"])


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1a", AnswerText(1, "a", "")),
        (" 12 A ", AnswerText(12, "a", "")),
        ("7a. đang đi xem", AnswerText(7, "a", "đang đi xem")),
        ("7 xong", AnswerText(7, "xong", "")),
        ("a", None),
        ("nhận", None),
        ("", None),
        ("1" * 40 + "a", None),
    ],
)
def test_what_a_text_says(text, meant):
    assert understood(text) == meant


def test_a_text_takes_the_whole_incident_under_the_name_of_who_was_told(told):
    number = told.incident()
    first, _second, _pending = told.alert(number), told.alert(number, AlertState.SUPPRESSED), told.alert(None)
    code = offered(told.tell(first, "+84 912 345 678")).code
    assert told.answers.text("sms", LAN, f"{code} đang xem") is AnswerOutcome.TAKEN
    assert told.states() == ["acknowledged", "suppressed", "firing"], "what its cause holds back is not taken"
    assert told.by() == ["lan", None, None]
    way = {"way": "sms", "channel": "sms", "phone": "…678", "outcome": "taken"}
    assert told.audited() == [("lan", str(first), way)]
    assert told.answers.text("sms", LAN, code) is AnswerOutcome.TAKEN
    assert told.by() == ["lan", "lan", None], "asked again, it is"
    assert told.answers.text("sms", LAN, code) is AnswerOutcome.TAKEN_BEFORE


def test_a_phone_takes_only_what_it_was_told_of(told):
    first, second = told.alert(told.incident()), told.alert(told.incident())
    told.tell(first)
    told.tell(second, HUNG, "hung")
    assert told.answers.text("sms", LAN, f"{second}a") is AnswerOutcome.UNKNOWN_CODE
    assert told.answers.text("sms", "0355555555", f"{first}a") is AnswerOutcome.UNKNOWN_PHONE
    assert told.answers.text("sms", "VIETTEL", "khuyến mại 1a") is AnswerOutcome.UNKNOWN_PHONE
    assert told.answers.text("sms", LAN, "nhận hết") is AnswerOutcome.NOT_UNDERSTOOD
    assert told.answers.text("sms", LAN, f"{first}x") is AnswerOutcome.NOT_UNDERSTOOD
    assert told.states() == ["firing", "firing"]
    assert len(told.audited()) == 5, "each is on record"


def test_what_has_ended_is_taken_by_nobody(told):
    row = told.tell(told.alert(told.incident(), AlertState.RESOLVED_UNSEEN))
    offer = offered(row)
    assert told.answers.text("sms", LAN, offer.code) is AnswerOutcome.ENDED
    assert told.answers.by_link(offer.link.rpartition("/")[2])[0] is AnswerOutcome.ENDED
    assert told.states() == ["resolved_unseen"]


def test_two_phones_have_codes_that_mean_one_thing_each(told):
    codes = {offered(told.tell(told.alert(told.incident()), phone)).code for phone in (LAN, LAN, HUNG)}
    assert len(codes) == 3


def test_a_code_outlives_that_its_incident_became_part_of_another(told):
    cause, part = told.incident(), told.incident()
    loud, moved = told.alert(cause), told.alert(part)
    code = offered(told.tell(moved)).code
    with told.db.write() as conn:
        conn.execute(sa.update(alert).where(alert.c.id == moved).values(incident_id=cause))
    assert told.answers.text("sms", LAN, code) is AnswerOutcome.TAKEN
    assert told.by() == ["lan", "lan"], f"{loud} with it"


# --- links ------------------------------------------------------------------------------------------------------------


def test_a_link_shows_then_takes_and_ends_after_three_days(told):
    row = told.tell(told.alert(told.incident()))
    token = offered(row).link.removeprefix(f"{URL}/answer/")
    outcome, about = told.answers.link(token)
    assert (outcome, about.receiver, told.states()) == (None, "lan", ["firing"]), "looking changes nothing"
    assert told.answers.by_link(token)[0] is AnswerOutcome.TAKEN
    assert told.by() == ["lan"]
    told.clock.advance(73 * 3600)
    assert told.answers.by_link(token)[0] is AnswerOutcome.EXPIRED


def test_a_link_is_bound_to_its_receiver_its_message_and_its_end(told):
    mine, others = told.tell(told.alert(told.incident())), told.tell(told.alert(told.incident()), HUNG, "hung")
    token = offered(mine).link.rpartition("/")[2]
    number, until, seal = token.split("-", 2)
    theirs = offered(others).link.rpartition("/")[2].split("-", 2)
    later = f"{number}-{until[:-1]}z-{seal}"
    for forged in (
        f"{theirs[0]}-{until}-{seal}",
        f"{number}-{until}-{theirs[2]}",
        later,
        token[:-1],
        "",
        "1-1-" + "A" * 22,
    ):
        assert told.answers.by_link(forged)[0] is AnswerOutcome.FORGED
    assert told.states() == ["firing", "firing"]


@given(st.builds(Bound, st.integers(0, 2**62), st.text(), st.text(), st.text()), st.integers(0, 2**42))
def test_a_token_is_read_back_as_it_was_sealed(bound, until):
    token = links.read(links.sealed(KEY, bound, until))
    assert (token.notification, token.until) == (bound.notification, until // 60_000 * 60_000)
    assert links.holds(KEY, token, bound)
    assert not links.holds(b"another key", token, bound)


@pytest.mark.parametrize(
    ("more", "inbound", "url", "offer"),
    [
        ({}, (), None, AnswerOffer()),
        ({}, ("mail",), None, AnswerOffer()),
        ({"what": "resolved"}, ("sms",), URL, AnswerOffer()),
        ({"what": "summary"}, ("sms",), URL, AnswerOffer()),
        ({"address": "sms"}, ("sms",), URL, AnswerOffer()),  # a chat room is nobody
        ({}, ("sms",), None, AnswerOffer("1a")),
    ],
)
def test_an_answer_is_offered_only_where_it_can_be_given(told, more, inbound, url, offer):
    assert offered(told.tell(told.alert(told.incident()), **more), inbound, url) == offer


# --- the inbox of a modem ---------------------------------------------------------------------------------------------


class Slot:
    """A channel whose inbox holds these texts until each has been dealt with."""

    def __init__(self, *texts):
        self.texts = list(texts)

    def receive(self, _options):
        for one in list(self.texts):
            yield ReceivedText(*one, lambda one=one: self.texts.remove(one))


def test_what_lies_in_an_inbox_is_answered_and_taken_away(told):
    first = told.alert(told.incident())
    told.tell(first)
    slot = Slot((LAN, f"{first}a"), ("VIETTEL", "khuyến mại"))
    inboxes = Inboxes(told.answers, {"modem": ReceivingChannel(slot, None)})
    assert inboxes.read()
    assert (slot.texts, told.by()) == ([], ["lan"])
    assert not inboxes.read()


def test_what_cannot_be_written_now_stays_where_it_lies(told, monkeypatch):
    slot = Slot((LAN, "1a"))

    def away(*_):
        raise IocError(Code.DATABASE_UNAVAILABLE, "away")

    monkeypatch.setattr(type(told.answers), "text", away)
    assert not Inboxes(told.answers, {"modem": ReceivingChannel(slot, None)}).read()
    assert slot.texts == [(LAN, "1a")]
