# SPDX-License-Identifier: MIT
# core/test/test.mk - tests and fuzzing of a variant. Included by Makefile, behind core/core.mk.

# A phase's tests lie in its folder, or in test/ there.
TEST_DIRS := core/test $(FOLDERS) $(FOLDERS:%=%/test) $(if $(HERE),phases/test bench/test)
# Tests that know no variant run with the newest only, when neither a toggle is given nor a mode nor another compiler: the
# workbench's own, which are linked with it and not with the allocator, and those of the workloads, the Makefile, the table and the
# sources.
HAKBENCH_TESTS := $(wildcard bench/test/test_hakbench_*)
HOUSE_TESTS := $(wildcard bench/test/test_work_* bench/test/test_make_*) $(addprefix core/test/test_,source_rules.sh includes.sh readme.sh install.sh cmake.sh lto.sh musl.sh dist.sh gdb.sh examples.sh overview.sh) $(addprefix phases/test/test_,make.sh resolve.sh blanks.sh \
    flags.sh revision.sh new_phase.sh)
# QUICK=1: the tests in C of the core, but for the slowest, and the stress tests of the phases.
SLOW_TESTS := $(wildcard core/test/test_*.sh phases/test/test_*.sh) $(filter-out %_stress.c,$(wildcard $(FOLDERS:%=%/test_*))) \
    $(addprefix core/test/test_,core_spare.c core_sweep.c api_churn.c api_enomem.c)
HOUSE_HERE := $(if $(SET),,$(filter native.release.,$(ARCH).$(MODE).$(OTHER_CC)))
ELSEWHERE := $(HAKBENCH_TESTS) $(if $(HOUSE_HERE),,$(HOUSE_TESTS)) $(if $(filter 1,$(QUICK)),$(SLOW_TESTS))
# musl has neither mallinfo nor mallopt, and its pthread_join waits for ever for a thread that ended by a system call. It comes
# without a C++ library. Most scripts preload the library into programs of the system's C library; the others are named here.
ANY_LIBC := $(addprefix core/test/test_,bad_input.sh core_crash.sh fastpath.sh fork_handlers.sh misuse.sh probes.sh tools.sh wrapped.sh)
GLIBC_TESTS := $(if $(GLIBC),,core/test/test_api_info.c core/test/test_core_end.c core/test/prog_api_glibc.c \
    $(filter-out $(ANY_LIBC),$(wildcard $(TEST_DIRS:%=%/test_*.sh))))
TEST_SRCS := $(filter-out $(GLIBC_TESTS) $(ELSEWHERE),$(wildcard $(TEST_DIRS:%=%/test_*.c)))
TEST_BINS := $(patsubst %.c,$(OUT)/test/%,$(notdir $(TEST_SRCS)))
HAKBENCH_HERE := $(if $(HOUSE_HERE),$(HAKBENCH_TESTS))
HAKBENCH_BINS := $(patsubst bench/%.c,out/bench/%,$(filter %.c,$(HAKBENCH_HERE)))
TEST_SCRIPTS := $(if $(HERE),$(filter-out $(GLIBC_TESTS) $(ELSEWHERE),$(wildcard $(TEST_DIRS:%=%/test_*.sh))) $(filter %.sh,$(HAKBENCH_HERE)))
PROG_SRCS := $(if $(HERE),$(filter-out $(GLIBC_TESTS),$(wildcard $(TEST_DIRS:%=%/prog_*.c))))
PROGS := $(patsubst %.c,$(OUT)/test/%,$(notdir $(PROG_SRCS))) $(if $(HERE),$(patsubst bench/test/%.c,out/work/%.so,$(wildcard bench/test/broken_*.c)))
# With TEST=word only what those tests need is built: a test of the allocator's in C needs its own program, a script may need any.
chosen = $(strip $(if $(TEST),$(foreach t,$1,$(if $(findstring $(TEST),$(notdir $t)),$t)),$1))
CHOSEN_OTHERS = $(call chosen,$(HAKBENCH_BINS) $(TEST_SCRIPTS) $(filter $(OUT)/test/test_work_%,$(TEST_BINS)))
TEST_NEEDS = $(call chosen,$(TEST_BINS) $(HAKBENCH_BINS)) $(if $(CHOSEN_OTHERS),$(PROGS) $(STAT) $(addprefix $(OUT)/,$(STATIC)) $(WORKS:%=out/work/%) \
    $(if $(HAKBENCH_HERE),out/bench/hakbench out/bench/trace_record.so out/bench/floor.so))

