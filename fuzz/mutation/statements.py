"""A C source rewritten with all its mutants, each behind a switch at run time."""

import re

import expressions
from c_tokens import BadSource, on_one_line, tokenize

# In each source, since each of a program's may be linked alone; the weak ones become one.
PREAMBLE = r"""
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
__attribute__((weak)) int net_mutant;
__attribute__((weak)) unsigned char *net_mutant_reached;
__attribute__((constructor)) static void net_mutant_begin(void) {
  const char *number = getenv("NET_MUTANT");
  const char *path = getenv("NET_MUTANT_REACHED");
  net_mutant = number != NULL ? atoi(number) : 0;
  if (path != NULL && net_mutant_reached == NULL) {
    int descriptor = (int)syscall(SYS_open, path, O_RDWR);
    void *bytes = mmap(NULL, %(bytes)d, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    syscall(SYS_close, descriptor);
    net_mutant_reached = bytes != MAP_FAILED ? (unsigned char *)bytes : NULL;
  }
}
static inline int net_mutant_is(int number) {
  if (__builtin_expect(net_mutant_reached != NULL, 0)) {
    net_mutant_reached[number] = 1;
  }
  return __builtin_expect(net_mutant == number, 0);
}
"""
# Room for the marks of what is reached: numbers are below it.
NUMBERS = 65536


def preamble():
    """What each rewritten source begins with, behind what it includes first."""
    return PREAMBLE % {"bytes": NUMBERS}


class Mutant:
    """One change of one place. Its key stays as long as its function does, wherever that moves."""

    def __init__(self, number, file, function, operator, line, original, text):
        self.number = number
        self.file = file
        self.function = function
        self.operator = operator
        self.line = line
        self.original = original
        self.text = text
        self.key = ""


def set_keys(mutants):
    """Sets the keys: equal changes in a function are told apart by a count."""
    seen = {}
    for mutant in mutants:
        key = "%s %s: %s => %s" % (mutant.file, mutant.function, mutant.original, mutant.text)
        seen[key] = seen.get(key, 0) + 1
        mutant.key = key if seen[key] == 1 else "%s #%d" % (key, seen[key])


def find_enumerators(headers):
    """Maps each enumerator in the texts of headers to the next one of its enum."""
    successors = {}
    for body in re.findall(r"\benum\b\s*\w*\s*\{(.*?)\}", re.sub(r"/\*.*?\*/|//[^\n]*", "", headers, flags=re.S), re.S):
        names = [part.split("=")[0].strip() for part in body.split(",") if part.strip()]
        if len(names) > 1:
            successors.update(zip(names, names[1:] + names[:1]))
    return successors


