# SPDX-License-Identifier: MIT
# bench/bench.mk - the workloads, the workbench, and the targets that measure. Included by Makefile, behind what says what is
# measured: core/core.mk, or phases/revision.mk.

# The instrument is one: workloads and runner are built once, by one compiler, whatever the variant.
HOST_CC := gcc
HOST_FLAGS := -O2 -fPIE $(NO_BUILTIN)
host_say = $(if $Q,echo "  workbench: $1" >&2; )

# LD_PRELOAD names the recorder by where this tree lies, unless that has a blank or a colon; then by a relative name.
HERE_OR_NOT := $(if $(or $(findstring :,$(CURDIR)),$(word 2,x$(CURDIR)x)),,$(CURDIR)/)
WORKS := $(if $(HERE),$(WORKLOADS))

# --- Targets for people ---------------------------------------------------------------------------------------------------
.PHONY: chart hakbench bench ab noise aa planted attribution bisect bisect-toggles drift experiment experiments gates report plots trace
all: $(WORKS:%=out/work/%) $(if $(HERE),out/bench/trace_record.so)

# What commands of hakbench are told: the toggles, and each option that was given; WORK and RIVAL may list several, with commas.
COMMA := ,
TOLD = $(SET) $(foreach t,CC MODE CPPFLAGS CFLAGS LDFLAGS,$(if $(filter $t,$(GIVEN)),$(call quote,$t=$(strip $($t)))))
tell = $(if $(filter $1,$(GIVEN)),$2 $(subst $(COMMA),' $2 ',$(call quote,$($1))))
MEASURE = $(call tell,WORK,--workload) $(call tell,ROUNDS,--repeat) $(call tell,SEED,--seed) $(call tell,BUDGET,--budget)
give = $(if $(filter $1,$(GIVEN)),$2$(call quote,$($1)))
ANY = $(if $(filter CMD,$(GIVEN)),--command $(call quote,command=$(CMD))) $(call give,FOR,--for=)
FILES = $(call give,JUNIT,--junit=) $(call give,MARKDOWN,--markdown=) $(call give,CSV,--csv=)
# What each target heeds: an option that would do nothing is refused.
HEEDED := WORK METRIC ROUNDS RUNS SEED BUDGET RIVAL RUN RESUME E A B GOOD BAD REV CMD FOR WHY JUNIT MARKDOWN CSV TRACE N TIME
HEEDS_bench := WORK ROUNDS SEED BUDGET RIVAL RUN CMD FOR
HEEDS_ab := A B WORK METRIC ROUNDS SEED BUDGET CMD FOR WHY JUNIT MARKDOWN CSV
HEEDS_noise := WORK ROUNDS SEED BUDGET
HEEDS_experiment := E ROUNDS RIVAL RESUME JUNIT MARKDOWN CSV
HEEDS_experiments := ROUNDS RIVAL RESUME JUNIT MARKDOWN CSV
HEEDS_gates := $(HEEDS_experiments)
HEEDS_report := E RUN
HEEDS_attribution := A WORK METRIC ROUNDS SEED BUDGET
HEEDS_bisect-toggles := GOOD BAD WORK METRIC
HEEDS_bisect := GOOD BAD WORK CMD METRIC RUNS RESUME
HEEDS_drift := REV
HEEDS_aa := N
HEEDS_planted := TIME
HEEDS_trace := CMD TRACE
HEEDS_new-phase := N
GOALS := $(or $(MAKECMDGOALS),$(.DEFAULT_GOAL))
HEEDS := $(sort $(foreach t,$(GOALS),$(HEEDS_$t)))
UNHEEDED := $(filter-out $(HEEDS),$(filter $(HEEDED),$(GIVEN)))
ifneq ($(UNHEEDED),)
$(error $(firstword $(UNHEEDED))= does nothing with $(GOALS)$(if $(HEEDS),; that heeds: $(HEEDS)))
endif
ifneq ($(and $(filter bench noise,$(MAKECMDGOALS)),$(strip $(word 2,$(CC)) $(foreach f,CPPFLAGS CFLAGS LDFLAGS,$(word 2,$($f))))),)
$(error CC, CPPFLAGS, CFLAGS and LDFLAGS can be one word each in what is measured)
endif

