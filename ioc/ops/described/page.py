"""Our own Markdown as a page to print, by markdown-it; HTML in it is shown, not taken."""

import html
from typing import Final

_STYLE: Final = """@page{size:A4;margin:11mm 13mm}
body{font:9.2pt/1.34 "Noto Sans","DejaVu Sans",Arial,sans-serif;max-width:184mm;margin:0 auto;color:#111}
h1{font-size:15pt;margin:0 0 2mm}h2{font-size:10.5pt;margin:3mm 0 1mm;border-bottom:.3mm solid #999}
p,ul{margin:1mm 0}ul{padding-left:5mm}table{border-collapse:collapse;width:100%}
thead{display:none}td{border-bottom:.2mm solid #ccc;padding:.6mm 2mm .6mm 0;vertical-align:top}
code,pre{font-family:"DejaVu Sans Mono",monospace;font-size:.86em}
pre{background:#f4f4f4;padding:1.5mm;white-space:pre-wrap;overflow-wrap:anywhere;font-size:7.4pt}"""


def printable(markdown: str, lang: str) -> str:
    """A whole HTML document."""
    from markdown_it import MarkdownIt  # a tenth of a second to import, and few ask for the page

    title = html.escape(markdown.partition("\n")[0].lstrip("# "))
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>\n{body}</body></html>\n"
    )
