"""Which mutants the compiler turns into the very code of the original: nothing can tell them apart."""

import os
import subprocess
import threading

import statements
import workspace

_DECLARATION = "int net_mutant_is(int number);"
_DEFINITION = "static inline __attribute__((always_inline)) int net_mutant_is(int number) { return number == %d; }"
_GCC = ["gcc", "-std=gnu11", "-w"]


def _compiler(words, text):
    done = subprocess.run([*_GCC, *words, "-o", "-", "-"], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, check=False)
    if done.returncode != 0:
        raise workspace.Failed("gcc %s failed:\n%s" % (" ".join(words), done.stderr[-4000:]))
    return done.stdout


class Comparison:
    """Compares mutants of rewritten sources in a folder with their originals, as optimised assembly."""

    def __init__(self, folder, includes):
        self._folder = folder
        self._includes = ["-I" + include for include in [folder, *includes]]
        self._texts, self._originals = {}, {}
        self._lock = threading.Lock()

    def _code(self, file, number):
        text = self._texts[file].replace(_DECLARATION, _DEFINITION % number, 1)
        return _compiler(["-O2", "-S", "-x", "cpp-output"], text)

    def _prepare(self, file):
        """Runs the preprocessor once for all of a source's mutants."""
        source = workspace.read(os.path.join(self._folder, file))
        source = source.replace(statements.preamble(), "\n%s\n" % _DECLARATION, 1)
        folder = os.path.dirname(os.path.join(self._folder, file))
        self._texts[file] = _compiler([*self._includes, "-I" + folder, "-E", "-P", "-x", "c"], source)
        self._originals[file] = self._code(file, 0)

    def is_same(self, mutant):
        with self._lock:
            if mutant.file not in self._originals:
                self._prepare(mutant.file)
        return self._code(mutant.file, mutant.number) == self._originals[mutant.file]
