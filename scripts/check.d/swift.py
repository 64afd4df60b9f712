"""Tells Swift's code from its comments and its strings, as far as the rules need it: a scanner, no parser."""

import bisect
import re

OPENING = re.compile(r'//[^\n]*|/\*|#*"(?:"")?|[()]')
CLOSINGS = {}


def closing(opening):
    """What ends a string that begins so, or is escaped in it."""
    if opening not in CLOSINGS:
        quote, hashes = opening.lstrip("#"), "#" * opening.count("#")
        line_end = "" if quote == '"""' else r"|\n"
        CLOSINGS[opening] = re.compile(rf"(?P<end>{quote}{hashes})|\\{hashes}(?P<escaped>.){line_end}", re.S)
    return CLOSINGS[opening]


class Source:
    """A Swift file: `code` is its text with comments and what strings say blanked, `comments` is what they say by line.

    Lines are counted from 1, and `lines[0]` is empty; what stands in a string's `\\(…)` is code.
    """

    def __init__(self, text):
        self.text = text
        self.starts = [0] + [found.end() for found in re.finditer("\n", text)]
        self.comments = {}
        self.blanks = []
        self.scan(0, is_nested=False)
        pieces, end = [], 0
        for first, last in self.blanks:
            pieces += [text[end:first], re.sub(r"[^\n]", " ", text[first:last])]
            end = last
        self.code = "".join(pieces) + text[end:]
        self.lines = [""] + self.code.split("\n")
        self.texts = [""] + text.split("\n")

    def line(self, position):
        """The line in which a position of the text is."""
        return bisect.bisect_right(self.starts, position)

    def is_comment(self, line):
        """Whether a line is a comment and nothing else."""
        return line in self.comments and not self.lines[line].strip()

    def comment_above(self, line):
        """The comment that ends right above a line, attributes between them not counted; empty when there is none."""
        line -= 1
        while line > 0 and re.match(r"\s*@\w+(\(.*\))?\s*$", self.lines[line]) and line not in self.comments:
            line -= 1
        found = []
        while line > 0 and self.is_comment(line):
            found.insert(0, self.comments[line])
            line -= 1
        return "\n".join(found)

    def scan(self, position, is_nested):
        """Goes over code up to its end, or up to the parenthesis that ends what stands in a string."""
        depth = 0
        while found := OPENING.search(self.text, position):
            token, position = found[0], found.end()
            if token == "(":
                depth += 1
            elif token == ")":
                if is_nested and depth == 0:
                    return position
                depth -= 1
            elif token.startswith("//"):
                self.comment(found.start(), position)
            elif token == "/*":
                end = self.text.find("*/", position)
                position = len(self.text) if end < 0 else end + 2
                self.comment(found.start(), position)
            else:
                position = self.string(position, closing(token))
        return len(self.text)

    def string(self, position, ending):
        """Goes over a string, whose opening ends at `position`."""
        start = position
        while found := ending.search(self.text, position):
            position = found.end()
            if found["escaped"] == "(":
                self.blanks.append((start, position - 1))
                start = position = self.scan(position, is_nested=True)
            elif not found["escaped"]:
                self.blanks.append((start, found.start()))
                return position
        self.blanks.append((start, len(self.text)))
        return len(self.text)

    def comment(self, start, end):
        self.blanks.append((start, end))
        first = self.line(start)
        for offset, text in enumerate(self.text[start:end].split("\n")):
            self.comments[first + offset] = self.comments.get(first + offset, "") + text
