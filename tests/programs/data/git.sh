# What tests/programs/git.test does with git, on the host and inside: everything it prints is
# the same wherever it runs (dates, names and identities are fixed).
export HOME=$1/home GIT_EDITOR=true GIT_CONFIG_NOSYSTEM=1 LC_ALL=C TZ=UTC0 TERM=dumb
export GIT_AUTHOR_DATE='2024-01-01T00:00:00Z' GIT_COMMITTER_DATE='2024-01-01T00:00:00Z'
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@b
mkdir -p "$1/home" && cd "$1" || exit 1
git config --global init.defaultBranch main
git config --global gc.auto 0

echo "== init, add, commit, log"
git init -q r && cd r || exit 1
for i in 1 2 3 4 5; do
	for j in 1 2 3 4 5 6; do echo "line $i $j" >> f$j; done
	git add . && git commit -qm "c$i"
done
git log --format='%H %s'
ln -s f1 link; chmod 755 f2; mkdir -p a/b; echo deep > a/b/c
git status --short; git add -A; git commit -qm modes; git ls-tree -r HEAD

echo "== gc, fsck"
git gc --quiet; git count-objects -v | grep -v '^size'; git fsck --full --strict 2>&1

echo "== clone over a local path, push, merge"
git clone -q "$1/r" "$1/r2"; git clone -q --no-local "$1/r" "$1/r3"; git clone -q --bare "$1/r" "$1/bare.git"
cd "$1/r2" && echo x >> f1 && git diff && git commit -qam y && git push -q origin HEAD:refs/heads/y
cd "$1/r" && git checkout -q -b side HEAD~1 && echo s > s && git add s && git commit -qm side
git merge -q -m merged y 2>&1; git log --graph --format=%s; git checkout -q main; git merge -q side; git rev-parse HEAD
git -C "$1/r3" pull -q; git -C "$1/r3" rev-parse HEAD; git -C "$1/r3" rev-parse origin/y

echo "== history is rewritten, searched and read"
git -C "$1/r2" rebase -q --root --exec true 2>/dev/null; git -C "$1/r2" rev-parse HEAD
git blame -s f3; git grep line.5.5; git tag -am t v; git describe; git archive HEAD | tar t
git bisect start -q HEAD~1 HEAD~5 > /dev/null 2>&1; git bisect run sh -c 'test $(wc -l < f1) -lt 4' > /dev/null 2>&1
git show -s --format='%s' refs/bisect/bad; git bisect reset > /dev/null 2>&1
git worktree add -q "$1/wt" HEAD~2 2>/dev/null; git worktree list | wc -l; git stash list; echo z > f4; git stash -q; git stash list
git format-patch -1 --stdout v~1 | git apply --stat; git cherry-pick y > /dev/null 2>&1; git status --short; git cherry-pick --abort 2>/dev/null
git bundle create -q "$1/b" main && git bundle verify -q "$1/b" && git ls-remote "$1/b"
git mv f1 g1 2>&1; git rm -q f2; git status -s; git reset -q --hard; git clean -n
git repack -adfq --threads=2; git rev-list --objects --all | sort | git hash-object --stdin; git fsck --full 2>&1

echo "== errors"
git clone -q /nonexistent "$1/no" 2>&1; echo "rc $?"
(umask 077; mkdir "$1/ro"; cd "$1/ro"; git init -q; git commit -qm empty 2>&1; echo "rc $?")
touch .git/index.lock; git add . 2>&1 | head -n 1; rm .git/index.lock
echo broken > .git/refs/heads/bad; git log bad 2>&1; rm .git/refs/heads/bad; git status --short; echo "rc $?"
