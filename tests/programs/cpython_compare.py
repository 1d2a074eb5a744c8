"""Compares two files of cpython_cases.py, case by case.

    python3 cpython_compare.py MODULE NATIVE KNOWN GUEST...

Prints "MODULE passed-natively passed-in-the-guest-too known" and then each case that passes
natively and not in the guest, with what it did there; those of the file KNOWN are marked. A
case has passed when one of the files GUEST says so."""
import sys


def load(name):
    """case -> (what, why); a case whose subtests failed has failed."""
    cases = {}
    try:
        lines = open(name, errors='replace')
    except OSError:
        return cases
    for line in lines:
        what, case, *why = line.rstrip('\n').split('\t')
        why = why[0] if why else ''
        if what == 'end':
            continue
        if what == 'start':
            cases.setdefault(case, ('unfinished', ''))
        elif what in ('fail', 'error') or cases.get(case, ('unfinished',))[0] == 'unfinished':
            cases[case] = (what, why)
    return cases


def main(module, native, known, *tries):
    native, guest = load(native), {}
    for name in tries:
        guest.update((case, got) for case, got in load(name).items() if guest.get(case, ('',))[0] != 'ok')
    listed = {line.split()[0] for line in open(known) if line.strip() and not line.startswith('#')}
    wanted = [case for case, (what, why) in native.items() if what == 'ok']
    missed = [case for case in wanted if guest.get(case, ('missing',))[0] != 'ok']
    print(module, len(wanted), len(wanted) - len(missed), sum(case in listed for case in missed))
    for case in missed:
        what, why = guest.get(case, ('missing', 'did not get there'))
        print('%s %s: %s %s' % ('known' if case in listed else 'NEW', case, what, why[:200]))


main(*sys.argv[1:])
