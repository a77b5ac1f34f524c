"""Expressions of C, rewritten so that a switch at run time puts a mutant in each place.

A mutant's text is of the source as it was, since one mutant is switched on at a time: the result grows
with the depth of an expression, not with its possibilities.
"""

from c_tokens import BadSource

_PRECEDENCE = {
    "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, "<=": 7, ">": 7, ">=": 7,
    "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
}
_SWAPS = {
    "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["*"], "<<": [">>"], ">>": ["<<"],
    "&": ["|"], "|": ["&"], "^": ["&"], "&&": ["||"], "||": ["&&"], "==": ["!="], "!=": ["=="],
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"],
    "+=": ["-="], "-=": ["+="], "*=": ["/="], "/=": ["*="], "%=": ["*="], "<<=": [">>="], ">>=": ["<<="],
    "&=": ["|="], "|=": ["&="], "^=": ["&="], "++": ["--"], "--": ["++"],
}
_OPERATORS = {
    **dict.fromkeys(["+", "-", "*", "/", "%", "+=", "-=", "*=", "/=", "%=", "++", "--"], "arithmetic"),
    **dict.fromkeys(["==", "!=", "<", "<=", ">", ">="], "comparison"),
    **dict.fromkeys(["&&", "||"], "logical"),
}
_ASSIGNMENTS = ("=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "|=", "^=")
_TYPE_WORDS = frozenset(
    "void char short int long float double signed unsigned bool _Bool const volatile struct union enum static "
    "extern register inline typedef restrict _Thread_local".split())


def is_type_word(token):
    return token.kind == "name" and (token.text in _TYPE_WORDS or token.text.endswith("_t"))


class Expression:
    """Two texts of an expression: as it was, and rewritten; kind is its outermost operation."""

    def __init__(self, raw, text, kind="other"):
        self.raw = raw
        self.text = text
        self.kind = kind


class Expressions:
    """Parses expressions at self.position of self.tokens; statements.Rewriter goes on from here."""

    def __init__(self, tokens, slice_of, enumerators, mutate):
        self.tokens = tokens
        self.position = 0
        self._slice_of = slice_of
        self._enumerators = enumerators
        self._mutate = mutate

    def peek(self, ahead=0):
        return self.tokens[min(self.position + ahead, len(self.tokens) - 1)]

    def at(self, *texts):
        return self.peek().text in texts and self.peek().kind != "text"

    def take(self, *texts):
        token = self.peek()
        if texts and token.text not in texts:
            raise BadSource("line %d: %r where %s was expected" % (token.line, token.text, " or ".join(texts)))
        self.position += 1
        return token

    def raw(self, start, end=None):
        """The source from token `start` to `end`, on one line."""
        return self._slice_of(self.tokens[start], self.tokens[(self.position if end is None else end) - 1])

    def skip_group(self):
        """Passes a bracket, all that is in it, and its end."""
        depth, start = 0, self.position
        while True:
            token = self.take()
            if token.kind == "end":
                raise BadSource("line %d: a bracket without an end" % self.tokens[start].line)
            depth += token.text in ("(", "[", "{")
            depth -= token.text in (")", "]", "}")
            if depth == 0:
                return

    def _switch(self, operator, at, original, alternatives, text):
        """`text`, unless the mutant of one of the alternatives is switched on."""
        for alternative in alternatives:
            number = self._mutate(operator, self.tokens[at].line, original, alternative)
            if number is None:
                continue
            text = "(\nnet_mutant_is(%d) ? (%s) :\n(%s))" % (number, alternative, text)
        return text

    def condition(self, parse=None):
        """An expression of which only truth matters: also negated, always true, always false."""
        start = self.position
        found = (parse or self.expression)()
        if found.raw in ("true", "false"):
            return found
        alternatives = [] if found.kind in ("comparison", "not") else ["!(%s)" % found.raw]
        text = self._switch("condition", start, found.raw, alternatives + ["1", "0"], "!!(%s)" % found.text)
        return Expression(found.raw, text, found.kind)

    def expression(self):
        start = self.position
        found = self.assignment()
        while self.at(","):
            self.take()
            text = found.text + ", " + self.assignment().text
            found = Expression(self.raw(start), text)
        return found

    def assignment(self):
        start = self.position
        left = self._conditional()
        if not self.at(*_ASSIGNMENTS):
            return left
        sign = self.take().text
        right = self.initializer() if self.at("{") else self.assignment()
        alternatives = ["%s %s %s" % (left.raw, other, right.raw) for other in _SWAPS.get(sign, [])]
        text = "%s %s %s" % (left.text, sign, right.text)
        return Expression(
            self.raw(start),
            self._switch(_OPERATORS.get(sign, "bit"), start, self.raw(start), alternatives, text), "assignment")

    def _conditional(self):
        start = self.position
        found = self._binary_as_condition_of_choice()
        if not self.at("?"):
            return found
        self.take("?")
        yes = self.expression()
        self.take(":")
        no = self._conditional()
        return Expression(self.raw(start), "(%s ? %s : %s)" % (found.text, yes.text, no.text))

    def _binary_as_condition_of_choice(self):
        """Whether a ? follows is seen only behind the condition: looked for before it is parsed."""
        depth, ahead = 0, 0
        while True:
            token = self.peek(ahead)
            if token.kind == "end" or (depth == 0 and token.text in (",", ";", ")", "]", "}", ":", *_ASSIGNMENTS)):
                return self._binary(1)
            if depth == 0 and token.text == "?":
                return self.condition(lambda: self._binary(1))
            depth += token.text in ("(", "[", "{")
            depth -= token.text in (")", "]", "}")
            ahead += 1

    def _binary(self, lowest):
        start = self.position
        left = self._unary()
        while _PRECEDENCE.get(self.peek().text, 0) >= lowest and self.peek().kind == "sign":
            sign = self.take().text
            right = self._binary(_PRECEDENCE[sign] + 1)
            alternatives = ["%s %s %s" % (left.raw, other, right.raw) for other in _SWAPS[sign]]
            operator = _OPERATORS.get(sign, "bit")
            if operator == "logical":
                alternatives += [left.raw, right.raw]
            text = self._switch(
                operator, start, self.raw(start), alternatives, "(%s) %s (%s)" % (left.text, sign, right.text))
            left = Expression(self.raw(start), text, operator)
        return left

    def _unary(self):
        start = self.position
        if self.at("sizeof", "_Alignof"):
            self.take()
            if self.at("("):
                self.skip_group()
            else:
                self._unary()
            return Expression(self.raw(start), self.raw(start))
        if self.at("!", "-", "~"):
            sign = self.take().text
            operand = self._unary()
            operator = {"!": "logical", "-": "arithmetic", "~": "bit"}[sign]
            alternative = ("!!(%s)" if sign == "!" else "(%s)") % operand.raw
            text = self._switch(operator, start, self.raw(start), [alternative], "%s(%s)" % (sign, operand.text))
            return Expression(self.raw(start), text, "not" if sign == "!" else "other")
        if self.at("++", "--"):
            sign = self.take().text
            operand = self._unary()
            return self._switched_step(start, _SWAPS[sign][0] + operand.raw, sign + operand.text)
        if self.at("*", "&", "+"):
            sign = self.take().text
            operand = self._unary()
            return Expression(self.raw(start), sign + operand.text)
        if self.at("(") and self._is_type_in_parentheses():
            self.skip_group()
            type_name = self.raw(start)
            if self.at("{"):
                return self._postfix(start, type_name + self.initializer().text)
            text = "%s(%s)" % (type_name, self._unary().text)
            return Expression(self.raw(start), text)
        return self._postfix(start, self._primary())

    def _switched_step(self, start, alternative, text):
        return Expression(
            self.raw(start), self._switch("arithmetic", start, self.raw(start), [alternative], text), "assignment")

    def _is_type_in_parentheses(self):
        ahead = 1
        while self.peek(ahead).kind == "name" or self.peek(ahead).text == "*":
            ahead += 1
        is_words = self.peek(ahead).text == ")" and ahead > 1
        return is_words and (is_type_word(self.peek(1)) or (self.peek(ahead - 1).text == "*" and ahead > 2))

    def _primary(self):
        start = self.position
        token = self.take()
        if token.text == "(" and token.kind == "sign":
            text = "(%s)" % self.expression().text
            self.take(")")
            return text
        if token.kind == "text":
            while self.peek().kind in ("text", "name"):
                self.take()
            return self.raw(start)
        if token.kind == "number":
            return self._number(start, token)
        if token.text in ("true", "false"):
            return self._switch(
                "constant", start, token.text, ["false" if token.text == "true" else "true"], token.text)
        if token.text in self._enumerators:
            return self._switch("result", start, token.text, [self._enumerators[token.text]], token.text)
        if token.kind in ("name", "character"):
            if self.at("(") and (token.text.isupper() or token.text in ("offsetof", "va_arg")):
                # A macro, which may want a type or a literal.
                self.skip_group()
                return self.raw(start)
            return token.text
        raise BadSource("line %d: no expression: %r" % (token.line, token.text))

    def _number(self, start, token):
        try:
            value = int(token.text.rstrip("uUlL"), 0)
        except ValueError:
            return token.text
        others = sorted({0, 1, value + 1, value - 1} - {value})
        return self._switch("constant", start, token.text, [str(other) for other in others], token.text)

    def _postfix(self, start, text):
        while True:
            if self.at("["):
                self.take()
                text += "[%s]" % self.expression().text
                self.take("]")
            elif self.at("("):
                text += self._arguments()
            elif self.at(".", "->"):
                text += self.take().text + self.take().text
            elif self.at("++", "--"):
                before = self.raw(start)
                sign = self.take().text
                return self._switched_step(start, before + _SWAPS[sign][0], text + sign)
            else:
                return Expression(self.raw(start), text)

    def _arguments(self):
        self.take("(")
        texts = []
        while not self.at(")"):
            texts.append(self.assignment().text)
            if not self.at(")"):
                self.take(",")
        self.take(")")
        return "(%s)" % ", ".join(texts)

    def initializer(self):
        """What is in braces, or an expression."""
        start = self.position
        if not self.at("{"):
            return self.assignment()
        if self.peek(1).text == "0" and self.peek(2).text == "}":
            # All of it is zero, whatever its type.
            self.skip_group()
            return Expression(self.raw(start), self.raw(start))
        self.take("{")
        texts = []
        while not self.at("}"):
            designator = self.position
            while self.at(".", "["):
                if self.at("["):
                    self.skip_group()
                else:
                    self.position += 2
            if designator != self.position:
                self.take("=")
            texts.append((self.raw(designator) if designator != self.position else "") + " "
                         + self.initializer().text)
            if not self.at("}"):
                self.take(",")
        self.take("}")
        return Expression(self.raw(start), "{%s}" % ", ".join(texts))
