# hakmem: builds one variant of the allocator per call, into out/<variant>/. `make help` lists everything.
#
# A variant is a set of toggles (phases/table), a compiler, an architecture and a mode. phases/resolve turns the toggles into a
# name and one answer per seam; $(OUT)/variant.h carries them into the code, and every object depends on it, so that another
# compiler, flag or answer rebuilds. Only variables on the command line of this very make count: what the environment holds, or
# hands in through MAKEFLAGS, cannot change a variant.

MAKEFLAGS += --no-builtin-rules --no-builtin-variables --no-print-directory
MAKEOVERRIDES :=
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
unexport CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH LIBRARY_PATH COMPILER_PATH GCC_EXEC_PREFIX LD_PRELOAD

# --- What may be said on the command line ---------------------------------------------------------------------------------
CC := gcc
MODE := release
ARCH := native
PREFIX := /usr/local
DESTDIR :=
ROUNDS := 5
SECONDS := 60
TEST :=
CMD :=
TRACE :=
V := 0
# Empty here, so that the environment cannot fill them.
CHECK_INCLUDE :=
RUN_ON :=
A :=
B :=
WORK :=
METRIC :=
RIVAL :=
SEED :=
BUDGET :=
RUN :=
MODES := release check asan ubsan tsan fuzz
ARCHES := native arm64
OPTIONS := CC MODE ARCH PREFIX DESTDIR ROUNDS SECONDS TEST WORK V REV E A B GOOD BAD RESUME METRIC RIVAL SEED BUDGET RUN CMD TRACE

# What LD_PRELOAD can hold: where this tree lies, unless that has a blank or a colon; then names are relative.
HERE_OR_NOT := $(if $(or $(findstring :,$(CURDIR)),$(word 2,x$(CURDIR)x)),,$(CURDIR)/)
quote = '$(subst ','\'',$1)'
TOGGLES := $(shell phases/resolve --names)
GIVEN := $(strip $(foreach v,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $v))),$v)))
SMUGGLED := $(shell tr '\0' '\n' </proc/$$PPID/environ 2>/dev/null | sed -nE 's/^(GNU)?MAKEFLAGS=//p' \
    | grep -oE '(^| )[A-Za-z_][A-Za-z_0-9]*[:+?!]*=[^ ]*' | tr '\n' ' ')
UNKNOWN := $(filter-out $(TOGGLES) $(OPTIONS),$(GIVEN))

ifneq ($(filter 3.%,$(MAKE_VERSION)),)
$(error this Makefile needs GNU make 4 or later, this is $(MAKE_VERSION))
else ifneq ($(strip $(SMUGGLED)),)
$(error MAKEFLAGS in the environment sets $(strip $(SMUGGLED)): give variables on the command line of make)
else ifneq ($(findstring e,$(filter-out --%,$(firstword -$(MAKEFLAGS)))),)
$(error make -e lets the environment choose: give variables on the command line of make)
else ifneq ($(UNKNOWN),)
$(error no variable $(firstword $(UNKNOWN)); toggles: $(TOGGLES); others: $(OPTIONS))
else ifneq ($(and $(filter ab,$(MAKECMDGOALS)),$(filter $(TOGGLES),$(GIVEN))),)
$(error $(firstword $(filter $(TOGGLES),$(GIVEN)))= with ab: toggles go into A and B, as in A="PHASE=11" B="PHASE=12")
else ifneq ($(words $(MODE) $(filter $(MODE),$(MODES))),2)
$(error MODE=$(MODE): valid values: $(MODES))
else ifneq ($(words $(ARCH) $(filter $(ARCH),$(ARCHES))),2)
$(error ARCH=$(ARCH): valid values: $(ARCHES))
else ifneq ($(words $(SECONDS))$(shell echo $(call quote,$(SECONDS)) | tr -d 0-9),1)
$(error SECONDS=$(SECONDS): want a whole number)
else ifneq ($(words $(CC)),1)
$(error CC=$(CC): want one word, the name of a compiler such as gcc or clang)
endif

