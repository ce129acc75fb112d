"""alert test-send, beside what is in `acts`."""

import argparse
from typing import TYPE_CHECKING, Any

from alerts.commands import acts
from ioc.cli.common import Commands, command, group, now_ms, say, settings_of

if TYPE_CHECKING:
    from ioc.config.settings import Settings


def add(commands: Commands) -> None:
    alerts = group(commands, "alert", "Alerts: what is wrong, what people do about it, and the messages about it.")
    acts.add(alerts)
    about = "Send one test message over a channel, at once and past the outbox, and say what the far side answers."
    test = command(alerts, "test-send", about, test_send)
    test.add_argument("channel", metavar="CHANNEL")
    test.add_argument("address", nargs="?", metavar="ADDRESS", help="nothing for a channel that leads to one place")


def test_send(arguments: argparse.Namespace) -> None:
    import uuid

    from alerts.delivery import asked
    from alerts.delivery.composer import Composer
    from alerts.model import NotificationType
    from ioc import bootstrap
    from ioc.domain.inventory.orgs import DEFAULT_TZ

    settings = settings_of(arguments)
    plugin, options = _channel(settings, arguments.channel)
    address = asked.checked(plugin.address, arguments.address or arguments.channel)
    now = now_ms()
    payload = asked.test_payload("vi", arguments.channel, "cli", str(DEFAULT_TZ), now)
    composer = Composer(bootstrap.texts(bootstrap.plugins_of(settings)), None)
    message = composer.compose(uuid.uuid4().hex, address, NotificationType.TEST, payload, now)
    receipt = plugin.send(options, message)
    say(f"{arguments.channel} took the test to {address}{f', receipt {receipt}' if receipt else ''}")


def _channel(settings: "Settings", name: str) -> tuple[Any, Any]:
    from ioc import bootstrap
    from ioc.core.errors import Code, UsageError
    from ioc.core.registry import PluginSort

    for channel in settings.channel:
        if channel.name == name:
            return bootstrap.plugins_of(settings).of(PluginSort.CHANNEL)[channel.kind], channel.options
    allowed = ", ".join(channel.name for channel in settings.channel) or "none is configured"
    raise UsageError(Code.UNKNOWN_CHANNEL, f"channel {name!r} is not configured; allowed: {allowed}", name=name)
