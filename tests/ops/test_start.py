"""What a start loads, and what it can do without: each of these once cost every process a tenth of a second."""

import subprocess
import sys

import pytest


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


READ = """
from pathlib import Path
from ioc import bootstrap
from ioc.ops import roles
table = bootstrap.default_table(Path({folder!r}))
settings = bootstrap.parse_settings(table, "test", roles.READS.get({role!r}, ()))
bootstrap.build(settings)
"""


@pytest.mark.parametrize(("role", "known"), [("ingest", False), ("alerts", True)])
def test_a_role_loads_the_plug_ins_it_needs_and_no_dialect_of_another_database(tmp_path, role, known):
    code = READ.format(role=role, folder=str(tmp_path)) + "import ioc.platform.db.tables\n"
    found = loaded_by(f"{code}assert {{rule.options is not None for rule in settings.rule}} == {{{known}}}")
    assert any(name.startswith("alerts.rules.") for name in found) == known
    assert not [name for name in found if name.startswith(("connectors.probes.", "connectors.pulls."))]
    assert "sqlalchemy.dialects.postgresql" not in found


def test_a_day_is_judged_without_loading_every_country_of_the_world():
    found = loaded_by("from ioc.domain.calendar.seed import seed; assert len(seed(2026).off) > 10")
    assert not [name for name in found if name.startswith("holidays.countries")]


def test_the_days_are_those_of_the_package_itself():
    import holidays

    from ioc.domain.calendar.seed import COUNTRY, LANGUAGE, seed

    for year in (2025, 2026, 2040):
        assert dict(seed(year).off) == dict(holidays.country_holidays(COUNTRY, years=year, language=LANGUAGE))
