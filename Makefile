# SPDX-License-Identifier: MIT
# hakmem: builds one variant of the allocator per call, into out/<variant>/. `make help` lists everything.
#
# This file holds what may be said on the command line, and checks it. The rest is included, by concern:
#   phases/phases.mk    from toggles to a variant: its name, its folders, who answers each seam
#   phases/revision.mk  a variant of another revision (PHASE=12@v0.1), in the place of the next three
#   core/core.mk        flags, sources, the libraries
#   core/test/test.mk   tests and fuzzing of the variant
#   packaging/packaging.mk  install, the source archive, packages
#   bench/bench.mk      workloads, the workbench and what measures with it
# A variant is a set of toggles (phases/table), a compiler with its flags, an architecture and a mode. phases/resolve turns the
# toggles into a name and one answer per seam; $(OUT)/variant.h carries them into the code, and every object depends on it, so
# that another compiler or answer rebuilds. Only variables on the command line of this very make count: what the environment
# holds, or hands in through MAKEFLAGS, cannot change a variant.

MAKEFLAGS += --no-builtin-rules --no-builtin-variables --no-print-directory
MAKEOVERRIDES :=
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
unexport CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH LIBRARY_PATH COMPILER_PATH GCC_EXEC_PREFIX LD_PRELOAD

# --- What may be said on the command line ---------------------------------------------------------------------------------
# What is empty here is assigned so that the environment cannot fill it.
CC := gcc
AR := ar
OBJCOPY := objcopy
INSTALL := install
CPPFLAGS :=
CFLAGS :=
LDFLAGS :=
# A warning is an error for who develops hakmem: in a git checkout. Who builds a release has another compiler than ours.
WERROR := $(if $(wildcard .git),1,0)
MODE := release
ARCH := native
PREFIX := /usr/local
LIBDIR = $(PREFIX)/lib
DESTDIR :=
ROUNDS := 5
SECONDS := 60
QUICK := 0
TEST :=
CMD :=
FOR :=
WHY :=
JUNIT :=
MARKDOWN :=
CSV :=
TIME :=
RUNS :=
TRACE :=
V := 0
A :=
B :=
WORK :=
METRIC :=
RIVAL :=
SEED :=
BUDGET :=
RUN :=
N :=
NAME :=
SEAM :=
MODES := release check asan ubsan tsan fuzz
ARCHES := native arm64
OPTIONS := CC MODE ARCH CPPFLAGS CFLAGS LDFLAGS AR OBJCOPY INSTALL SHELL WERROR PREFIX LIBDIR DESTDIR ROUNDS SECONDS TEST QUICK WORK V REV E A B GOOD BAD RESUME METRIC \
    RIVAL SEED BUDGET RUN RUNS CMD FOR WHY JUNIT MARKDOWN CSV TIME TRACE N NAME SEAM

