"""The checked-in lists: mutants that nothing can tell from the original, and survivors."""

NO_REASON = "..."


class BadList(Exception):
    """Its text names the line."""


def parse(path, text):
    """Maps keys of mutants to reasons: a line of the key, and the reason in indented ones below it."""
    reasons, key = {}, None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            key = line.rstrip()
            if " => " not in key or ": " not in key:
                raise BadList("%s:%d: no mutant: FILE FUNCTION: BEFORE => AFTER was expected" % (path, number))
            if key in reasons:
                raise BadList("%s:%d: listed twice: %s" % (path, number, key))
            reasons[key] = ""
        elif key is None:
            raise BadList("%s:%d: a reason without a mutant above it" % (path, number))
        else:
            reasons[key] = (reasons[key] + " " + line.strip()).strip()
    for key, reason in reasons.items():
        if not reason:
            raise BadList("%s: no reason is given for: %s" % (path, key))
    return reasons


def heading(text):
    """The comment lines at the list's top."""
    return "".join(line + "\n" for line in text.splitlines() if line.startswith("#"))


def show(head, reasons):
    """The text of a list, in the order of its keys' files and functions."""
    return head + "".join("\n%s\n  %s\n" % (key, reason) for key, reason in reasons.items())


def complaints(tried, killers, equivalents, survivors):
    """What is wrong: survivors without a reason, and what is listed but not so. `tried` are files."""
    found = []
    for key, killer in killers.items():
        if killer is None and survivors.get(key, NO_REASON) == NO_REASON:
            found.append("survives, and nothing says why: %s" % key)
        if killer is not None and key in survivors:
            found.append("listed as a survivor, but killed by %s: %s" % (killer, key))
    for name, reasons in (("equivalents.txt", equivalents), ("survivors.txt", survivors)):
        for key in reasons:
            if key.split(" ")[0] in tried and key not in killers and not (
                    name == "equivalents.txt" and key in tried[key.split(" ")[0]]):
                found.append("there is no such mutant any more, but %s lists it: %s" % (name, key))
    return found