MISUSE := -Wno-unknown-warning-option -Wno-use-after-free -Wno-free-nonheap-object -Wno-unused-result
CHECK_INCLUDE :=
CHECK_LIBS := $$(pkg-config --libs check 2>/dev/null || echo -lcheck)
ifeq ($(ARCH),arm64)
ARM64_ROOT := out/arm64/usr
CHECK_INCLUDE := -isystem $(ARM64_ROOT)/include
CHECK_LIBS := -L$(ARM64_ROOT)/lib/aarch64-linux-gnu -lcheck_pic -l:libsubunit.a -lrt -lm
RUN_ON := qemu-aarch64 -L /usr/aarch64-linux-gnu
SCALE := 20
else
# libcheck is built for glibc.
ifeq ($(GLIBC),)
CHECK_INCLUDE := -isystem core/test/small
CHECK_LIBS :=
endif
# TSan of gcc 12 dies on kernels that randomise more address bits than it knows.
RUN_ON := $(if $(filter tsan,$(MODE)),setarch -R)
# What tests divide their counts by, where everything is slower.
SCALE := $(subst release,1,$(subst tsan,10,$(subst asan,4,$(subst ubsan,2,$(subst check,10,$(MODE))))))
endif
TEST_ENV = HAK_VARIANT=$(VARIANT) HAK_MODE=$(MODE) HAK_CC=$(call quote,$(lastword $(CC))) HAK_OUT=$(OUT) HAK_LIB=$(call quote,$(CURDIR)/$(OUT)/libhakmem.so) \
    HAK_WORK_DIR=out/work HAK_RUN_ON='$(RUN_ON)' HAK_TOGGLES=$(call quote,$(SET)$(if $(FLAGS_GIVEN), $(FLAGS_GIVEN))) \
    HAK_TEST_SCALE="$${HAK_TEST_SCALE:-$(SCALE)}" CK_TIMEOUT_MULTIPLIER="$${CK_TIMEOUT_MULTIPLIER:-$(if $(SCALE:1=),5,1)}" \
    ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
    TSAN_OPTIONS='halt_on_error=1 die_after_fork=0 $(addprefix suppressions=,$(wildcard core/test/tsan.supp))'

# --- Targets for people ---------------------------------------------------------------------------------------------------
.PHONY: test test-arm64 fuzz run-fuzz
test: lib release-link ## build and run every test of this variant (TEST=word: those named so; QUICK=1: a third of them)
	@$(TEST_ENV) core/test/run $(call quote,$(TEST)) $(TEST_BINS) $(HAKBENCH_BINS) $(TEST_SCRIPTS)
test-arm64: deps-arm64 ; +@$(AGAIN) ARCH=arm64 MODE=$(MODE) TEST=$(call quote,$(TEST)) test ## cross-build and test under qemu
fuzz: ; +@$(AGAIN) CC=clang MODE=fuzz SECONDS=$(call quote,$(SECONDS)) run-fuzz ## random calls against a shadow model (SECONDS=60)

# --- How they are built ---------------------------------------------------------------------------------------------------
define test_rule
$(OUT)/test/$(notdir $(1:.c=)): $(OUT)/obj/$(1:.c=.o) $(OUT)/test/libparts.a
endef
$(foreach t,$(TEST_SRCS),$(eval $(call test_rule,$t)))
# Half of a quick run would be the compiler's time.
ifeq ($(QUICK).$(MODE),1.release)
$(filter-out $(OUT)/obj/%_stress.o,$(TEST_SRCS:%.c=$(OUT)/obj/%.o)): QUICKLY := -O0
endif
$(TEST_BINS):
	$Q$(call say,link $@)$(LINK) $(LDFLAGS) -o $@ $^ $(CHECK_LIBS) -pthread

# Programs that tests start: plain libc, misuse on purpose, nothing optimised away.
define prog_rule
$(OUT)/test/$(notdir $(1:.c=)): $1 $(OUT)/variant.h $(MAKE_PARTS)
	$$Q$$(call say,cc $1)$$(CC) $$(filter-out -M% -Wmissing-prototypes,$$(BASE_FLAGS)) -O1 -fno-builtin $$(MISUSE) -o $$@ $1
endef
$(foreach t,$(PROG_SRCS),$(eval $(call prog_rule,$t)))

run-fuzz: $(OUT)/obj/core/test/fuzz_api.o $(OUT)/test/libparts.a
	$(LINK) -fsanitize=fuzzer $(LDFLAGS) -o $(OUT)/fuzz_api $^ -pthread
	mkdir -p $(OUT)/corpus
	$(OUT)/fuzz_api -max_total_time=$(call quote,$(SECONDS)) -print_final_stats=1 -artifact_prefix=$(OUT)/ $(OUT)/corpus
