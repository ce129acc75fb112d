"""A document keeps every version with who saved it; one that was removed leaves the list, not its history."""

import sqlalchemy as sa

from ioc.platform import documents
from ioc.platform.db.tables import audit


def save(db, body, at, author="an", note=None):
    with db.write() as conn:
        return documents.save(conn, "scene", "toan-canh", body, at=at, author=author, note=note)


def latest(db):
    with db.read() as conn:
        return documents.latest(conn, "scene")


def versions(db):
    with db.read() as conn:
        return documents.versions(conn, "scene", "toan-canh")


def test_the_newest_version_is_in_force_and_the_older_ones_stay(db):
    assert save(db, {"tiles": []}, 1) == 1
    assert save(db, {"tiles": [1]}, 2, author="bình", note="thêm ô") == 2
    assert latest(db)["toan-canh"].body == {"tiles": [1]}
    assert [(one.version, one.author, one.note) for one in versions(db)] == [(2, "bình", "thêm ô"), (1, "an", None)]


def test_what_is_saved_as_it_was_makes_no_new_version(db):
    save(db, {"tiles": []}, 1)
    assert save(db, {"tiles": []}, 2) == 1
    assert len(versions(db)) == 1


def test_a_removed_document_leaves_the_list_and_can_come_back(db):
    save(db, {"tiles": []}, 1)
    assert save(db, None, 2) == 2
    assert latest(db) == {}
    assert save(db, {"tiles": [2]}, 3) == 3
    assert latest(db)["toan-canh"].version == 3


def test_documents_of_other_sorts_are_others(db):
    save(db, {"tiles": []}, 1)
    with db.read() as conn:
        assert documents.latest(conn, "cartogram") == {}


def test_each_change_is_in_the_audit(db):
    save(db, {"tiles": []}, 1)
    save(db, None, 2)
    with db.read() as conn:
        rows = conn.execute(sa.select(audit.c.action, audit.c.subject, audit.c.detail).order_by(audit.c.id)).all()
    assert [tuple(row) for row in rows] == [
        ("scene.saved", "toan-canh", {"version": 1, "note": None}),
        ("scene.removed", "toan-canh", {"version": 2, "note": None}),
    ]


def test_what_was_saved_is_counted_a_removal_too(db):
    save(db, {"tiles": []}, 1)
    save(db, None, 2)
    with db.read() as conn:
        assert (documents.count(conn, "scene"), documents.count(conn, "outline")) == (2, 0)
