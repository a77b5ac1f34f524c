"""Which mutants the programs' cases tell from the original: the likeliest killer first, and no more after it."""

import collections
import concurrent.futures
import threading

# A mutant that takes that many times as long as the original, and some seconds, is told from it.
_PATIENCE = 10
_GRACE = 4
_RECENT = 3
# What the cases take together that a mutant must survive which is listed as a survivor.
_SECONDS_OF_LISTED = 5


class Survey:
    """Which mutants each case reaches, and how long it takes."""

    def __init__(self):
        self.seconds = {}
        self._reaching = collections.defaultdict(list)

    def add(self, program, case, seconds, numbers):
        self.seconds[program, case] = seconds
        for number in numbers:
            self._reaching[number].append((program, case))

    def reaching(self, number):
        """A list of tuples: seconds, program, cases that reach the mutant; cheap ones first."""
        by_program = collections.defaultdict(list)
        for program, case in self._reaching.get(number, []):
            by_program[program].append(case)
        found = [(sum(self.seconds[program, case] for case in cases), program, cases)
                 for program, cases in by_program.items()]
        return sorted(found, key=lambda each: each[0])


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
            found.add(program, case, done.seconds, numbers)
    return found


class Hunt:
    """Tries mutants, those in `listed` by few cases alone.

    `counterparts` maps the surveyed programs to those that are run, which are slower by `slowness`.
    """

    def __init__(self, found, listed=(), counterparts=None, slowness=1):
        self._survey = found
        self._listed = listed
        self._counterparts = counterparts or {}
        self._slowness = slowness
        self._recent = collections.defaultdict(list)
        self._lock = threading.Lock()

    def _kills(self, mutant, program, cases, seconds):
        patience = _PATIENCE * seconds * self._slowness + _GRACE * self._slowness
        program_run = self._counterparts.get(program, program)
        done = program_run.run(cases, mutant.number, patience, patience)
        if not done.is_failed:
            return None
        case = done.failed_case()
        case = case if case in cases else cases[0]
        with self._lock:
            recent = self._recent[mutant.file]
            if (program, case) in recent:
                recent.remove((program, case))
            recent.insert(0, (program, case))
        return "%s %s%s" % (program.name, case, " (timeout)" if done.is_timeout else "")

    def killer(self, mutant):
        """The program and case that tell the mutant from the original, or None."""
        reaching = self._survey.reaching(mutant.number)
        all_reaching = {(program, case) for _, program, cases in reaching for case in cases}
        with self._lock:
            recent = [each for each in self._recent[mutant.file] if each in all_reaching][:_RECENT]
        for program, case in recent:
            killer = self._kills(mutant, program, [case], self._survey.seconds[program, case])
            if killer:
                return killer
        spent = 0
        for seconds, program, cases in reaching:
            if mutant.key in self._listed and spent > _SECONDS_OF_LISTED:
                break
            spent += seconds
            rest = [case for case in cases if (program, case) not in recent]
            killer = rest and self._kills(mutant, program, rest, seconds)
            if killer:
                return killer
        return None

    def killers(self, mutants, jobs, tell):
        """Maps the keys of mutants to what kills them, or None; calls tell(mutant, killer) for each."""
        killers = {}
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            futures = {pool.submit(self.killer, mutant): mutant for mutant in mutants}
            for future in concurrent.futures.as_completed(futures):
                mutant = futures[future]
                killers[mutant.key] = future.result()
                tell(mutant, killers[mutant.key])
        return killers