# A verdict is an answer, whatever it is: worse (1) and undecided (3) are no failures of make's; hakbench itself tells them apart.
ANSWERED := || { status=$$?; [ $$status = 1 ] || [ $$status = 3 ] || exit $$status; }
# A gate that is undecided is no failure; one that failed is.
OPEN_OR_HELD := || { status=$$?; [ $$status = 3 ] || exit $$status; }
hakbench: out/bench/hakbench out/bench/floor.so out/bench/trace_record.so $(WORKS:%=out/work/%) ## the workbench, out/bench/hakbench, and its workloads
bench: all out/bench/hakbench ## measure this variant, glibc, the rivals and the recorded baselines; RUN=n goes on with a run
	@out/bench/hakbench run $(if $(RUN),$(call tell,RUN,--resume),$(TOLD)) $(MEASURE) $(ANY) $(call tell,RIVAL,--rival)
ab: out/bench/hakbench $(WORKS:%=out/work/%) ## two variants, one verdict: A="PHASE=11" B="PHASE=12" (WORK= or CMD= FOR= METRIC= WHY=1 MARKDOWN=file)
	@out/bench/hakbench ab $(MEASURE) $(ANY) $(FILES) $(if $(WHY),--why$(if $(filter-out 1,$(WHY)),=$(call quote,$(WHY)))) $(call tell,METRIC,--metric) $(foreach v,A B,$(if $(filter $v,$(GIVEN)),$(call quote,$($v)))) $(ANSWERED)
noise: all out/bench/hakbench ## how far identical binaries lie apart here, and how often verdicts are false: simulated and measured (WORK=)
	@out/bench/hakbench noise --simulate $(call tell,SEED,--seed) && \
	    out/bench/hakbench noise $(subst --repeat,--pairs,$(MEASURE)) $(TOLD)
aa: out/bench/hakbench $(WORKS:%=out/work/%) ## how often gates are false on identical libraries, a spinner beside half of N=100 experiments
	@bench/aa $(call quote,$(or $(N),100))
planted: out/bench/hakbench $(WORKS:%=out/work/%) ## faults of known size: are they found, and nothing else? TIME=1: 3 % of time, too
	@bench/planted $(call quote,$(TIME))
