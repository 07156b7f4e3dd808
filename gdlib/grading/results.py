"""Results: what a check found, as plain text and as a card in the notebook.

Text and card say the same. The text is deterministic, so that a notebook run twice
reads the same twice. The card carries its style with it, takes its text colour from
the page (light, dark or printed), and says in words what its colours say.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape

PRACTICE = "Practice: graded runs draw new numbers."
WIDTH = 78


@dataclass(frozen=True)
class Feedback:
    """What was seen in one part of a question.

    Attributes
    ----------
    part : str
        Its name.
    earned, points : float
        What it brought, and what it can bring.
    mistake : str or None
        The id of the known mistake behind it.
    text : str
        What the student reads; '' if all is well.
    """

    part: str
    earned: float
    points: float
    mistake: str | None
    text: str


@dataclass(frozen=True, repr=False)
class Result:
    """The verdict on one answer.

    Attributes
    ----------
    id : str
        Of the question.
    score, points : float
        What the answer brought, and what it could have brought.
    feedback : tuple of Feedback
        One entry a part.
    headline : str
        A sentence on the whole: where to begin, or what is interesting beyond.
    hint : str
        Where to look, once a check has failed before; '' otherwise.
    blank : bool
        Nothing is written yet, or nothing that Python can read.
    """

    id: str
    score: float
    points: float
    feedback: tuple[Feedback, ...]
    headline: str = ""
    hint: str = ""
    blank: bool = False

    @property
    def full(self) -> bool:
        """Whether every point was earned."""
        return self.score == self.points

    @property
    def verdict(self) -> str:
        """The score in words: "Full marks, 4 of 4 points"."""
        if self.blank:
            return f"Not judged yet, {self.points:g} points to win"
        score = f"{self.score:g} of {self.points:g} points"
        if self.full:
            return f"Full marks, {score}"
        return f"On the way, {score}" if self.score else f"Not yet, {score}"

    def __str__(self) -> str:
        lines = [f"{self.id}: {self.verdict}"]
        if self.headline:
            lines += _wrapped(self.headline, "  ")
        if not self.blank:
            for entry in self.feedback:
                mark = "done" if entry.earned == entry.points else "open"
                points = f"{entry.earned:g}/{entry.points:g}"
                lines.append(f"  [{mark}] {points}  {entry.part}")
                lines += _wrapped(entry.text, " " * 14)
        if self.hint:
            lines += _wrapped(self.hint, "  ")
        return "\n".join([*lines, f"  ({PRACTICE})"])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        look = _LOOKS["blank" if self.blank else "full" if self.full else "open"]
        rows = "" if self.blank else "".join(map(_row, self.feedback))
        return "".join(
            (
                f'<div role="group" aria-label="Check of {escape(self.id)}" '
                f'style="{_CARD}border-left:5px solid {look.color}">',
                f'<p style="{_LINE}">{_icon(look)}<strong>{escape(self.verdict)}'
                f'</strong> <code style="{_QUIET}">{escape(self.id)}</code></p>',
                _paragraph(self.headline),
                _table(rows) if rows else "",
                _paragraph(self.hint),
                f'<p style="{_LINE}{_QUIET}">{PRACTICE}</p></div>',
            )
        )


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


# ----------------------------------------------------------------------------- card
@dataclass(frozen=True)
class _Look:
    icon: str
    color: str  # contrast of at least 3:1 on white and on #121212


_LOOKS = {
    "full": _Look("✓", "#12875c"),
    "open": _Look("→", "#c75b12"),
    "blank": _Look("○", "#3b7dbd"),
}

_CARD = (
    "margin:.6em 0;padding:.7em 1em;max-width:46em;border-radius:6px;"
    "background:rgba(128,128,128,.09);color:inherit;font-family:inherit;"
    "line-height:1.5;text-align:left;overflow-wrap:break-word;"
)
_LINE = "margin:.25em 0;"
_QUIET = "font-size:.85em;opacity:.8;background:none;color:inherit;"
_CELL = (
    "padding:.35em .7em .35em 0;text-align:left;vertical-align:top;"
    "white-space:normal;background:none;color:inherit;"
    "border:0;border-top:1px solid rgba(128,128,128,.3);"
)


def _icon(look: _Look) -> str:
    return (
        f'<span aria-hidden="true" style="color:{look.color};font-weight:bold;'
        f'margin-right:.5em">{look.icon}</span>'
    )


def _paragraph(text: str) -> str:
    return f'<p style="{_LINE}">{_inline(text)}</p>' if text else ""


def _table(rows: str) -> str:
    heads = "".join(
        f'<th scope="col" style="{_CELL}border-top:0;width:{width}">{head}</th>'
        for head, width in (("Part", "24%"), ("Points", "5em"), ("What we saw", "auto"))
    )
    return (
        '<table style="border-collapse:collapse;width:100%;margin:.4em 0;'
        'font-size:inherit;background:none;color:inherit">'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(entry: Feedback) -> str:
    done = entry.earned == entry.points
    look = _LOOKS["full" if done else "open"]
    word = "Done. " if done else ""
    return (
        f'<tr style="background:none"><th scope="row" style="{_CELL}'
        f'font-weight:600">{_inline(entry.part)}</th>'
        f'<td style="{_CELL}white-space:nowrap">{entry.earned:g} of '
        f'{entry.points:g}</td><td style="{_CELL}">{_icon(look)}'
        f"{word}{_inline(entry.text)}</td></tr>"
    )


def _inline(text: str) -> str:
    """Escape a sentence and set what stands between backticks as code."""
    pieces = escape(text).split("`")
    if len(pieces) % 2 == 0:  # a lone backtick
        return escape(text)
    return "".join(_code(piece) if k % 2 else piece for k, piece in enumerate(pieces))


def _code(text: str) -> str:
    wrap = "nowrap" if len(text) <= 30 else "normal"
    return (
        '<code style="background:none;color:inherit;padding:0;'
        f'white-space:{wrap}">{text}</code>'
    )
