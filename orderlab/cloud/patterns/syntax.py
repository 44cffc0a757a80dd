"""Java's regular expressions, written for the two engines that run them here.

https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html
`(?<name>...)`, `\\p{Alpha}`, `\\h`, `\\Q...\\E` and the like become what RE2 and Python's `re` have
for them. Character classes are ASCII, as Java's and ECMAScript's are.
Differs from AWS: classes inside character classes and their intersection (`&&`) are unknown; a
regular expression has 8,192 characters at most, or 2,000 with lookarounds or back references.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_LENGTH = 8_192
MAX_BACKTRACKING_LENGTH = 2_000
# Python folds ranges that ignore case character by character
_MAX_FOLDED = 100_000

_POSIX = {
    "Alpha": "A-Za-z", "Digit": "0-9", "Alnum": "A-Za-z0-9", "Upper": "A-Z", "Lower": "a-z",
    "Punct": r"!-/:-@\[-`{-~", "Space": r"\t-\r ", "Blank": r"\t ", "XDigit": "0-9A-Fa-f",
    "ASCII": r"\x00-\x7f", "Graph": "!-~", "Print": " -~", "Cntrl": r"\x00-\x1f\x7f",
}  # fmt: skip
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b", "v": "\x0b"}
_HORIZONTAL = r"\t \xa0"
_LINE_BREAK = r"(?:\r\n|[\n-\r\x85])"
# "the end, and no line's end after it": the one lookahead that RE2 has a word for
_VERY_END = r"$(?!\n)"
_LOOK = ("(?=", "(?!", "(?<=", "(?<!", "(?>")


class ExpressionError(ValueError):
    """The text is no regular expression."""


@dataclass(slots=True)
class Translation:
    """One expression in both dialects."""

    linear: str
    backtracking: str
    # whether RE2's syntax suffices
    regular: bool
    # `$` and `\\Z` match before a line's end that ends the text, which RE2 does not know
    before_line_end: bool
    ignores_case: bool
    # how many characters the ranges of its classes span
    ranges: int


def translate(pattern: str) -> Translation:
    """Both forms of an expression; ExpressionError if it is too long or cannot be read."""
    if len(pattern) > MAX_LENGTH:
        raise ExpressionError("the regular expression is too long")
    reader = _Reader(pattern)
    reader.read()
    return Translation(
        "".join(reader.linear),
        "".join(reader.backtracking),
        reader.regular,
        reader.before_line_end,
        reader.ignores_case,
        reader.ranges,
    )


def check_backtracking(pattern: str, form: Translation, ignore_case: bool) -> None:
    """ExpressionError for what takes Python long to compile."""
    folded = form.ranges if ignore_case or form.ignores_case else 0
    if len(pattern) > MAX_BACKTRACKING_LENGTH or folded > _MAX_FOLDED:
        raise ExpressionError("the regular expression is too long")


@dataclass(slots=True)
class _Reader:
    """Reads an expression from left to right and writes it anew."""

    text: str
    at: int = 0
    linear: list[str] = field(default_factory=list)
    backtracking: list[str] = field(default_factory=list)
    regular: bool = True
    before_line_end: bool = False
    ignores_case: bool = False
    ranges: int = 0

    def read(self) -> None:
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "\\":
                self._escape()
            elif character == "[":
                self._class()
            elif character == "(" and self.text.startswith("(?", self.at):
                self._group()
            elif character in "*+?}":
                self._quantifier()
            elif self.text.startswith(_VERY_END, self.at):
                self._write(r"\z", r"\Z")
                self.at += len(_VERY_END)
            else:
                self.before_line_end = self.before_line_end or character == "$"
                self._write(character)
                self.at += 1

    def _write(self, linear: str, backtracking: str | None = None) -> None:
        self.linear.append(linear)
        self.backtracking.append(linear if backtracking is None else backtracking)

    def _quantifier(self) -> None:
        """`*+`, `++`, `?+` and `}+` give nothing back, which only backtracking engines can do."""
        if self.text.startswith("+", self.at + 1):
            self.regular = False
            self._write(self.text[self.at : self.at + 2])
            self.at += 2
            return
        self._write(self.text[self.at])
        self.at += 1
        if self.text.startswith("?", self.at):
            self._write("?")
            self.at += 1

    def _group(self) -> None:
        rest = self.text[self.at : self.at + 4]
        if rest.startswith(_LOOK):
            self.regular = False
            opening = next(each for each in _LOOK if rest.startswith(each))
            self._write(opening)
            self.at += len(opening)
        elif rest.startswith("(?<"):
            self._write("(?P<")
            self.at += 3
        else:
            self._flags()

    def _flags(self) -> None:
        """`(?i)`, `(?s-m:` and the like; `u`, `U` and `d` change nothing in ASCII."""
        end = self.at + 2
        while end < len(self.text) and self.text[end] in "imsxudU-":
            end += 1
        given = self.text[self.at + 2 : end]
        self.ignores_case = self.ignores_case or "i" in given
        self.regular = self.regular and "x" not in given
        kept = "".join(flag for flag in given if flag not in "uUd").removesuffix("-")
        if self.text.startswith(")", end) and given:
            self._write(f"(?{kept})" if kept else "")
            self.at = end + 1
        else:
            self._write(f"(?{kept}")
            self.at = end

    # --- what stands after a backslash ---

    def _escape(self) -> None:
        following = self._following()
        if following == "Q":
            self._quoted()
        elif following in "123456789" or following == "k":
            self._back_reference(following)
        elif following in "zZ":
            self.before_line_end = self.before_line_end or following == "Z"
            self._write(r"\z", r"\Z" if following == "z" else r"(?=\n?\Z)")
            self.at += 2
        elif following in "AbBdDwW":
            self._write("\\" + following)
            self.at += 2
        elif following in "sShHR":
            wanted = {"s": r"[\s\x0b]", "S": r"[^\s\x0b]", "R": _LINE_BREAK}
            wanted |= {"h": f"[{_HORIZONTAL}]", "H": f"[^{_HORIZONTAL}]"}
            self._write(wanted[following])
            self.at += 2
        elif following in "pP":
            self._property(following)
        else:
            self._write(*_literal(self._character()))

    def _following(self) -> str:
        if self.at + 1 >= len(self.text):
            raise ExpressionError("a backslash ends the regular expression")
        return self.text[self.at + 1]

    def _quoted(self) -> None:
        end = self.text.find("\\E", self.at)
        stop = len(self.text) if end < 0 else end
        for character in self.text[self.at + 2 : stop]:
            self._write(*_literal(character))
        self.at = stop if end < 0 else end + 2

    def _back_reference(self, following: str) -> None:
        self.regular = False
        if following == "k" and self.text.startswith("<", self.at + 2):
            name, found, _ = self.text[self.at + 3 :].partition(">")
            if not found:
                raise ExpressionError(r"\k<name> is not closed")
            self._write(f"(?P={name})")
            self.at += 4 + len(name)
        else:
            self._write("\\" + following)
            self.at += 2

    def _property(self, following: str, *, inside: bool = False) -> None:
        r"""`\p{Alpha}` and Java's other ASCII classes; RE2 knows those of Unicode."""
        name, found, _ = self.text[self.at + 3 :].partition("}")
        if not self.text.startswith("{", self.at + 2) or not found:
            name, size = self.text[self.at + 2 : self.at + 3], 3
        else:
            size = 4 + len(name)
        self.at += size
        ascii_class = _POSIX.get(name.removeprefix("Is").removeprefix("java"))
        if ascii_class is None:
            letters = r"[^\W\d_]" if name == "L" and following == "p" and not inside else None
            self._write(f"\\{following}{{{name}}}", letters)
        elif inside and following == "P":
            raise ExpressionError(f"\\P{{{name}}} in a class is not supported")
        elif inside:
            self._write(ascii_class)
        else:
            self._write(f"[{'^' if following == 'P' else ''}{ascii_class}]")

    def _character(self) -> str:
        r"""The character of an escape such as `\t`, `\.`, `\x41` or `\u0041`."""
        following = self._following()
        if following in _CONTROLS:
            self.at += 2
            return _CONTROLS[following]
        if following == "c":
            self.at += 3
            return chr(ord(self.text[self.at - 1 : self.at] or "@") ^ 64)
        if following in "xu0":
            return self._numbered(following)
        if following.isascii() and following.isalnum():
            raise ExpressionError(f"\\{following} is unknown")
        self.at += 2
        return following

    def _numbered(self, kind: str) -> str:
        if self.text.startswith("x{", self.at + 1):
            digits, _, _ = self.text[self.at + 3 : self.at + 12].partition("}")
            size, base = 4 + len(digits), 16
        elif kind == "0":
            digits = self.text[self.at + 2 : self.at + 5]
            while digits and not digits.isdigit():
                digits = digits[:-1]
            size, base = 2 + len(digits), 8
            digits = digits or "0"
        else:
            length = 2 if kind == "x" else 4
            digits = self.text[self.at + 2 : self.at + 2 + length]
            size, base = 2 + length, 16
        self.at += size
        try:
            return chr(int(digits, base) if digits.isalnum() else -1)
        except (ValueError, OverflowError):
            raise ExpressionError(f"\\{kind} needs a number") from None

    # --- classes ---

    def _class(self) -> None:
        self._write("[")
        self.at += 1
        if self.text.startswith("^", self.at):
            self._write("^")
            self.at += 1
        first = True
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "]" and not first:
                self._write("]")
                self.at += 1
                return
            first = False
            if character == "\\" and self._following() in "dDwWsSpPhH":
                self._set_in_class(self._following())
            else:
                self._range()
        raise ExpressionError("a [ is not closed")

    def _set_in_class(self, following: str) -> None:
        if following in "pP":
            self._property(following, inside=True)
            return
        wanted = {"s": r"\s\x0b", "h": _HORIZONTAL}.get(following, "\\" + following)
        if following == "H":
            raise ExpressionError(r"\H in a class is not supported")
        self._write(wanted)
        self.at += 2

    def _range(self) -> None:
        low = self._member()
        self._write(*_literal(low))
        rest = self.text[self.at : self.at + 2]
        if len(rest) < 2 or rest[0] != "-" or rest[1] == "]":
            return
        if rest[1] == "\\" and self.text[self.at + 2 : self.at + 3] in "dDwWsSpPhH":
            return
        self.at += 1
        high = self._member()
        self.ranges += max(0, ord(high) - ord(low))
        self._write("-")
        self._write(*_literal(high))

    def _member(self) -> str:
        if self.text[self.at] != "\\":
            self.at += 1
            return self.text[self.at - 1]
        if self._following() == "b":
            self.at += 2
            return "\b"
        return self._character()


def _literal(character: str) -> tuple[str, str]:
    """A character that stands for itself, for RE2 and for Python."""
    code = ord(character)
    if character.isascii() and (character.isalnum() or character == "_"):
        return character, character
    if 32 <= code < 127:
        return "\\" + character, "\\" + character
    return f"\\x{{{code:x}}}", f"\\U{code:08x}"
