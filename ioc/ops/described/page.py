"""Our own Markdown as a page to print: headings, paragraphs, lists, tables and code, nothing else."""

import html
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

_CODE = re.compile(r"`([^`]+)`")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_STYLE: Final = """@page{size:A4;margin:11mm 13mm}
body{font:9.2pt/1.34 "Noto Sans","DejaVu Sans",Arial,sans-serif;max-width:184mm;margin:0 auto;color:#111}
h1{font-size:15pt;margin:0 0 2mm}h2{font-size:10.5pt;margin:3mm 0 1mm;border-bottom:.3mm solid #999}
p,ul{margin:1mm 0}ul{padding-left:5mm}table{border-collapse:collapse;width:100%}
td{border-bottom:.2mm solid #ccc;padding:.6mm 2mm .6mm 0;vertical-align:top}
code,pre{font-family:"DejaVu Sans Mono",monospace;font-size:.86em}
pre{background:#f4f4f4;padding:1.5mm;white-space:pre-wrap;overflow-wrap:anywhere;font-size:7.4pt}"""


def printable(markdown: str, lang: str) -> str:
    """A whole HTML document."""
    title = html.escape(markdown.partition("\n")[0].lstrip("# "))
    body = "\n".join(_blocks(markdown))
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )


def _blocks(markdown: str) -> Iterator[str]:
    fenced = markdown.split("```")
    for i, part in enumerate(fenced):
        if i % 2:
            yield f"<pre>{html.escape(part.strip())}</pre>"
        else:
            for blank, lines in groupby(part.splitlines(), key=lambda line: not line.strip()):
                if not blank:
                    yield _block(list(lines))


def _block(lines: list[str]) -> str:
    first = lines[0]
    if first.startswith("#"):
        level = len(first) - len(first.lstrip("#"))
        return f"<h{level}>{_inline(first[level:].strip())}</h{level}>"
    if first.startswith("- "):
        return "<ul>" + "".join(f"<li>{_inline(line[2:])}</li>" for line in lines) + "</ul>"
    if first.startswith("|"):
        rows = [[_inline(cell.strip()) for cell in line.strip("|").split("|")] for line in lines[2:]]
        return (
            "<table>" + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows) + "</table>"
        )
    return f"<p>{_inline(' '.join(lines))}</p>"


def _inline(text: str) -> str:
    return _BOLD.sub(r"<b>\1</b>", _CODE.sub(r"<code>\1</code>", html.escape(text, quote=False)))
