"""XML from a device, without what XML can be made to do to its reader."""

from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml import DefusedXmlException

from ioc.core.errors import Code, IocError


def parse(document: bytes) -> Element:
    """The root; IocError where it is broken, or holds a document type, with or without entities."""
    try:
        root: Element = defusedxml.ElementTree.fromstring(document, forbid_dtd=True)
    except ParseError as error:
        raise IocError(Code.ENDPOINT_INCOMPLETE, f"the answer is no whole XML: {error}") from error
    except DefusedXmlException as error:
        raise IocError(Code.ENDPOINT_GARBLED, "the answer holds a document type, which no status has") from error
    return root


def texts(root: Element, path: str) -> list[str]:
    """The texts of an element, as often as it stands there; empty elements give none."""
    return [text for found in root.findall(path) if (text := (found.text or "").strip())]


def number(root: Element, path: str) -> float | None:
    """The first number there; None where there is none, or something else."""
    for text in texts(root, path):
        try:
            value = float(text)
        except ValueError:
            continue
        if abs(value) < 2**53:  # neither infinite nor NaN
            return value
    return None
