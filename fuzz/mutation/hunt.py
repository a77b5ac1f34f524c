"""Which mutants the programs' cases tell from the original: the likeliest killer first, and no more after it."""

import collections
import concurrent.futures
import threading
import zlib

# A mutant that takes that many times as long as the original, and some seconds, is told from it.
_PATIENCE = 10
_GRACE = 4
_GRACE_OF_CPU = 1
# What killed neighbours is tried first: of the same function, and of the same source.
_RECENT = 2
# The cases that run in one process: an endless loop among them costs that many times the patience.
_SECONDS_A_RUN = 0.5
# What is told of a mutant whose code is that of the original.
SAME = "the same code"
# CPU seconds of cases that do not kill a mutant until it is a survivor, and how many times as long one is
# tried that is not known as such: those are few, and somebody will have to look at them.
SECONDS = 10
_PATIENCE_WITH_NEWS = 6


def _kind(case):
    """What the variants of a case, which are many and find mostly the same, have in common."""
    return case.rpartition("/")[0] or case


def _is_about(program, mutant):
    """Whether a program such as //net:tls_config_odd_test is named after the mutant's source."""
    return program.name.rpartition(":")[2].startswith(mutant.file.rpartition("/")[2][:-len(".c")])


class Survey:
    """Which mutants each case reaches, and how long it takes."""

    def __init__(self):
        self.seconds = {}
        self.cpu_seconds = {}
        self._reaching = collections.defaultdict(list)

    def add(self, program, case, seconds, numbers, cpu_seconds=None):
        self.seconds[program, case] = seconds
        self.cpu_seconds[program, case] = seconds if cpu_seconds is None else cpu_seconds
        for number in numbers:
            self._reaching[number].append((program, case))

    def cases(self, number):
        return self._reaching.get(number, [])

    def _rounds(self, number):
        """The cases by rounds and programs: each round has one variant of each kind of case."""
        kinds = collections.defaultdict(list)
        for program, case in self.cases(number):
            kinds[program, _kind(case) if program.has_variants else case].append(case)
        rounds = collections.defaultdict(list)
        for (program, kind), cases in kinds.items():
            cases.sort(key=lambda case: zlib.crc32((kind + case).encode()))
            for turn, case in enumerate(cases):
                rounds[turn, program].append(case)
        return rounds

    def reaching(self, number):
        """A list of tuples: round, CPU seconds, program, cases of it that reach the mutant. The first ones are
        cheap and all different; variants of what comes before them are of later rounds."""
        found = []
        for (turn, program), cases in self._rounds(number).items():
            for part in self._parts(program, cases):
                cost = sum(self.cpu_seconds[program, case] for case in part)
                found.append((turn, cost, program, part))
        return sorted(found, key=lambda each: each[:2])

    def _parts(self, program, cases):
        parts, cost = [[]], 0
        for case in sorted(cases, key=lambda case: self.cpu_seconds[program, case]):
            cost += self.cpu_seconds[program, case]
            if parts[-1] and cost > _SECONDS_A_RUN:
                parts.append([])
                cost = self.cpu_seconds[program, case]
            parts[-1].append(case)
        return parts


def survey(programs, jobs, fail):
    """Runs each case of the original, which must pass: else fail() is called with the reason."""
    found = Survey()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(program.trace, case): (program, case)
                   for program in programs for case in program.cases()}
        for future in concurrent.futures.as_completed(futures):
            program, case = futures[future]
            done, numbers = future.result()
            if done.is_failed:
                fail("%s %s fails without any mutant:\n%s" % (program.name, case, done.output[-4000:]))
            found.add(program, case, done.seconds, numbers, done.cpu_seconds)
    return found


class Hunt:
    """Tries mutants by cases of `seconds` together, several times that where they are not among those `listed`.

    `counterparts` maps the surveyed programs to those that are run, which are slower by `slowness`.
    `is_same` says whether a mutant compiles to the code of the original: then it is not tried for long.
    """

    def __init__(self, found, seconds=SECONDS, counterparts=None, slowness=1, is_same=lambda mutant: False,
                 listed=()):
        self._survey = found
        self._listed = frozenset(listed)
        self._is_same = is_same
        self._seconds = seconds
        self._counterparts = counterparts or {}
        self._slowness = slowness
        self._recent = collections.defaultdict(list)
        self._kills_of = collections.Counter()
        self._lock = threading.Lock()

    def _kills(self, mutant, program, cases):
        wall = _PATIENCE * sum(self._survey.seconds[program, case] for case in cases) + _GRACE
        cpu = _PATIENCE * sum(self._survey.cpu_seconds[program, case] for case in cases) + _GRACE_OF_CPU
        program_run = self._counterparts.get(program, program)
        done = program_run.run(cases, mutant.number, cpu * self._slowness, wall * self._slowness)
        if not done.is_failed:
            return None
        case = done.failed_case()
        case = case if case in cases else cases[0]
        self._remember(mutant, (program, case))
        return "%s %s%s" % (program.name, case, " (timeout)" if done.is_timeout else "")

    def _remember(self, mutant, killer):
        with self._lock:
            self._kills_of[mutant.file, killer[0]] += 1
            for place in (mutant.file, (mutant.file, mutant.function)):
                recent = self._recent[place]
                if killer in recent:
                    recent.remove(killer)
                recent.insert(0, killer)

    def _likely(self, mutant):
        reaching = set(self._survey.cases(mutant.number))
        found = []
        with self._lock:
            for place in ((mutant.file, mutant.function), mutant.file):
                killers = [each for each in self._recent[place] if each in reaching and each not in found
                           and self._survey.cpu_seconds[each] <= _SECONDS_A_RUN]
                found += killers[:_RECENT]
        return found

    def _by_likelihood(self, mutant):
        """What reaches the mutant: tests named after its source, then what has killed most of the source."""
        def rank(each):
            turn, seconds, program, _ = each
            return not _is_about(program, mutant), turn, -kills[mutant.file, program], seconds
        with self._lock:
            kills = self._kills_of.copy()
        return sorted(self._survey.reaching(mutant.number), key=rank)

    def killer(self, mutant):
        """The program and case that tell the mutant from the original; SAME; or None."""
        likely = self._likely(mutant)
        for program, case in likely:
            killer = self._kills(mutant, program, [case])
            if killer:
                return killer
        if self._is_same(mutant):
            return SAME
        spent, limit = 0, self._seconds * (1 if mutant.key in self._listed else _PATIENCE_WITH_NEWS)
        for _, seconds, program, cases in self._by_likelihood(mutant):
            if spent + seconds > limit:
                continue
            spent += seconds
            rest = [case for case in cases if (program, case) not in likely]
            killer = rest and self._kills(mutant, program, rest)
            if killer:
                return killer
        return None

    def killers(self, mutants, jobs, tell):
        """Maps the keys of mutants to what killer() says; calls tell(mutant, killer) for each."""
        killers = {}
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            futures = {pool.submit(self.killer, mutant): mutant for mutant in mutants}
            for future in concurrent.futures.as_completed(futures):
                mutant = futures[future]
                killers[mutant.key] = future.result()
                tell(mutant, killers[mutant.key])
        return killers
