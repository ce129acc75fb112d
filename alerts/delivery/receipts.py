"""What a gateway says later of a message it took: whether the phone got it."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts.delivery import fallback
from alerts.delivery.ledger import attempted
from alerts.gateway_calls import GatewayReport
from alerts.model import DeliveryFailure, NotificationState, ReceiptState
from ioc.platform.db.tables import notification

NOT_DELIVERED = "the gateway reports that it could not be delivered"


def record(conn: Connection, channel: str, report: GatewayReport, now: int, channels: Collection[str]) -> bool:
    """Keep the report; where it did not arrive the next of its chain is told. False for a message nobody knows."""
    row = _reported(conn, channel, report)
    if row is None:
        return False
    said = ReceiptState.DELIVERED if report.delivered else ReceiptState.UNDELIVERABLE
    if row["receipt_state"] == said:
        return True
    values: dict[str, object] = {"receipt_state": said, "receipt_at": now}
    undelivered = said is ReceiptState.UNDELIVERABLE
    if undelivered:
        values |= {"state": NotificationState.FAILED, "next_try_at": now}
    conn.execute(sa.update(notification).where(notification.c.id == row["id"]).values(values))
    if undelivered:
        attempted(conn, row["id"], now, ok=False, detail=NOT_DELIVERED, failure=DeliveryFailure.ADDRESS)
        fallback.pass_on(conn, row, now, channels)
    return True


def _reported(conn: Connection, channel: str, report: GatewayReport) -> RowMapping | None:
    """By our own id where the gateway tells it back, else by its own; of one id the newest."""
    n = notification.c
    named = n.ref == report.ref if report.ref else n.receipt == report.message_id
    taken = sa.or_(n.state == NotificationState.DELIVERED, n.receipt_state.is_not(None))
    query = sa.select(notification).where(n.channel == channel, named, taken)
    return conn.execute(query.order_by(n.id.desc()).limit(1)).mappings().first()