WORKBENCH := out/bench/hakbench out/bench/floor.so $(WORKS:%=out/work/%)
# An experiment is a file of experiments/, or the gates.yaml of a phase under the name of its folder.
PHASE_GATES := $(patsubst phases/%/gates.yaml,%,$(wildcard phases/*/gates.yaml))
named = $(if $(filter $1,$(PHASE_GATES)),out/gates/$1.yaml,$1)
NAMED = $(foreach e,$(E),$(call quote,$(call named,$e)))
NAMED_NEEDS = $(filter out/gates/%,$(foreach e,$(E),$(call named,$e)))
AGAIN_OR_MORE = $(call give,ROUNDS,--repeat=) $(call tell,RIVAL,--rival) $(if $(RESUME),--resume) $(FILES)
experiment: $(WORKBENCH) $(NAMED_NEEDS) ## measure an experiment, judge its gates, write its report: E=12-shared-pool (ROUNDS=, RESUME=1 goes on)
	@out/bench/hakbench experiment $(AGAIN_OR_MORE) $(NAMED) $(OPEN_OR_HELD)
experiments: $(WORKBENCH) ## every experiment, about two hours, with a summary (ROUNDS=)
	@out/bench/hakbench experiment $(AGAIN_OR_MORE) --all $(OPEN_OR_HELD)
gates: $(WORKBENCH) $(PHASE_GATES:%=out/gates/%.yaml) ## the experiments of the phases: what each must show, held or missed (ROUNDS=)
	@out/bench/hakbench experiment $(AGAIN_OR_MORE) $(basename $(notdir $(wildcard experiments/[0-9]*.yaml))) $(PHASE_GATES:%=out/gates/%.yaml) mincore $(OPEN_OR_HELD)
report: $(WORKBENCH) $(NAMED_NEEDS) ## the report of an experiment's newest samples, measuring nothing: E=12-shared-pool (RUN=n)
	@out/bench/hakbench report $(call give,RUN,--run=) $(NAMED)
chart: ; @plots/overview ## the chart of README.md, from the stored samples of two experiments
plots: $(WORKBENCH) ## reports and plots of every experiment that has samples
	@out/bench/hakbench report --all
attribution: $(WORKBENCH) ## what each toggle contributes from PHASE=0, or A="PHASE=9", to this variant (WORK= METRIC= ROUNDS=)
	@out/bench/hakbench attribution $(call give,A,--base=) $(if $(SET),--toggles="$$(echo $(SET))") $(MEASURE) $(call give,METRIC,--metric=)
bisect-toggles: $(WORKBENCH) ## the toggle or pair that makes the difference: GOOD="PHASE=12" BAD="PHASE=11 MINCORE=always" (WORK= METRIC=)
	@out/bench/hakbench bisect-toggles $(call give,GOOD,--good=) $(call give,BAD,--bad=) $(call give,WORK,--workload=) $(call give,METRIC,--metric=)
bisect: $(WORKBENCH) ## the commit that made it worse: GOOD=rev BAD=rev (toggles, WORK= or CMD= METRIC=; METRIC=exit RUNS=n; RESUME=1 goes on)
	@bench/bisect $(foreach o,GOOD BAD WORK CMD METRIC RUNS,$(call give,$o,$o=)) $(if $(RESUME),--resume) $(SET)
drift: ; @bench/drift $(call quote,$(REV)) $(call quote,$(lastword $(CC))) ## which recorded variants' object code changed since REV=rev
trace: out/bench/trace_record.so ## record what a program asks of malloc: CMD="program arguments" TRACE=file
	@[ -n $(call quote,$(CMD)) ] && [ -n $(call quote,$(TRACE)) ] || { echo 'hakmem: want CMD="program arguments" and TRACE=file' >&2; exit 2; }
	@{ true >>$(call quote,$(TRACE)); } 2>/dev/null || { printf 'hakmem: TRACE=%s: cannot be written\n' $(call quote,$(TRACE)) >&2; exit 2; }
	@HAKTRACE_FILE=$(call quote,$(TRACE)) LD_PRELOAD=$(call quote,$(HERE_OR_NOT)out/bench/trace_record.so) $(CMD)

out/gates/%.yaml: phases/%/gates.yaml
	@mkdir -p $(@D)
	@ln -sfn ../../$< $@

# --- The workloads, and as programs linked with this variant --------------------------------------------------------------
out/work/%.o: bench/work/%.c $(MAKE_PARTS) | $(FIRST)
	@mkdir -p $(@D)
	$Q$(call host_say,cc $<)$(HOST_CC) $(BASE_FLAGS) $(HOST_FLAGS) -c -o $@ $<
out/work/%: out/work/%.o
	$Q$(HOST_CC) -pie -o $@ $< -pthread -lm
out/work/%.so: bench/test/%.c $(MAKE_PARTS)
	@mkdir -p $(@D)
	$Q$(call host_say,cc $<)$(HOST_CC) $(filter-out -M%,$(BASE_FLAGS)) $(HOST_FLAGS) -fPIC -shared -o $@ $<

ifeq ($(REVISION),)
STATIC := $(WORKS:%=bench_%_hakmem) $(WORKS:%=%_hakmem)
.PHONY: $(STATIC)
all: $(addprefix $(OUT)/,$(STATIC))
test: $(TEST_NEEDS)
$(STATIC): %: $(OUT)/% release-link ## <work>_hakmem, bench_<work>_hakmem: a workload linked with this variant, in out/release
$(addprefix $(OUT)/,$(WORKS:%=bench_%_hakmem)): $(OUT)/bench_%_hakmem: out/work/%.o $(OUT)/obj/bench/crash_on.o $(OUT)/libhakmem.a
	$Q$(HOST_CC) -pie -o $@ $(filter %.o,$^) -Wl,--whole-archive $(OUT)/libhakmem.a -Wl,--no-whole-archive -pthread -lm
$(addprefix $(OUT)/,$(WORKS:%=%_hakmem)): $(OUT)/%_hakmem: $(OUT)/bench_%_hakmem
	$Qln -f $< $@
%_hakmem: ; @echo "hakmem: no workload for $@; workloads: $(WORKS)" >&2; exit 1
endif

# --- The workbench: one program; everything but its main is a library too, which its tests link ----------------------------
HAKBENCH_LIBS := sqlite3 gsl libcyaml
HAKBENCH_SRCS := $(filter-out bench/cmd/hakbench.c,$(wildcard $(addprefix bench/,$(addsuffix /*.c,low data plan take judge show cmd))))
# The recorder of traces (bench/trace/README.md): preloaded, so its thread-local variables must not need malloc.
out/bench/trace_record.so: $(wildcard bench/trace/*.[ch]) bench/low/trace.h $(MAKE_PARTS) | $(FIRST)
	@mkdir -p $(@D)
	$Q$(call host_say,link $@)$(HOST_CC) $(filter-out -M%,$(BASE_FLAGS)) -D_GNU_SOURCE -O2 -fPIC -fvisibility=hidden -ftls-model=initial-exec \
	    $(NO_BUILTIN) -shared -Wl,-z,defs -o $@ $(filter %.c,$^) -pthread
# Preloaded as a rival: what the loops of random_mixed cost when the allocator costs next to nothing.
out/bench/floor.so: bench/floor/floor.c $(MAKE_PARTS) | $(FIRST)
	@mkdir -p $(@D)
	$Q$(call host_say,link $@)$(HOST_CC) $(filter-out -M%,$(BASE_FLAGS)) -O2 -fPIC -fno-semantic-interposition $(NO_BUILTIN) -shared -o $@ $<
out/bench/obj/%.o: bench/%.c $(MAKE_PARTS) | $(FIRST)
	@pkg-config --exists $(HAKBENCH_LIBS) || { echo "hakmem: $(HAKBENCH_LIBS) (development files): not all here; try: make deps" >&2; exit 1; }
	@mkdir -p $(@D)
	$Q$(call host_say,cc $<)$(HOST_CC) $(BASE_FLAGS) -D_GNU_SOURCE -DGSL_DISABLE_DEPRECATED -O2 $$(pkg-config --cflags $(HAKBENCH_LIBS)) -c -o $@ $<
out/bench/libhakbench.a: $(patsubst bench/%.c,out/bench/obj/%.o,$(HAKBENCH_SRCS))
	$Q$(call host_say,archive $@)rm -f $@; ar rcs $@ $^
out/bench/hakbench: out/bench/obj/cmd/hakbench.o out/bench/libhakbench.a
	$Q$(call host_say,link $@)$(HOST_CC) -o $@ $^ $$(pkg-config --libs $(HAKBENCH_LIBS)) -pthread -lm
out/bench/test/%: out/bench/obj/test/%.o out/bench/libhakbench.a
	@mkdir -p $(@D)
	$Q$(call host_say,link $@)$(HOST_CC) -o $@ $^ $$(pkg-config --libs $(HAKBENCH_LIBS) check) -pthread -lm

-include $(wildcard out/work/*.d out/bench/obj/*.d out/bench/obj/*/*.d)