MAKE_PARTS := Makefile phases/phases.mk phases/revision.mk core/core.mk core/test/test.mk packaging/packaging.mk bench/bench.mk
quote = '$(subst ','\'',$1)'
Q := $(if $(filter 1,$V),,@)
WORKLOADS := $(basename $(notdir $(wildcard bench/work/*.c)))
# What all C of this tree is compiled with. Debug data of version 4: valgrind 3.19 cannot read what clang writes as version 5.
WARN := -Wall -Wextra $(if $(filter 1,$(WERROR)),-Werror) -Wshadow -Wstrict-prototypes -Wmissing-prototypes
NO_BUILTIN := $(addprefix -fno-builtin-,malloc calloc realloc free aligned_alloc memalign posix_memalign valloc reallocarray)
BASE_FLAGS := -std=gnu2x -gdwarf-4 -pthread -fexceptions -I. -MMD -MP -ffile-prefix-map="$$PWD"=. $(WARN)
# With `make deps bench` nothing is compiled before deps is done.
FIRST := $(filter deps deps-%,$(MAKECMDGOALS))

.PHONY: help clean deps deps-ci deps-rivals deps-programs deps-arm64 FORCE

# --- Targets that need no variant: the text after ## is what `make help` prints -----------------------------------------------
deps: ; @bench/deps build ## install what bench and test need, where missing
deps-ci: ; @bench/deps build ci ## the same and what .ci/run needs (clang, real programs to preload)
deps-rivals: ; @bench/deps rivals ## install the rivals that bench compares with
deps-programs: ; @bench/deps programs ## install the real programs of E=programs
deps-arm64: ; @bench/deps build arm64 ## install what test-arm64 needs
clean: ; @rm -rf out ## remove everything that was built

help: ## this text
	@echo 'make [TOGGLE=value]... [OPTION=value]... target...'; echo 'targets:'
	@sed -nE 's/^([a-z$$][^:]*):.* ## (.*)/\1\t\2/p' $(filter-out %/revision.mk,$(MAKE_PARTS)) | sed 's/^.(STATIC)/*_hakmem/' | \
	    awk -F '\t' '{printf "  %-14s %s\n", $$1, $$2}'
	@echo 'toggles (command line only):'; phases/resolve --list
	@echo 'options:'; echo '  MODE      $(MODES)'; echo '  CC        gcc, clang, or any compiler that takes their flags; CC="ccache gcc"'
	@echo '  ARCH      $(ARCHES)'; echo '  CPPFLAGS CFLAGS LDFLAGS (added to ours; part of the name of the variant)'; \
	    echo '  WERROR    1: a warning is an error (standard in a git checkout), 0: it is not'; echo '  AR OBJCOPY INSTALL SHELL'
	@echo '  WORK METRIC ROUNDS RUNS SEED BUDGET RIVAL RUN RESUME E A B GOOD BAD REV FOR WHY JUNIT MARKDOWN CSV TIME (measuring)'
	@echo '  PREFIX LIBDIR DESTDIR SECONDS TEST CMD TRACE N NAME SEAM V=1 (show commands)'
	@echo 'workloads: $(WORKLOADS)'

FORCE:
Makefile: ;
%.mk: ;
%.d: ;
.DEFAULT: ; @echo "hakmem: no target $@; see: make help" >&2; exit 1

# --- Targets that need one ------------------------------------------------------------------------------------------------
ifneq ($(filter-out help clean,$(or $(MAKECMDGOALS),all)),)
GIVEN := $(strip $(foreach v,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $v))),$v)))
SMUGGLED := $(shell tr '\0' '\n' </proc/$$PPID/environ 2>/dev/null | sed -nE 's/^(GNU)?MAKEFLAGS=//p' \
    | grep -oE '(^| )[A-Za-z_][A-Za-z_0-9]*[:+?!]*=[^ ]*' | tr '\n' ' ')
TOGGLES_GIVEN := $(filter-out $(OPTIONS),$(GIVEN))

ifneq ($(filter 3.%,$(MAKE_VERSION)),)
$(error this Makefile needs GNU make 4 or later, this is $(MAKE_VERSION))
else ifneq ($(strip $(SMUGGLED)),)
$(error MAKEFLAGS in the environment sets $(strip $(SMUGGLED)): give variables on the command line of make)
else ifneq ($(findstring e,$(filter-out --%,$(firstword -$(MAKEFLAGS)))),)
$(error make -e lets the environment choose: give variables on the command line of make)
else ifneq ($(and $(filter ab,$(MAKECMDGOALS)),$(TOGGLES_GIVEN)),)
$(error $(firstword $(TOGGLES_GIVEN))= with ab: toggles go into A and B, as in A="PHASE=11" B="PHASE=12")
else ifneq ($(words $(MODE) $(filter $(MODE),$(MODES))),2)
$(error MODE=$(MODE): valid values: $(MODES))
else ifneq ($(words $(ARCH) $(filter $(ARCH),$(ARCHES))),2)
$(error ARCH=$(ARCH): valid values: $(ARCHES))
else ifneq ($(words $(WERROR) $(filter 0 1,$(WERROR))),2)
$(error WERROR=$(WERROR): valid values: 0 1)
else ifneq ($(words $(SECONDS))$(if $(filter SECONDS,$(GIVEN)),$(shell echo $(call quote,$(SECONDS)) | tr -d 0-9)),1)
$(error SECONDS=$(SECONDS): want a whole number)
else ifneq ($(or $(filter -%,$(CC)),$(if $(strip $(CC)),,none)),)
$(error CC=$(CC): want the name of a compiler, such as gcc, clang or "ccache gcc"; flags go into CFLAGS)
endif

include phases/phases.mk
ifneq ($(REVISION),)
include phases/revision.mk
else
include core/core.mk core/test/test.mk packaging/packaging.mk
endif
include bench/bench.mk
endif
