"""The store section: what is right is taken apart, what is wrong is named in one line."""

import pytest

from ioc.config import read
from ioc.config.influx_address import Address, Flavour, parse
from ioc.core.errors import UsageError


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("influx+http://db/ioc", Address("http://db:8086", "ioc", "", None)),
        ("influx+https://db:443/ioc?org=T%E1%BB%89nh&flavour=v2", Address("https://db:443", "ioc", "Tỉnh", Flavour.V2)),
        ("influx+http://[::1]:9/a%20b?flavour=v1", Address("http://[::1]:9", "a b", "", Flavour.V1)),
    ],
)
def test_a_url_names_place_bucket_and_flavour(url: str, address: Address) -> None:
    assert parse(url) == address


@pytest.mark.parametrize(
    ("store", "words"),
    [
        ({"url": "influx://db/ioc"}, "url: 'influx://db/ioc': expected embedded: or influx+http(s)://"),
        ({"url": "postgres://db/ioc"}, "expected embedded: or influx+http(s)://"),
        ({"url": "influx+http://db"}, "expected one bucket"),
        ({"url": "influx+http://db/a/b"}, "expected one bucket"),
        ({"url": "influx+http://db/a%2Fb"}, "expected one bucket"),
        ({"url": "influx+http://db:99999/a"}, "url: Port out of range"),
        ({"url": "influx+http://u:p@db/a"}, "set store.username and store.password"),
        ({"url": "influx+http://db/a?flavour=v4"}, "flavour 'v4'; allowed: v1, v2, v3"),
        ({"url": "influx+http://db/a?flavor=v1"}, "'flavor' is unknown; allowed: flavour, org"),
        ({"url": "influx+http://db/a?flavour=v2"}, "needs an organisation"),
        ({"url": "influx+http://db/a", "username": "u"}, "username and password belong together"),
        ({"url": "influx+http://db/a", "token": "t", "username": "u", "password": "p"}, "not both"),
        ({"url": "influx+http://db/a?flavour=v1", "token": "t"}, "1.x takes username and password"),
        ({"url": "influx+http://db/a", "ca": "x.pem"}, "only influx+https://"),
        ({"url": "influx+http://db/a", "token": "t\nx"}, "token: has characters that cannot be sent"),
        ({"url": "influx+http://db/a", "bucket": "b"}, "store.bucket: unknown key; allowed: ca, password, token, url"),
    ],
)
def test_every_mistake_is_one_line(store: dict[str, str], words: str) -> None:
    table = {"data_dir": "x", "store": store}
    with pytest.raises(UsageError) as caught:
        read.parse(table, {}, {})
    (problem,) = caught.value.params["problems"]
    assert words in problem
    assert problem.startswith("store")
