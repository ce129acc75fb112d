"""The doctor names orgs and sources that are closed or unknown, and what a channel lacks on this machine."""

from pathlib import Path

from ioc import bootstrap
from ioc.cli.common import open_context
from ioc.domain.importing.inventory import import_orgs
from ioc.ops import doctor
from ioc.ops.doctor import CheckState

ORGS = """code,name,parent,valid_to,successor
hg,Hà Giang,,,
hg.a,Xã A,hg,2025-06-30,hg.b
hg.b,Xã B,hg,,
hg.huyen,Huyện,hg,2025-06-30,
"""


def test_closed_and_unknown_orgs_are_named(tmp_path: Path) -> None:
    config = tmp_path / "ioc.toml"
    rules = "".join(
        f'[[rule]]\nid = "r-{n}"\nkind = "offline"\nseverity = "warning"\norg = "{org}"\n'
        for n, org in enumerate(("hg", "hg.a", "hg.huyen", "mars"))
    )
    config.write_text(f'data_dir = "{tmp_path / "data"}"\n{rules}')
    context = open_context(bootstrap.load_settings(config))
    import_orgs(context.db, ORGS, 0, dry_run=False)
    found = [(finding.verdict, finding.detail.partition(" in the tree of")[0]) for finding in doctor._orgs(context)]
    assert found == [
        (CheckState.WARN, "rule r-1 names hg.a, whose last day was 2025-06-30: it means hg.b"),
        (CheckState.WARN, "rule r-2 names hg.huyen, whose last day was 2025-06-30: it means what it had on that day"),
        (CheckState.WARN, "rule r-3 names mars, which is not in the tree: it never speaks"),
        (CheckState.OK, "2"),
    ]


def test_a_channel_names_what_it_lacks_and_what_it_hangs_on_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "sent").mkdir()
    config = tmp_path / "ioc.toml"
    folders = "".join(f'{name} = "{tmp_path / name}"\n' for name in ("outbox", "sent", "error"))
    modem = f'[[channel]]\nname = "modem"\nkind = "gsm_modem"\ndepends_on = ["hg/link/wan"]\n{folders}'
    config.write_text(f'data_dir = "{tmp_path / "data"}"\n{modem}')
    context = open_context(bootstrap.load_settings(config))
    found = [(finding.verdict, finding.detail) for finding in doctor._channels(context)]
    assert found == [
        (CheckState.WARN, f"modem: outbox {tmp_path / 'outbox'} is no folder"),
        (CheckState.WARN, f"modem: error {tmp_path / 'error'} is no folder"),
        (CheckState.WARN, "modem: depends_on hg/link/wan, which is not in the inventory"),
        (CheckState.OK, "1 configured"),
    ]
