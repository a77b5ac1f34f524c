"""The tokens of a C source."""

import re

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      |(?P<directive>\#(?:[^\n\\]|\\.|\\\n)*)
      |(?P<text>(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*")
      |(?P<character>[uUL]?'(?:[^'\\\n]|\\.)*')
      |(?P<number>\.?[0-9](?:[eEpP][+-]|[A-Za-z0-9_.])*)
      |(?P<name>[A-Za-z_]\w*)
      |(?P<sign>\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|[<>=!]=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^!~<>=?:;,.(){}\[\]])
    """,
    re.VERBOSE | re.DOTALL,
)


class BadSource(Exception):
    """Its text names what of a source is not understood."""


class Token:
    """A token, and where it stands."""

    def __init__(self, kind, text, start, end, line):
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end
        self.line = line


def tokenize(name, source):
    """The tokens without spaces, comments and directives, ended by one of the kind "end"."""
    tokens, position, line = [], 0, 1
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise BadSource("%s:%d: no token of C: %r" % (name, line, source[position]))
        if match.lastgroup not in ("space", "directive"):
            tokens.append(Token(match.lastgroup, match.group(), match.start(), match.end(), line))
        line += match.group().count("\n")
        position = match.end()
    tokens.append(Token("end", "", position, position, line))
    return tokens


def on_one_line(source):
    """The source without comments, directives and line ends."""
    words = []
    for match in _TOKEN.finditer(source):
        words.append(" " if match.lastgroup in ("space", "directive") else match.group())
    return re.sub(" +", " ", "".join(words)).strip()
