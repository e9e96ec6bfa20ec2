"""The pictures of the docs: all there, small, of the size that `make pictures` makes, and shown on some page."""

from __future__ import annotations

import re

from web.browser.pictures import FOLDER, MOST_BYTES, PICTURES, SCALE, SIZE

PAGES = (FOLDER.parents[1] / "README.md", *FOLDER.parent.glob("*.md"))


def size(webp: bytes) -> tuple[int, int]:
    """Width and height of an extended WebP (RFC 9649 §2.7: 24 bits each, less one)."""
    assert webp[:4] + webp[8:16] == b"RIFFWEBPVP8X"
    return int.from_bytes(webp[24:27], "little") + 1, int.from_bytes(webp[27:30], "little") + 1


def test_every_picture_is_there_and_small() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(PICTURES)
    for path in FOLDER.iterdir():
        content = path.read_bytes()
        assert len(content) <= MOST_BYTES, path.name
        assert size(content) == (SIZE[0] * SCALE, SIZE[1] * SCALE), path.name


def test_every_picture_is_shown_with_words_for_those_who_do_not_see_it() -> None:
    shown = set()
    for page in PAGES:
        text = page.read_text("utf-8")
        shown |= set(re.findall(r'srcset="docs/pictures/([a-z-]+)\.webp"', text))  # the dark one of an `img` with words
        for words, name in (
            *re.findall(r"!\[([^\]]*)\]\((?:docs/)?pictures/([a-z-]+)\.webp\)", text),
            *(
                (words, name)
                for name, words in re.findall(r'<img src="docs/pictures/([a-z-]+)\.webp" alt="([^"]*)"', text)
            ),
        ):
            assert len(words) > 20, (page.name, name)
            shown.add(name)
    assert shown == set(PICTURES)
