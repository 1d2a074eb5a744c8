"""Runs one module of CPython's regression suite and notes each case as it goes.

    python3 cpython_cases.py RESULTS MODULE [PATTERN...]

RESULTS gets lines "what<TAB>case<TAB>seconds and why": start, then ok, skip, fail or error; a
last line "end" when the whole module ran. So a run that is cut short still says what it did.
CASES_SLOW stretches the suite's own time limits. A __main__ of its own: multiprocessing's
"spawn" imports it again."""
import faulthandler
import os
import sys
import time
import unittest


class Result(unittest.TextTestResult):
    def note(self, what, test, why=''):
        name = test.id() if hasattr(test, 'id') else str(test)
        with open(results, 'a') as out:
            out.write('%s\t%s\t%s\n' % (what, name, ' '.join(str(why).split())))

    def end(self, what, test, why=''):
        took = time.monotonic() - getattr(self, 'began', time.monotonic())
        self.note(what, test, '%.2f %s' % (took, why))

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()
        self.note('start', test)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.end('ok', test)

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.end('ok', test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.end('fail', test, err[1])

    def addError(self, test, err):
        super().addError(test, err)
        self.end('error', test, err[1])

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.end('fail', test, 'unexpected success')

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.end('skip', test, reason)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.end('fail', test, '%s %s' % (subtest, err[1]))


def main(module, patterns):
    from test import support
    from test.support import os_helper

    faulthandler.enable()
    # What libregrtest's -u option would give; nothing that needs the Internet, a sound card or a screen.
    support.use_resources = ['subprocess', 'cpu', 'largefile', 'walltime']
    support.verbose = 1
    slow = float(os.environ.get('CASES_SLOW', '1'))
    for name in ('LOOPBACK_TIMEOUT', 'INTERNET_TIMEOUT', 'SHORT_TIMEOUT', 'LONG_TIMEOUT'):
        setattr(support, name, getattr(support, name) * slow)
    with os_helper.temp_cwd('cases', quiet=True):
        loader = unittest.TestLoader()
        if patterns:
            loader.testNamePatterns = ['*%s*' % p for p in patterns]
        suite = loader.loadTestsFromName('test.' + module)
        unittest.TextTestRunner(sys.stdout, verbosity=2, resultclass=Result).run(suite)
        support.reap_children()
    with open(results, 'a') as out:
        out.write('end\t%s\t\n' % module)


if __name__ == '__main__':
    results = os.path.abspath(sys.argv[1])
    main(sys.argv[2], sys.argv[3:])
