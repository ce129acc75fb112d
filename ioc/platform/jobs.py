"""Jobs that run every so often on one scheduler; a job that fails is logged and runs again next time."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from ioc.core.errors import IocError

log = logging.getLogger(__name__)

SOON_S = 3


class Jobs:
    """One process that holds the duty runs these; late runs are made once, never piled up."""

    def __init__(self, workers: int = 4) -> None:
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(workers)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 30},
        )
        # every skipped or late run would be a warning line of the library's own
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def every(self, seconds: float, name: str, work: Callable[[], object], *, soon: bool = False) -> None:
        """Run `work` each `seconds`; a run that is still going when its next turn comes is not doubled.

        `soon`: for the first time a few seconds after the start.
        """
        first = {"next_run_time": datetime.now(UTC) + timedelta(seconds=SOON_S)} if soon else {}
        self._scheduler.add_job(_logged(name, work), "interval", seconds=seconds, id=name, name=name, **first)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Start no more runs and wait for those that are going."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


def _logged(name: str, work: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        except IocError as error:  # it says itself what is wrong: a store that is away for the night is no news
            log.warning("job %s: %s", name, error)
        except Exception:
            log.exception("job %s failed", name)

    return run