# --- The variant ----------------------------------------------------------------------------------------------------------
SET := $(foreach t,$(filter $(TOGGLES),$(GIVEN)),$(call quote,$t=$($t)))
RESOLVED := $(shell phases/resolve $(SET))
ifeq ($(filter-out error:,$(firstword $(RESOLVED))),)
$(error $(wordlist 2,99,$(RESOLVED)))
endif
FOLDERS := $(shell phases/resolve --folders $(SET))
ifeq ($(ARCH)-$(filter CC,$(GIVEN)),arm64-)
CC := aarch64-linux-gnu-gcc
endif
OTHER_CC := $(filter-out gcc cc aarch64-linux-gnu-gcc,$(notdir $(CC)))
VARIANT := $(firstword $(RESOLVED))$(OTHER_CC:%=.%)$(ARCH:%=.%)$(MODE:%=.%)
VARIANT := $(subst .release,,$(subst .native,,$(VARIANT)))
OUT := out/$(VARIANT)
# MODE=check has its own, stricter answers for some seams.
answer_checked = $(if $(wildcard $(lastword $(subst =, ,$(subst /seam/plain/,/check/,$1))).h),$(subst /seam/plain/,/check/,$1),$1)
SEAMS := $(wordlist 2,99,$(RESOLVED))
ifeq ($(MODE),check)
SEAMS := $(foreach s,$(SEAMS),$(call answer_checked,$s))
endif

# --- Flags ----------------------------------------------------------------------------------------------------------------
FLAGS_release := -O3
FLAGS_check := -O2
FLAGS_asan := -O1 -fno-omit-frame-pointer -fsanitize=address
FLAGS_ubsan := -O1 -fno-omit-frame-pointer -fsanitize=undefined -fno-sanitize-recover=all
FLAGS_tsan := -O1 -fno-omit-frame-pointer -fsanitize=thread
FLAGS_fuzz := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -fsanitize=fuzzer-no-link
MODE_FLAGS := $(FLAGS_$(MODE)) $(if $(filter arm64.%clang%,$(ARCH).$(OTHER_CC)),--target=aarch64-linux-gnu)
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
NO_BUILTIN := $(addprefix -fno-builtin-,malloc calloc realloc free aligned_alloc memalign posix_memalign valloc reallocarray)
# Debug data of version 4: valgrind 3.19 cannot read what clang writes as version 5.
BASE_FLAGS := -std=gnu2x -gdwarf-4 -pthread -fexceptions -I. -MMD -MP -ffile-prefix-map="$$PWD"=. $(WARN)
LIB_FLAGS := $(MODE_FLAGS) -fPIC -fvisibility=hidden -fno-semantic-interposition -ftls-model=initial-exec -fno-plt $(NO_BUILTIN)
SO_FLAGS := -shared -Wl,-soname,libhakmem.so -Wl,-z,initfirst -Wl,-z,now -Wl,-z,relro -Wl,-z,defs -Wl,-z,nodelete -Wl,--as-needed \
    -Wl,--version-script=core/exports.map
# The instrument is one: workloads and runner are built once, by one compiler, whatever the variant.
HOST_CC := gcc
HOST_FLAGS := -O2 -fPIE $(NO_BUILTIN)

# --- Sources and products -------------------------------------------------------------------------------------------------
# override.c includes alloc.c and api.c, info_override.c includes info.c, and add the plain names; the embedded library has the
# hak_ names only (embed.c includes the same two).
PARTS := core/api/alloc.c core/api/api.c core/heap/start_static.c
API := core/api/embed.c core/api/info.c
OVERRIDE := core/api/override.c core/api/info_override.c
# core/api/cxx.c is compiled once for each C++ operator; the nothrow operators new are in the shared library only.
NOTHROW := _ZnwmRKSt9nothrow_t _ZnamRKSt9nothrow_t _ZnwmSt11align_val_tRKSt9nothrow_t _ZnamSt11align_val_tRKSt9nothrow_t
OPERATORS := _Znwm _Znam _ZnwmSt11align_val_t _ZnamSt11align_val_t $(foreach d,_ZdlPv _ZdaPv,$d $dm $dRKSt9nothrow_t \
    $dSt11align_val_t $dmSt11align_val_t $dSt11align_val_tRKSt9nothrow_t)
