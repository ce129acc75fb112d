"""Persons, rotas, ladders and routes that cannot be meant are refused with their place and the reason."""

import pytest

from ioc import bootstrap
from ioc.core.errors import UsageError

LAN = {"name": "lan", "phone": ["0912345678"]}
HOA = {"name": "hoa", "email": ["hoa@example.vn"]}
CHANNELS = [
    {"name": "mail", "kind": "email", "host": "127.0.0.1", "port": 25, "sender": "ioc@example.vn"},
    {"name": "sms", "kind": "sms_http", "url": "http://127.0.0.1:9/", "body": "{phone} {text}"},
]
DAY, NIGHT = ({"days": "mon-sun", "hours": hours, "who": ["lan"]} for hours in ("07:00-19:00", "19:00-07:00"))
STEPS = [{"receivers": ["lan"], "channels": ["sms"]}, {"after_min": 15, "receivers": ["hoa"], "channels": ["mail"]}]


def load(**sections):
    table = {"data_dir": "unused", "channel": CHANNELS, "receiver": [LAN, HOA], **sections}
    return bootstrap.parse_settings(table, "file")


def test_the_people_of_the_contract_are_as_it_says():
    settings = load(
        receiver=[LAN, HOA, {"name": "hung", "phone": ["0912345679"]}, {"name": "lanh-dao", "rota": "truc-ioc"},
                  {"name": "to-truc", "members": ["lan", "hung"]}],
        rota=[{"name": "truc-ioc", "org": "hg",
               "shifts": [{"days": "mon-fri", "hours": "07:00-19:00", "who": ["lan"]},
                          {"days": "mon-sun", "hours": "19:00-07:00", "who": ["hung"]}],
               "dates": [{"date": "2027-02-06", "who": ["hoa"]}]}],
        escalation=[{"name": "su-co", "clock": "always", "repeat_min": 30,
                     "steps": [{"after_min": 0, "receivers": ["truc-ioc"], "channels": ["sms"]},
                               {"after_min": 15, "receivers": ["lanh-dao"], "channels": ["sms", "mail"]}]}],
        route=[{"org": "hg", "severity": ["critical"], "escalation": "su-co"},
               {"receivers": ["to-truc"], "fallback": ["sms", "mail"]}],
    )  # fmt: skip
    assert settings.escalation[0].steps[1].after_min == 15
    assert settings.book.route[0].name == "route-1"


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (
            {"rule": [{"id": "x", "kind": "shift_untaken", "rota": "y", "desk": "ban-truc"}]},
            "rule[0].rota: 'y' is not defined; allowed: none is defined",
        ),
        ({"receiver": [{"name": "x"}]}, "receiver[0]: no address; expected email, phone, members or rota"),
        ({"receiver": [{"name": "x", "email": ["a@b.vn,c@d.vn"]}]}, "receiver[0].email[0]: 'a@b.vn,c@d.vn': expected"),
        ({"receiver": [LAN | {"members": ["hoa"]}, HOA]}, "receiver[0]: members and phone do not go together"),
        ({"receiver": [{"name": "x", "members": ["y"]}]}, "receiver[0].members: 'y' is not defined; allowed: x"),
        ({"receiver": [{"name": "x", "rota": "y"}]}, "receiver[0].rota: 'y' is not defined; allowed: none is defined"),
        ({"receiver": [{"name": "x", "members": ["y"]}, {"name": "y", "members": ["x"]}]},
         "receiver[0].members: the list holds itself"),
        ({"receiver": [LAN | {"quiet": "22-6"}]}, "receiver[0]: quiet '22-6'; allowed: HH:MM-HH:MM"),
        ({"rota": [{"name": "lan", "shifts": [DAY, NIGHT]}]}, "rota.name: 'lan' is a receiver too"),
        ({"rota": [{"name": "r"}]}, "rota[0]: nobody is ever on duty: one of shifts, dates, ics is needed"),
        ({"rota": [{"name": "r", "shifts": [DAY]}]},
         "rota[0].shifts: nobody from 00:00 to 07:00; fill the hole, or say part_time = true where it is meant"),
        ({"rota": [{"name": "r", "shifts": [DAY | {"days": "mon-fri"}, NIGHT | {"days": "mon-fri"}]}]},
         "rota[0].shifts: nobody on sat, sun; fill the hole"),
        ({"rota": [{"name": "r", "shifts": [DAY | {"days": "monday"}, NIGHT]}]},
         "rota[0].shifts[0]: days 'monday': 'monday' is none; allowed: mon-fri"),
        ({"rota": [{"name": "r", "shifts": [DAY | {"hours": "7-19"}, NIGHT]}]}, "rota[0].shifts[0]: hours '7-19'"),
        ({"rota": [{"name": "r", "shifts": [DAY | {"who": ["may"]}, NIGHT]}]},
         "rota[0].shifts[0].who: 'may' is not defined; allowed: hoa, lan"),
        ({"rota": [{"name": "r", "shifts": [DAY | {"who": []}, NIGHT]}]}, "rota[0].shifts[0]: who: names nobody"),
        ({"rota": [{"name": "r", "dates": [{"date": "2027-02-30", "who": ["lan"]}]}]}, "rota[0].dates[0]: day is out"),
        ({"escalation": [{"name": "l", "steps": []}]}, "escalation[0]: steps: a ladder without a step tells nobody"),
        ({"escalation": [{"name": "l", "steps": STEPS[::-1]}]},
         "escalation[0]: steps: after_min 15, 0: each step comes later than the one before it"),
        ({"escalation": [{"name": "l", "steps": [{"receivers": ["l"], "channels": ["sms"]}]}]},
         "escalation[0].steps[0].receivers: 'l' is not defined; allowed: hoa, lan"),
        ({"escalation": [{"name": "l", "steps": [{"receivers": ["lan"], "channels": ["fax"]}]}]},
         "escalation[0].steps[0].channels: 'fax' is not defined; allowed: mail, sms"),
        ({"escalation": [{"name": "l", "steps": [{"receivers": ["hoa"], "channels": ["sms"]}]}]},
         "escalation[0].steps[0]: nobody gets it: hoa cannot be reached; sms needs phone"),
        ({"route": [{"receivers": ["lan"]}]}, "route[0]: nobody gets it: one of channels, fallback is needed"),
        ({"route": [{"channels": ["sms"]}]}, "route[0]: nobody gets it: receivers is empty"),
        ({"route": [{"receivers": ["lan"], "channels": ["mail"]}]},
         "route[0]: nobody gets it: lan cannot be reached; mail needs email"),
        ({"route": [{"receivers": ["lan"], "fallback": ["fax"]}]}, "route[0].fallback: 'fax' is not defined"),
        ({"route": [{"escalation": "l"}]}, "route[0].escalation: 'l' is not defined; allowed: none is defined"),
        ({"route": [{"escalation": "l", "receivers": ["lan"]}], "escalation": [{"name": "l", "steps": STEPS}]},
         "route[0]: receivers beside escalation"),
        ({"route": [{"receivers": ["lan"], "channels": ["sms"], "rule": ["x"]}]}, "route[0].rule: 'x' is not defined"),
        ({"route": [{"receivers": ["lan"], "channels": ["sms"], "severity": []}]}, "route[0]: severity: names none"),
        ({"route": [{"name": "a", "receivers": ["lan"], "channels": ["sms"]}] * 2}, "route.name: 'a' stands twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(sections, said):
    with pytest.raises(UsageError) as refused:
        load(**sections)
    assert said in "\n".join(refused.value.params["problems"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("root:x:0:0", "not an iCalendar file"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20270101T000000Z\nSUMMARY:ai do\nEND:VEVENT\nEND:VCALENDAR\n",
         "1 event(s) name no receiver by summary or attendee"),
    ],
)  # fmt: skip
def test_a_calendar_file_is_looked_at_before_it_is_followed(tmp_path, content, said):
    path = tmp_path / "truc.ics"
    if content is not None:
        path.write_text(content)
    config = tmp_path / "ioc.toml"
    config.write_text(f'data_dir = "x"\n[[receiver]]\nname = "lan"\nphone = ["0912345678"]\n'
                      f'[[rota]]\nname = "r"\nics = "{path}"\n')  # fmt: skip
    with pytest.raises(UsageError) as refused:
        bootstrap.load_settings(config)
    assert refused.value.params["problems"] == [f"rota[0].ics: {str(path)!r}{':' if content else ''} {said}"]
