# hearth's front door. Meson and ninja do the work, in $(BUILD).
#
#   make          build build/hearth
#   make run      install what is needed, build, run the demonstration
#   make test     install what the tests need, build, run them all
#   make help     the rest

BUILD  ?= build
PREFIX ?= /usr/local
# Arguments for the programs behind the targets: make test T='--filter exec'
T ?=
FUZZ_SECONDS ?= 60
SAN_CC ?= $(if $(shell command -v clang),clang,gcc)

MESON_FLAGS ?=
export HEARTH_BUILD = $(abspath $(BUILD))

.PHONY: all run test test-long test-jit bench install asan tsan test-asan test-tsan fuzz \
	check deps docs clean help

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	@tools/install-deps --check build
	meson setup $(BUILD) --prefix=$(PREFIX) $(MESON_FLAGS)

deps:
	@tools/install-deps build

run:
	@tools/install-deps build
	@$(MAKE) --no-print-directory all
	@tools/demo $(BUILD)

test test-long:
	@tools/install-deps test
	@$(MAKE) --no-print-directory all
	@HEARTH_SOURCE="$(CURDIR)" tests/prepare
	@tests/run --build $(BUILD) $(if $(filter test-long,$@),--long) $(T)

# The scripts again in every way of translating, on 1, 2 and 4 harts. What runs no guest is left out.
JIT_WAYS ?= off quick full full,threshold=1 full,threshold=1,cache=64K
JIT_HARTS ?= 1 2 4
test-jit:
	@tools/install-deps test
	@$(MAKE) --no-print-directory all
	@HEARTH_SOURCE="$(CURDIR)" tests/prepare
	@failed=; for harts in $(JIT_HARTS); do for way in $(JIT_WAYS); do \
		echo "==== --jit $$way --harts $$harts"; \
		tests/run --build $(BUILD) --jit $$way --harts $$harts --slow 4 \
			--filter '^(?!unit|checks|isa|tools)' $(T) || failed="$$failed $$way:$$harts"; \
	done; done; [ -z "$$failed" ] || { echo "failed:$$failed"; exit 1; }

check: all
	@tests/run --build $(BUILD) --filter '^(unit|checks)/' $(T)

bench:
	@tools/install-deps test
	@$(MAKE) --no-print-directory all
	@bench/run --build $(BUILD) $(T)

# The pages that are made from tables; tests check that they are current.
docs: all
	$(BUILD)/tests/isa/gen-insn-doc > docs/instructions.md
	$(BUILD)/tests/sys/gen-syscall-doc > docs/syscalls.md

install: all
	@meson configure $(BUILD) --prefix=$(PREFIX) && ninja -C $(BUILD)
	DESTDIR=$(DESTDIR) meson install -C $(BUILD) --no-rebuild

# Sanitizers have their own build directories; test-asan and test-tsan run the
# whole suite on them. b_lundef: clang's run time is linked into programs only.
asan tsan:
	@test -f $(BUILD)-$@/build.ninja || CC=$(SAN_CC) meson setup $(BUILD)-$@ -Db_lundef=false \
		-Db_sanitize=$(if $(filter asan,$@),address$(comma)undefined,thread)
	@ninja -C $(BUILD)-$@
comma := ,

test-asan test-tsan:
	@tools/install-deps test
	@$(MAKE) --no-print-directory $(@:test-%=%)
	@HEARTH_SOURCE="$(CURDIR)" tests/prepare
	@tests/run --build $(BUILD)-$(@:test-%=%) --slow 4 $(T)

fuzz:
	@tools/install-deps dev
	@test -f $(BUILD)-fuzz/build.ninja || CC=clang meson setup $(BUILD)-fuzz -Dfuzz=true \
		-Db_lundef=false -Db_sanitize=address,undefined
	@ninja -C $(BUILD)-fuzz fuzzers
	@tools/fuzz $(BUILD)-fuzz $(FUZZ_SECONDS) $(T)

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-tsan $(BUILD)-fuzz

help:
	@echo 'make               build $(BUILD)/hearth'
	@echo 'make run           install what is needed, build, run the demonstration'
	@echo 'make test          install what the tests need, build, run all tests'
	@echo "                   (T='--filter exec' for some of them)"
	@echo 'make test-long     the tests that take longer, too'
	@echo 'make test-jit      the suite in every way of translating'
	@echo 'make check         only unit tests and source checks'
	@echo 'make bench         speed, side by side with qemu-riscv64 and native'
	@echo 'make install       into PREFIX ($(PREFIX)), below DESTDIR if given'
	@echo 'make asan tsan     build with ASan+UBSan, TSan; test-asan test-tsan run the tests'
	@echo 'make fuzz          the fuzzers, FUZZ_SECONDS ($(FUZZ_SECONDS)) each'
	@echo 'make deps          install what building needs, and no more'
	@echo 'make docs          make docs/instructions.md and docs/syscalls.md anew, from the tables'
	@echo 'make clean         remove the build directories'
