"""Every text of the screens in both languages: the catalogues, and what each widget brings beside its component."""

import json
from pathlib import Path

from ioc.core.registry import Plugins

WEB = Path(__file__).resolve().parents[1] / "web"
WIDGETS = WEB / "frontend" / "src" / "widgets"
LANGUAGES = ("vi", "en")


def files(lang: str) -> list[Path]:
    return [WEB / "i18n" / f"{lang}.json", *sorted(WIDGETS.glob(f"*/texts.{lang}.json"))]


def read(path: Path) -> dict[str, str]:
    texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return texts


BROUGHT = Plugins().texts()  # by plug-ins that have their texts in themselves
TEXTS = {
    lang: {key: text for one in (*map(read, files(lang)), BROUGHT[lang]) for key, text in one.items()}
    for lang in LANGUAGES
}