# A phase is its answers and whatever else its folder holds (a value toggle: its answers only).
PHASE_SRCS := $(foreach f,$(filter-out %/mincore-fix,$(FOLDERS)),$(filter-out $f/test_% $f/prog_%,$(wildcard $f/*.c)))
COMMON := $(sort $(filter-out $(PARTS) $(API) $(OVERRIDE) core/api/cxx%,$(wildcard core/low/*.c core/heap/*.c core/api/*.c)) $(PHASE_SRCS) \
    $(foreach s,$(SEAMS),$(wildcard $(lastword $(subst =, ,$s)).c)))
LIB_OBJS := $(patsubst %.c,$(OUT)/obj/%.o,$(COMMON) $(wildcard $(OVERRIDE))) $(OPERATORS:%=$(OUT)/obj/core/api/cxx/%.o)
SO_OBJS := $(LIB_OBJS) $(NOTHROW:%=$(OUT)/obj/core/api/cxx/%.o) $(OUT)/obj/core/api/cxx_next.o $(OUT)/obj/core/api/cxx_retry.o
A_OBJS := $(LIB_OBJS) $(OUT)/obj/core/api/cxx_retry_static.o
EMBED_OBJS := $(patsubst %.c,$(OUT)/obj/%.o,$(COMMON) $(wildcard $(API)))
# The sanitizers replace malloc themselves, so there is nothing to preload; programs for this machine are not for another.
HERE := $(filter native.release native.check,$(ARCH).$(MODE))
WORKS := $(if $(HERE),$(basename $(notdir $(wildcard bench/work/*.c))))
STATIC := $(WORKS:%=bench_%_hakmem) $(WORKS:%=%_hakmem)
LIBS := $(if $(filter release check,$(MODE)),$(OUT)/libhakmem.so $(OUT)/libhakmem.a) $(OUT)/libhakmem-embed.a
TEST_DIRS := core/test $(FOLDERS) $(if $(HERE),phases/test bench/test)
# Tests that know no variant run with the newest only, when no toggle is given: the workbench's own, which are linked with it
# and not with the allocator, and those of the workloads, the Makefile, the table and the sources.
HAKBENCH_TESTS := $(wildcard bench/test/test_hakbench_*)
HOUSE_TESTS := $(wildcard bench/test/test_work_*) core/test/test_source_rules.sh phases/test/test_make.sh phases/test/test_resolve.sh \
    phases/test/test_blanks.sh
ELSEWHERE := $(HAKBENCH_TESTS) $(if $(SET),$(HOUSE_TESTS))
TEST_SRCS := $(filter-out $(ELSEWHERE),$(wildcard $(TEST_DIRS:%=%/test_*.c)))
TEST_BINS := $(patsubst %.c,$(OUT)/test/%,$(notdir $(TEST_SRCS)))
HAKBENCH_HERE := $(if $(filter native.release.,$(ARCH).$(MODE).$(OTHER_CC)),$(if $(SET),,$(HAKBENCH_TESTS)))
HAKBENCH_BINS := $(patsubst bench/%.c,out/bench/%,$(filter %.c,$(HAKBENCH_HERE)))
TEST_SCRIPTS := $(if $(HERE),$(filter-out $(ELSEWHERE),$(wildcard $(TEST_DIRS:%=%/test_*.sh))) $(filter %.sh,$(HAKBENCH_HERE)))
PROG_SRCS := $(if $(HERE),$(wildcard $(TEST_DIRS:%=%/prog_*.c)))
PROGS := $(patsubst %.c,$(OUT)/test/%,$(notdir $(PROG_SRCS))) $(if $(HERE),$(patsubst bench/test/%.c,out/work/%.so,$(wildcard bench/test/broken_*.c)))
TEST_NEEDS := $(TEST_BINS) $(HAKBENCH_BINS) $(if $(HAKBENCH_HERE),out/bench/hakbench out/bench/trace_record.so out/bench/floor.so) $(PROGS) $(addprefix $(OUT)/,$(STATIC)) $(WORKS:%=out/work/%)
# With `make deps bench` nothing is compiled before deps is done.
FIRST := $(filter deps deps-%,$(MAKECMDGOALS))
Q := $(if $(filter 1,$V),,@)
say = $(if $Q,echo "  $(VARIANT): $1" >&2; )
AGAIN := $(MAKE) $(SET)

# --- Targets for people: the text after ## is what `make help` prints -------------------------------------------------------
.PHONY: all lib test bench ab noise attribution bisect bisect-toggles drift experiment experiments gates report plots trace fuzz matrix test-arm64 help deps deps-ci deps-rivals deps-programs deps-arm64 print-lib print-variant install uninstall clean
.PHONY: $(STATIC) run-fuzz release-link FORCE

all: lib $(WORKS:%=out/work/%) $(if $(HERE),out/bench/trace_record.so) $(addprefix $(OUT)/,$(STATIC)) release-link ## the libraries, workloads and bench programs of this variant
deps: ; @bench/deps build ## install what bench and test need, where missing
deps-ci: ; @bench/deps build ci ## the same and what .ci/run needs (clang, real programs to preload)
deps-rivals: ; @bench/deps rivals ## install the rivals that bench compares with
deps-programs: ; @bench/deps programs ## install the real programs of E=programs
deps-arm64: ; @bench/deps build arm64 ## install what test-arm64 needs

# What commands of hakbench are told: the toggles, and each option that was given; WORK and RIVAL may list several, with commas.
COMMA := ,
TOLD = $(SET) $(foreach t,CC MODE,$(if $(filter $t,$(GIVEN)),$(call quote,$t=$($t))))
tell = $(if $(filter $1,$(GIVEN)),$2 $(subst $(COMMA),' $2 ',$(call quote,$($1))))
MEASURE = $(call tell,WORK,--workload) $(call tell,ROUNDS,--repeat) $(call tell,SEED,--seed) $(call tell,BUDGET,--budget)

bench: all out/bench/hakbench ## measure this variant, glibc, the rivals and the recorded baselines; RUN=n goes on with a run
	@out/bench/hakbench run $(if $(RUN),$(call tell,RUN,--resume),$(TOLD)) $(MEASURE) $(call tell,RIVAL,--rival)
ab: out/bench/hakbench $(WORKS:%=out/work/%) ## two variants, one verdict: A="PHASE=11" B="PHASE=12" (WORK= METRIC=)
	@out/bench/hakbench ab $(MEASURE) $(call tell,METRIC,--metric) $(foreach v,A B,$(if $(filter $v,$(GIVEN)),$(call quote,$($v))))
noise: all out/bench/hakbench ## how far identical binaries lie apart here, and how often verdicts are false: simulated and measured (WORK=)
	@out/bench/hakbench noise --simulate $(call tell,SEED,--seed) && \
	    out/bench/hakbench noise $(MEASURE) $(TOLD)
WORKBENCH := out/bench/hakbench out/bench/floor.so $(WORKS:%=out/work/%)
give = $(if $(filter $1,$(GIVEN)),$2$(call quote,$($1)))
NAMED = $(foreach e,$(E),$(call quote,$e))
AGAIN_OR_MORE = $(call give,ROUNDS,--repeat=) $(call tell,RIVAL,--rival) $(if $(RESUME),--resume)
experiment: $(WORKBENCH) ## measure an experiment, judge its gates, write its report: E=12-shared-pool (ROUNDS=, RESUME=1 goes on)
	@out/bench/hakbench experiment $(AGAIN_OR_MORE) $(NAMED)
experiments: $(WORKBENCH) ## every experiment, about two hours, with a summary (ROUNDS=)
	@out/bench/hakbench experiment $(AGAIN_OR_MORE) --all
gates: $(WORKBENCH) ## the experiments of the phases: what each must show, held or missed (ROUNDS=)
	@out/bench/hakbench experiment $(AGAIN_OR_MORE) $(basename $(notdir $(wildcard experiments/[0-9]*.yaml))) mincore
report: $(WORKBENCH) ## the report of an experiment's newest samples, measuring nothing: E=12-shared-pool (RUN=n)
	@out/bench/hakbench report $(call give,RUN,--run=) $(NAMED)
plots: $(WORKBENCH) ## reports and plots of every experiment that has samples
	@out/bench/hakbench report --all
attribution: $(WORKBENCH) ## what each toggle contributes from PHASE=0, or A="PHASE=9", to this variant (WORK= METRIC= ROUNDS=)
	@out/bench/hakbench attribution $(call give,A,--base=) $(if $(SET),--toggles="$$(echo $(SET))") $(MEASURE) $(call give,METRIC,--metric=)
bisect-toggles: $(WORKBENCH) ## the toggle or pair that makes the difference: GOOD="PHASE=12" BAD="PHASE=11 MINCORE=always" (WORK= METRIC=)
	@out/bench/hakbench bisect-toggles $(call give,GOOD,--good=) $(call give,BAD,--bad=) $(call give,WORK,--workload=) $(call give,METRIC,--metric=)
bisect: $(WORKBENCH) ## the commit that made it worse: GOOD=rev BAD=rev (toggles, WORK= METRIC=, METRIC=exit; RESUME=1 goes on)
	@bench/bisect $(foreach o,GOOD BAD WORK METRIC,$(call give,$o,$o=)) $(if $(RESUME),--resume) $(SET)
drift: ; @bench/drift $(call quote,$(REV)) $(call quote,$(CC)) ## which recorded variants' object code changed since REV=rev

$(STATIC): %: $(OUT)/% release-link ## <work>_hakmem, bench_<work>_hakmem: a workload linked with this variant, in out/release

test: lib $(TEST_NEEDS) release-link ## build and run every test of this variant (TEST=word: those named so)
	@$(TEST_ENV) core/test/run $(call quote,$(TEST)) $(TEST_BINS) $(HAKBENCH_BINS) $(TEST_SCRIPTS)

trace: out/bench/trace_record.so ## record what a program asks of malloc: CMD="program arguments" TRACE=file
	@[ -n $(call quote,$(CMD)) ] && [ -n $(call quote,$(TRACE)) ] || { echo 'hakmem: want CMD="program arguments" and TRACE=file' >&2; exit 2; }
	@HAKTRACE_FILE=$(call quote,$(TRACE)) LD_PRELOAD=$(call quote,$(HERE_OR_NOT)out/bench/trace_record.so) $(CMD)

matrix: ; @phases/matrix ## build and test every combination that the table promises
test-arm64: deps-arm64 ; +@$(AGAIN) ARCH=arm64 MODE=$(MODE) TEST=$(call quote,$(TEST)) test ## cross-build and test under qemu
fuzz: ; +@$(AGAIN) CC=clang MODE=fuzz SECONDS=$(call quote,$(SECONDS)) run-fuzz ## random calls against a shadow model (SECONDS=60)
print-variant: ; @echo $(VARIANT) ## the canonical name of this variant
print-lib: lib ; @printf '%s\n' $(call quote,$(CURDIR)/$(OUT)/libhakmem.so) ## build this variant's shared library, print its path
clean: ; rm -rf out ## remove everything that was built

# What may hold a blank or a quote is one word of the shell; what stands below it is named there.
INTO := into=$(call quote,$(DESTDIR)$(PREFIX));
install: lib ## the library, header and pkg-config file below DESTDIR/PREFIX
	@$(INTO) install -d "$$into/lib/pkgconfig" "$$into/include" && \
	    install -m 755 $(OUT)/libhakmem.so "$$into/lib/" && install -m 644 $(OUT)/libhakmem.a "$$into/lib/" && \
	    install -m 644 core/hakmem.h "$$into/include/" && \
	    printf '%s\n' prefix=$(call quote,$(PREFIX)) 'Name: hakmem' 'Description: malloc replacement, variant $(VARIANT)' \
	        'Version: 0.1' 'Libs: -L"$${prefix}/lib" -lhakmem' 'Libs.private: -pthread' 'Cflags: -I"$${prefix}/include"' \
	        >"$$into/lib/pkgconfig/hakmem.pc" && echo "installed $(VARIANT) below $$into"

uninstall: ## remove what install put there
	@$(INTO) rm -f "$$into/lib/libhakmem.so" "$$into/lib/libhakmem.a" "$$into/lib/pkgconfig/hakmem.pc" "$$into/include/hakmem.h"

help: ## this text
	@echo 'make [TOGGLE=value]... [OPTION=value]... target...'; echo 'targets:'
	@sed -nE 's/^([a-z$$][^:]*):.* ## (.*)/\1\t\2/p' Makefile | sed 's/^.(STATIC)/*_hakmem/' | awk -F '\t' '{printf "  %-14s %s\n", $$1, $$2}'
	@echo 'toggles (command line only):'; phases/resolve --list
	@echo 'options:'; echo '  MODE      $(MODES)'; echo '  CC        gcc, clang, or any compiler that takes their flags'
	@echo '  ARCH      $(ARCHES)'; echo '  WORK METRIC ROUNDS SEED BUDGET RIVAL RUN RESUME E A B GOOD BAD REV (measuring)'; echo '  PREFIX DESTDIR SECONDS TEST CMD TRACE V=1 (show commands)'
	@echo 'workloads: $(WORKS)'

# --- How things are built -------------------------------------------------------------------------------------------------
lib: $(LIBS)

# out/release names the release build that a person made last.
release-link: lib
	$(if $(filter native.release,$(ARCH).$(MODE)),@ln -sfn $(VARIANT) out/release,@:)

FORCE:
define VARIANT_H
/* $(VARIANT): written by make, replaced only when it changes. */
#define HAK_VARIANT "$(VARIANT)"
#define HAK_BUILD "@CC@ $(LIB_FLAGS) $(filter-out -ffile-prefix-map=% -M% -W% -I%,$(BASE_FLAGS))"
#define HAK_CHECK_LEVEL $(if $(filter check,$(MODE)),2,0)
endef
export VARIANT_H
$(OUT)/variant.h: FORCE | $(FIRST)
	@command -v $(CC) >/dev/null || { echo "hakmem: no compiler $(CC) here; try: make deps" >&2; exit 1; }
	@mkdir -p $(OUT)/test
	@{ printf '%s\n' "$$VARIANT_H" | sed "s|@CC@|$$($(CC) --version | head -n 1)|"; for seam in $(SEAMS); do \
	    printf '#define HAK_SEAM_%s "%s.h"\n' "$${seam%%=*}" "$${seam#*=}"; done; } >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(OUT)/obj/%.o: %.c $(OUT)/variant.h Makefile
	@mkdir -p $(@D)
	$Q$(call say,cc $<)$(CC) $(BASE_FLAGS) $(LIB_FLAGS) -I$(OUT) $(CHECK_INCLUDE) -c -o $@ $<

$(OUT)/obj/core/api/cxx/%.o: core/api/cxx.c $(OUT)/variant.h Makefile
	@mkdir -p $(@D)
	$Q$(call say,cc $< $*)$(CC) $(BASE_FLAGS) $(LIB_FLAGS) -I$(OUT) -DCXX_OPERATOR=$* -c -o $@ $<

$(OUT)/libhakmem.so: $(SO_OBJS)
	$Q$(call say,link $@)$(CC) $(MODE_FLAGS) $(SO_FLAGS) -o $@ $^ -pthread
$(OUT)/libhakmem.a: $(patsubst %/start.o,%/start_static.o,$(A_OBJS))
$(OUT)/libhakmem-embed.a: $(EMBED_OBJS)
$(OUT)/%.a:
	$Q$(call say,archive $@)rm -f $@; ar rcs $@ $^

out/work/%.o: bench/work/%.c Makefile | $(FIRST)
	@mkdir -p $(@D)
	$Q$(call say,cc $<)$(HOST_CC) $(BASE_FLAGS) $(HOST_FLAGS) -c -o $@ $<
out/work/%: out/work/%.o
	$Q$(HOST_CC) -pie -o $@ $< -pthread -lm
# The recorder of traces (bench/trace/README.md): preloaded, so its thread-local variables must not need malloc.
out/bench/trace_record.so: $(wildcard bench/trace/*.[ch]) Makefile | $(FIRST)
	@mkdir -p $(@D)
	$Q$(call say,link $@)$(HOST_CC) $(filter-out -M%,$(BASE_FLAGS)) -D_GNU_SOURCE -O2 -fPIC -fvisibility=hidden -ftls-model=initial-exec \
	    $(NO_BUILTIN) -shared -Wl,-z,defs -o $@ $(filter %.c,$^) -pthread
# Preloaded as a rival: what the loops of random_mixed cost when the allocator costs next to nothing.
out/bench/floor.so: bench/floor/floor.c Makefile | $(FIRST)
	@mkdir -p $(@D)
	$Q$(call say,link $@)$(HOST_CC) $(filter-out -M%,$(BASE_FLAGS)) -O2 -fPIC -fno-semantic-interposition $(NO_BUILTIN) -shared -o $@ $<
# The workbench: one program; everything but its main is a library too, which its tests link.
HAKBENCH_LIBS := sqlite3 gsl libcyaml
out/bench/obj/%.o: bench/%.c Makefile | $(FIRST)
	@pkg-config --exists $(HAKBENCH_LIBS) || { echo "hakmem: $(HAKBENCH_LIBS) (development files): not all here; try: make deps" >&2; exit 1; }
	@mkdir -p $(@D)
	$Q$(call say,cc $<)$(HOST_CC) $(BASE_FLAGS) -D_GNU_SOURCE -DGSL_DISABLE_DEPRECATED -O2 $$(pkg-config --cflags $(HAKBENCH_LIBS)) -c -o $@ $<
out/bench/libhakbench.a: $(patsubst bench/%.c,out/bench/obj/%.o,$(filter-out bench/hakbench.c bench/crash_on.c,$(wildcard bench/*.c)))
	$Q$(call say,archive $@)rm -f $@; ar rcs $@ $^
out/bench/hakbench: out/bench/obj/hakbench.o out/bench/libhakbench.a
	$Q$(call say,link $@)$(HOST_CC) -o $@ $^ $$(pkg-config --libs $(HAKBENCH_LIBS)) -pthread -lm
out/bench/test/%: out/bench/obj/test/%.o out/bench/libhakbench.a
	@mkdir -p $(@D)
	$Q$(call say,link $@)$(HOST_CC) -o $@ $^ $$(pkg-config --libs $(HAKBENCH_LIBS) check) -pthread -lm
$(addprefix $(OUT)/,$(WORKS:%=bench_%_hakmem)): $(OUT)/bench_%_hakmem: out/work/%.o $(OUT)/obj/bench/crash_on.o $(OUT)/libhakmem.a
	$Q$(HOST_CC) -pie -o $@ $(filter %.o,$^) -Wl,--whole-archive $(OUT)/libhakmem.a -Wl,--no-whole-archive -pthread -lm
$(addprefix $(OUT)/,$(WORKS:%=%_hakmem)): $(OUT)/%_hakmem: $(OUT)/bench_%_hakmem
	$Qln -f $< $@
%_hakmem: ; @echo "hakmem: no workload for $@; workloads: $(WORKS)" >&2; exit 1

# --- Tests ----------------------------------------------------------------------------------------------------------------
MISUSE := -Wno-unknown-warning-option -Wno-use-after-free -Wno-free-nonheap-object -Wno-unused-result
CHECK_LIBS := $$(pkg-config --libs check 2>/dev/null || echo -lcheck)
ifeq ($(ARCH),arm64)
ARM64_ROOT := out/arm64/usr
CHECK_INCLUDE := -isystem $(ARM64_ROOT)/include
CHECK_LIBS := -L$(ARM64_ROOT)/lib/aarch64-linux-gnu -lcheck_pic -l:libsubunit.a -lrt -lm
RUN_ON := qemu-aarch64 -L /usr/aarch64-linux-gnu
SCALE := 20
else
# TSan of gcc 12 dies on kernels that randomise more address bits than it knows.
RUN_ON := $(if $(filter tsan,$(MODE)),setarch -R)
# What tests divide their counts by, where everything is slower.
SCALE := $(subst release,1,$(subst tsan,10,$(subst asan,4,$(subst ubsan,2,$(subst check,4,$(MODE))))))
endif
TEST_ENV = HAK_VARIANT=$(VARIANT) HAK_MODE=$(MODE) HAK_CC=$(call quote,$(CC)) HAK_OUT=$(OUT) HAK_LIB=$(call quote,$(CURDIR)/$(OUT)/libhakmem.so) \
    HAK_WORK_DIR=out/work HAK_RUN_ON='$(RUN_ON)' HAK_TOGGLES=$(call quote,$(SET)) \
    HAK_TEST_SCALE="$${HAK_TEST_SCALE:-$(SCALE)}" CK_TIMEOUT_MULTIPLIER="$${CK_TIMEOUT_MULTIPLIER:-$(if $(SCALE:1=),5,1)}" \
    ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
    TSAN_OPTIONS='halt_on_error=1 die_after_fork=0 $(addprefix suppressions=,$(wildcard core/test/tsan.supp))'

define test_rule
$(OUT)/test/$(notdir $(1:.c=)): $(OUT)/obj/$(1:.c=.o) $(OUT)/libhakmem-embed.a
endef
$(foreach t,$(TEST_SRCS),$(eval $(call test_rule,$t)))
$(TEST_BINS):
	$Q$(call say,link $@)$(CC) $(MODE_FLAGS) -o $@ $^ $(CHECK_LIBS) -pthread

# Programs that tests start: plain libc, misuse on purpose, nothing optimised away.
define prog_rule
$(OUT)/test/$(notdir $(1:.c=)): $1 $(OUT)/variant.h Makefile
	$$Q$$(call say,cc $1)$$(CC) $$(filter-out -M% -Wmissing-prototypes,$$(BASE_FLAGS)) -O1 -fno-builtin $$(MISUSE) -o $$@ $1
endef
$(foreach t,$(PROG_SRCS),$(eval $(call prog_rule,$t)))
out/work/%.so: bench/test/%.c Makefile
	@mkdir -p $(@D)
	$Q$(call say,cc $<)$(HOST_CC) $(filter-out -M%,$(BASE_FLAGS)) $(HOST_FLAGS) -fPIC -shared -o $@ $<

run-fuzz: $(OUT)/obj/core/test/fuzz_api.o $(OUT)/libhakmem-embed.a
	$(CC) $(MODE_FLAGS) -fsanitize=fuzzer -o $(OUT)/fuzz_api $^ -pthread
	mkdir -p $(OUT)/corpus
	$(OUT)/fuzz_api -max_total_time=$(call quote,$(SECONDS)) -print_final_stats=1 -artifact_prefix=$(OUT)/ $(OUT)/corpus

Makefile: ;
%.d: ;
.DEFAULT: ; @echo "hakmem: no target $@; see: make help" >&2; exit 1
-include $(wildcard out/work/*.d out/bench/obj/*.d out/bench/obj/test/*.d $(OUT)/obj/*/*.d $(OUT)/obj/*/*/*.d)
