"""What a page is made of, for tests: elements, text and links, or what is wrong with it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr"}
LINKS = ("href", "src", "action", "data-events")


@dataclass
class Element:
    tag: str
    attributes: dict
    texts: list = field(default_factory=list)

    @property
    def text(self):
        return re.sub(r" ([,.;])(?= |$)", r"\1", " ".join(" ".join(self.texts).split()))


class Page(HTMLParser):
    """Parses a page and refuses one that a browser would have to repair."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.problems = []
        self._open = []
        self.feed(text)
        self.close()
        self.problems += [f"<{each.tag}> is not closed" for each in self._open]
        ids = [each.attributes["id"] for each in self.elements if "id" in each.attributes]
        self.problems += [f"id {each} stands twice" for each in set(ids) if ids.count(each) > 1]

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.problems.append(f"<{tag}> has an attribute twice")
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag):
        if not self._open or self._open[-1].tag != tag:
            self.problems.append(f"</{tag}> closes nothing")
        else:
            self._open.pop()

    def handle_data(self, data):
        for element in self._open:
            element.texts.append(data)

    def all(self, tag=None, **attributes):
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            each
            for each in self.elements
            if tag in (None, each.tag)
            and all(each.attributes.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag=None, **attributes):
        [found] = self.all(tag, **attributes)
        return found

    @property
    def text(self):
        return self.one("body").text

    @property
    def links(self):
        return [
            each.attributes[name]
            for each in self.elements
            for name in LINKS
            if each.attributes.get(name) is not None
        ]