class Rewriter(expressions.Expressions):
    """Rewrites the functions of one source; what stands outside of them stays as it is."""

    def __init__(self, file, source, enumerators, first_number, excluded=()):
        super().__init__(tokenize(file, source), self._slice, enumerators, self._add)
        self._file = file
        self._source = source
        self._next = first_number
        self._excluded = excluded
        self._function = ""
        self._returns_bool = False
        self.mutants = []

    def _slice(self, first, last):
        return on_one_line(self._source[first.start:last.end])

    def _add(self, operator, line, original, text):
        self.mutants.append(Mutant(self._next, self._file, self._function, operator, line, original, text))
        self._next += 1
        return self._next - 1 if self._next - 1 not in self._excluded else None

    def rewrite(self):
        """The source with its mutants."""
        try:
            text, kept, start = "", 0, 0
            while self.peek().kind != "end":
                if self.at("{") and self.tokens[self.position - 1].text == ")":
                    text += self._source[kept:self.peek().start] + self._function_body(start)
                    kept, start = self.tokens[self.position - 1].end, self.position
                elif self.at("{", "("):
                    self.skip_group()
                elif self.take().text == ";":
                    start = self.position
        except BadSource as error:
            raise BadSource("%s: %s" % (self._file, error)) from error
        # What is defined for the source's own includes must stay before them.
        text += self._source[kept:]
        end = re.match(r"(?:\s|//[^\n]*|/\*.*?\*/|#define [^\n]*)*", text, re.S).end()
        return text[:end] + preamble() + text[end:]

    def _function_body(self, start):
        head = self.tokens[start:self.position]
        names = [token for token, following in zip(head, head[1:]) if following.text == "("]
        self._function = names[0].text if names else "?"
        before = [token.text for token in head[:head.index(names[0])]] if names else []
        self._returns_bool = before[-1:] == ["bool"]
        return self._block(is_outermost=True)

    def _block(self, is_outermost=False):
        self.take("{")
        texts = []
        while not self.at("}"):
            texts.append(self._statement(is_outermost))
        self.take("}")
        return "{ %s }" % " ".join(texts)

    def _deletable(self, start, text):
        number = self._add("deletion", self.tokens[start].line, self.raw(start), ";")
        if number is None:
            return text
        return "{\nif (!net_mutant_is(%d)) {\n%s }\n}" % (number, text)

    def _statement(self, is_outermost=False):
        start = self.position
        token = self.peek()
        parse = {
            "if": self._if, "while": self._while, "do": self._do, "for": self._for, "switch": self._switch_statement,
            "case": self._label, "default": self._label, "return": lambda: self._return(is_outermost),
            "{": self._block,
        }.get(token.text)
        if parse is not None:
            return parse()
        if self.at("break", "continue", "goto"):
            while self.take().text != ";":
                pass
            return self._deletable(start, self.raw(start))
        if self.at(";"):
            return self.take().text
        if token.kind == "name" and self.peek(1).text == ":":
            self.position += 2
            return self.raw(start)
        if self._is_declaration():
            return self._declaration()
        text = self.expression().text + self.take(";").text
        # "(void)a;" does nothing.
        words = [each.text for each in self.tokens[start:self.position]]
        is_idle = words[:3] == ["(", "void", ")"] and len(words) == 5
        return text if is_idle else self._deletable(start, text)

    def _if(self):
        self.take("if")
        self.take("(")
        text = "if (%s" % self.condition().text + self.take(")").text + self._braced()
        if self.at("else"):
            self.take()
            text += " else " + self._braced()
        return text

    def _braced(self):
        return " {\n%s }" % self._statement()

    def _while(self):
        self.take("while")
        self.take("(")
        return "while (%s" % self.condition().text + self.take(")").text + self._braced()

    def _do(self):
        self.take("do")
        body = self._braced()
        self.take("while")
        self.take("(")
        return "do %s while (%s" % (body, self.condition().text) + self.take(")").text + self.take(";").text

    def _for(self):
        self.take("for")
        self.take("(")
        if self.at(";"):
            first = self.take().text
        else:
            first = self._declaration() if self._is_declaration() else self.expression().text + self.take(";").text
        condition = "" if self.at(";") else self.condition().text
        self.take(";")
        step = "" if self.at(")") else self.expression().text
        self.take(")")
        return "for (%s %s; %s)" % (first, condition, step) + self._braced()

    def _switch_statement(self):
        self.take("switch")
        self.take("(")
        return "switch (%s" % self.expression().text + self.take(")").text + self._statement()

    def _label(self):
        start = self.position
        while self.take().text != ":":
            pass
        return "\n" + self.raw(start)

    def _return(self, is_outermost):
        start = self.position
        self.take("return")
        text = ""
        if not self.at(";"):
            text = (self.condition() if self._returns_bool else self.expression()).text
        self.take(";")
        text = "return %s;" % text
        # A function's last one cannot be left out.
        is_last = is_outermost and self.at("}")
        return text if is_last else self._deletable(start, text)

    def _is_declaration(self):
        first, second = self.peek(), self.peek(1)
        if expressions.is_type_word(first) or first.text == "STACK_OF":
            return True
        if first.kind != "name":
            return False
        ahead = 1
        while self.peek(ahead).text in ("*", "const"):
            ahead += 1
        return self.peek(ahead).kind == "name" and (second.kind == "name" or ahead > 1) and (
            self.peek(ahead + 1).text in ("=", ";", ",", "["))

    def _declaration(self):
        start = self.position
        is_fixed = any(token.text == "static" for token in self.tokens[start:start + 3])
        is_bool = any(token.text == "bool" for token in self.tokens[start:start + 2])
        text, part = "", start
        while not self.at(";"):
            if self.at("=") and not is_fixed:
                self.take()
                text += self.raw(part) + " "
                text += self._initial_value(is_bool)
                part = self.position
            elif self.at("(", "[", "{"):
                self.skip_group()
            else:
                self.take()
        self.take(";")
        return text + self.raw(part)

    def _initial_value(self, is_bool):
        return (self.condition(self.assignment) if is_bool and not self.at("{") else self.initializer()).text
