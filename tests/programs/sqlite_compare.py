# What sqlite.long.test makes of two directories of results: the first line says how many cases pass natively,
# how many of those in hearth, and how many are known not to; then a line for each file and for each difference.
#
#   sqlite_compare.py NATIVE GUEST KNOWN
#
# A case is a line "NAME... Ok". Many have the same name (a loop), so they are counted by name. Names that
# show a random number or a time differ from run to run: if a file has as many cases on both sides and no
# failure of its own, all of them count.
import collections, os, re, sys

native_dir, guest_dir, known_file = sys.argv[1:]
known = {line.split()[0] for line in open(known_file) if line.strip() and line[0] != '#'}
case_line = re.compile(r'^(\S.*?)\.\.\. Ok$')
failure = re.compile(r'^! (\S+) expected: ')

def read(path):
    passed, failed, total, status = collections.Counter(), collections.Counter(), None, None
    if os.path.exists(path):
        for line in open(path, errors='replace'):
            if m := case_line.match(line.rstrip('\n')):
                passed[m[1]] += 1
            elif m := failure.match(line):
                failed[m[1]] += 1
            elif m := re.match(r'(\d+) errors out of (\d+) tests', line):
                total = int(m[2])
            elif m := re.match(r'status (\d+) seconds (\d+)', line):
                status = m[1], m[2]
    return passed, failed, total, status

wanted = good = excused = 0
lines = []
for name in sorted(os.listdir(native_dir)):
    want, want_failed, want_total, _ = read(os.path.join(native_dir, name))
    got, got_failed, got_total, status = read(os.path.join(guest_dir, name))
    if want_total is None:          # natively it does not come to its end: nothing to compare with
        lines.append(f'# {name}: no end natively; status {status} in hearth')
        continue
    all_here, new = sum(want.values()), got_failed - want_failed
    if got_total == want_total and not new:
        here = all_here
    else:
        here = sum((want & got).values())
    wanted += all_here
    good += here
    if here == all_here and not new:
        continue
    why = f'{here} of {all_here}, total {got_total} natively {want_total}, status {status}, fail: {" ".join(sorted(new)[:20])}'
    if name in known:
        excused += all_here - here
        lines.append(f'# {name}: known: {why}')
    else:
        lines.append(f'NEW {name}: {why}')
print(wanted, good, excused)
print('\n'.join(lines))
