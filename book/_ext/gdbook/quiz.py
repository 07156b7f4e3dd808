r"""Questions to check oneself: a choice, and for each choice an answer of its own.

    :::{question}
    Which way is down?

    - [ ] Along $\nabla f$

      Why not.

    - [x] Along $-\nabla f$

      Why.
    :::

An option is a paragraph, its answer is what follows it, indented. The page is complete
without a script: options to choose from, and below them a fold with all answers.
`quiz.mjs` then puts each answer beside its option, where it waits to be chosen. The
text is split here and not by Markdown, which would make checkboxes of the options, so
that pages, notebooks and tests read a question the same way.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

SCRIPT = Path(__file__).with_suffix(".mjs")
MARK = 'class="gd-quiz"'
VERDICTS = {True: "Yes.", False: "Not this one."}
LETTERS = "abcdefghijklmnopqrstuvwxyz"
BEGIN = re.compile(r"[-*+] \[([ xX])\](?:\s+|$)")
CODE = re.compile(r"(`{3,}|~{3,})")


class Passage(NamedTuple):
    """Some lines of a question, and where the first of them stands, from 0."""

    text: str
    line: int


class Option(NamedTuple):
    """What can be chosen, whether it is right, and what its choice is told."""

    right: bool
    text: Passage
    answer: Passage


class Question(NamedTuple):
    """A prompt, its options, and the lines below them that belong to none."""

    prompt: Passage
    options: list[Option]
    stray: list[Passage]


def read(body: str) -> Question:
    """Return what a directive's body asks.

    Parameters
    ----------
    body : str
        The lines between the fences of a `question`.

    Returns
    -------
    Question
    """
    lines = body.expandtabs(4).splitlines()
    starts, stray, fence = [], [], ""
    for number, line in enumerate(lines):
        mark = CODE.match(line)
        if fence:
            fence = "" if line.startswith(fence) else fence
        elif BEGIN.match(line):
            starts.append(number)
        elif mark and not starts:
            fence = mark[1]
        elif starts and line.strip() and not line.startswith("  "):
            stray.append(Passage(line, number))
    spans = pairwise([*starts, len(lines)])
    options = [_option(lines[start:end], start) for start, end in spans]
    prompt = lines[: starts[0]] if starts else lines
    return Question(_passage(prompt, 0), options, stray)


def _option(lines: list[str], start: int) -> Option:
    begin = BEGIN.match(lines[0])
    assert begin is not None
    inside = [lines[0][begin.end() :], *(line.removeprefix("  ") for line in lines[1:])]
    blank = next((k for k, line in enumerate(inside) if not line.strip()), len(inside))
    return Option(
        begin[1] in "xX",
        _passage(inside[:blank], start),
        _passage(inside[blank:], start + blank),
    )


def _passage(lines: list[str], start: int) -> Passage:
    """Return lines without the empty ones around them."""
    first = next((k for k, line in enumerate(lines) if line.strip()), 0)
    return Passage("\n".join(lines[first:]).rstrip(), start + first)


def faults(question: Question) -> list[Passage]:
    """Return what a question lacks: a sentence that says what to do, and its line.

    The line -1 is the one on which the question begins.
    """
    found = []
    if not question.prompt.text:
        say = "nothing is asked: write the question above its options"
        found.append(Passage(say, -1))
    if len(question.options) < 2:
        say = (
            f"a question needs two options or more, and this has "
            f"{len(question.options)}: begin each with `- [ ] `, the right one with "
            "`- [x] `"
        )
        found.append(Passage(say, -1))
    right = [option for option in question.options if option.right]
    if question.options and not right:
        say = "no option is marked as the right one: begin it with `- [x] `"
        found.append(Passage(say, -1))
    for option in right[1:]:
        say = "a second option is marked [x]: one is right, begin the others with [ ]"
        found.append(Passage(say, option.text.line))
    for letter, option in zip(LETTERS, question.options, strict=False):
        if not option.text.text:
            say = f"option ({letter}) is empty: write it behind its brackets"
            found.append(Passage(say, option.text.line))
        if not option.answer.text:
            say = (
                f"option ({letter}) has no answer: leave a line empty below the "
                "option, then say why it is right or is not, indented by two spaces"
            )
            found.append(Passage(say, option.text.line))
    for line in question.stray:
        say = f"this belongs to no option: indent it by two spaces: {line.text}"
        found.append(Passage(say, line.line))
    return found


def as_markdown(question: Question, number: int) -> str:
    """Return a question as plain Markdown: to choose from, and a fold to open."""
    chosen = list(zip(LETTERS, question.options, strict=False))
    asked = "\\\n".join(f"({a}) {' '.join(o.text.text.split())}" for a, o in chosen)
    told = "\n\n".join(
        f"**({a})** {VERDICTS[o.right]} {o.answer.text}" for a, o in chosen
    )
    fold = f"<details><summary>Answer</summary>\n\n{told}\n\n</details>"
    return f"**{number}.** {question.prompt.text}\n\n{asked}\n\n{fold}\n"


# ------------------------------------------------------------------------ the page


class block(nodes.General, nodes.Element):  # noqa: N801, as docutils names its nodes
    """An HTML element around paragraphs and the like."""


class phrase(nodes.TextElement):  # noqa: N801
    """An HTML element around words."""


def tag(name: str, *inside: nodes.Node, **attributes: str) -> phrase:
    """Return an HTML element around words; `data_x` is the attribute `data-x`."""
    return phrase("", "", *inside, tag=name, html=_hyphened(attributes))


def box(name: str, *inside: nodes.Node, **attributes: str) -> block:
    """Return an HTML element around blocks."""
    return block("", *inside, tag=name, html=_hyphened(attributes))


def _hyphened(attributes: dict[str, str]) -> dict[str, str]:
    return {key.strip("_").replace("_", "-"): v for key, v in attributes.items()}


def visit(translator: Any, node: Any) -> None:
    """Write the start of an element."""
    end = "\n" if isinstance(node, block) else ""
    start = translator.starttag(node, node["tag"], end, **node["html"])
    translator.body.append(start)


def depart(translator: Any, node: Any) -> None:
    """Write the end of an element."""
    end = "\n" if isinstance(node, block) else ""
    translator.body.append(f"</{node['tag']}>{end}")


class QuestionDirective(SphinxDirective):
    """A question of a page, numbered as it comes."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the question's fieldset, or warn and return nothing."""
        self.number = self.env.new_serialno("question") + 1
        question = read("\n".join(self.content))
        lacking = faults(question)
        for sentence, line in lacking:
            self.warn(sentence, line)
        return [] if lacking else [self.fieldset(question)]

    def warn(self, sentence: str, line: int) -> None:
        """Say what to do, and where."""
        source, _ = self.get_source_info()
        where = f"{source}:{self.lineno + self.content_offset + line + 1}"
        say = f"question {self.number}: {sentence}"
        logger.warning(say, location=where, type="gdbook", subtype="question")

    def parsed(self, passage: Passage) -> list[nodes.Node]:
        """Return a passage's own nodes."""
        inside = nodes.Element()
        lines = StringList(passage.text.splitlines(), source="")
        self.state.nested_parse(lines, self.content_offset + passage.line, inside)
        return inside.children

    def fieldset(self, question: Question) -> block:
        """Return a question as a fieldset of radio buttons and a fold of answers."""
        name = f"question-{self.number}"
        prompt = self.parsed(question.prompt)
        words = 0  # A legend holds words only; what else there is follows it.
        while words < len(prompt) and isinstance(prompt[words], nodes.paragraph):
            words += 1
        spans = [tag("span", *paragraph.children) for paragraph in prompt[:words]]
        first = spans[0] if spans else tag("span")
        first.insert(0, [nodes.strong("", f"{self.number}."), nodes.Text(" ")])
        legend = tag("legend", *(spans or [first]))
        field = box("fieldset", legend, class_="gd-quiz")
        field["ids"] = [name]
        if prompt[words:]:
            more = box("div", *prompt[words:], class_="gd-quiz-more")
            more["ids"] = [f"{name}-more"]
            field["html"]["aria-describedby"] = f"{name}-more"
            field += more
        fold = box("details", class_="gd-quiz-answers")
        fold += tag("summary", nodes.Text("Answers"))
        for letter, option in zip(LETTERS, question.options, strict=False):
            field += self.option(option, letter, name)
            fold += self.answer(option, letter)
        field += fold
        return field

    def option(self, option: Option, letter: str, name: str) -> block:
        """Return a radio button with its label."""
        text = self.parsed(option.text)
        if len(text) != 1 or not isinstance(text[0], nodes.paragraph):
            self.warn(
                f"option ({letter}) has to be one paragraph of words, `code` and "
                "$formulas$: move what else there is to the prompt or the answer",
                option.text.line,
            )
        words = [node for part in text for node in part.children]
        radio = f'<input type="radio" name="{name}" value="{letter}">'
        label = tag(
            "label",
            nodes.raw("", radio, format="html"),
            tag("span", nodes.Text(f"({letter})"), class_="gd-quiz-letter"),
            nodes.Text(" "),
            tag("span", *words),
        )
        return box("div", label, class_="gd-quiz-option")

    def answer(self, option: Option, letter: str) -> block:
        """Return what the choice of an option is told, verdict first."""
        told = self.parsed(option.answer)
        if not told or not isinstance(told[0], nodes.paragraph):
            told.insert(0, nodes.paragraph())
        kind = "gd-quiz-answer" + (" gd-right" if option.right else "")
        opening = [
            tag("span", nodes.Text(f"({letter}) "), class_="gd-quiz-letter"),
            nodes.strong("", VERDICTS[option.right]),
            nodes.Text(" "),
        ]
        told[0].insert(0, opening)
        return box("div", *told, class_=kind, data_option=letter)


def connect(app: Sphinx) -> None:
    """Offer the directive, and write its elements as HTML."""
    app.add_directive("question", QuestionDirective)
    for kind in (block, phrase):
        app.add_node(kind, html=(visit, depart))
