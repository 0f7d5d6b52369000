# SPDX-License-Identifier: MIT
# phases/phases.mk - from the toggles of the command line to a variant. Included by Makefile.
#
# SET     the toggles given, as words for a shell
# REVISION  rev, where PHASE=N@rev was given: the toggles are then those of that revision, and nothing here is resolved
# SEAMS   seam=answer words; FOLDERS: the folders of the phases that are on
# VARIANT the name; OUT: the folder that it is built into

SET := $(foreach t,$(TOGGLES_GIVEN),$(call quote,$t=$($t)))
REVISION := $(if $(filter PHASE,$(GIVEN)),$(and $(findstring @,$(PHASE)),revision))

AT_ELSEWHERE := $(strip $(foreach t,$(filter-out PHASE,$(TOGGLES_GIVEN)),$(if $(findstring @,$($t)),$t)))
ifneq ($(AT_ELSEWHERE),)
$(error $(firstword $(AT_ELSEWHERE))=$($(firstword $(AT_ELSEWHERE))): a revision belongs to PHASE, as in PHASE=12@$(lastword $(subst @, ,$($(firstword $(AT_ELSEWHERE))))))
endif

.PHONY: matrix new-phase print-variant

ifeq ($(REVISION),)
RESOLVED := $(shell phases/resolve --make $(SET))
WRONG := $(if $(filter name:%,$(firstword $(RESOLVED))),,$(or $(wordlist 2,999,$(RESOLVED)),phases/resolve does not run here))
ifeq ($(wordlist 1,2,$(WRONG)),no toggle)
$(error no variable $(wordlist 3,999,$(WRONG)); others: $(OPTIONS))
else ifneq ($(WRONG),)
$(error $(WRONG))
endif
SEAMS := $(patsubst seam:%,%,$(filter seam:%,$(RESOLVED)))
FOLDERS := $(patsubst folder:%,%,$(filter folder:%,$(RESOLVED)))
# MODE=check has its own, stricter answers for some seams.
answer_checked = $(if $(wildcard $(lastword $(subst =, ,$(subst /seam/plain/,/check/,$1))).h),$(subst /seam/plain/,/check/,$1),$1)
ifeq ($(MODE),check)
SEAMS := $(foreach s,$(SEAMS),$(call answer_checked,$s))
endif

ifeq ($(ARCH)-$(filter CC,$(GIVEN)),arm64-)
CC := aarch64-linux-gnu-gcc
endif
ifeq ($(ARCH)-$(filter OBJCOPY,$(GIVEN)),arm64-)
OBJCOPY := aarch64-linux-gnu-objcopy
endif
# What stands before the compiler's name (ccache) does not change what it makes.
OTHER_CC := $(filter-out gcc cc aarch64-linux-gnu-gcc,$(notdir $(lastword $(CC))))
# Flags of the user's are too long for a name: their checksum stands in it, they themselves in the library's note.
FLAGS_GIVEN := $(strip $(foreach f,CPPFLAGS CFLAGS LDFLAGS,$(if $(strip $($f)),$(call quote,$f=$(strip $($f))))))
# A flag that only names the folder of the build changes nothing, and is told nowhere, so that every folder gives the same bytes.
told = $(strip $(filter-out -ffile-prefix-map=% -fdebug-prefix-map=% -fmacro-prefix-map=%,$($1)))
FLAGS_TOLD := $(strip $(foreach f,CPPFLAGS CFLAGS LDFLAGS,$(if $(call told,$f),$(call quote,$f=$(call told,$f)))))
FLAGS_NAME := $(if $(FLAGS_TOLD),.flags-$(shell printf '%s\n' $(FLAGS_TOLD) | cksum | { read -r sum rest; printf %08x "$$sum"; }))
VARIANT := $(patsubst name:%,%,$(firstword $(RESOLVED)))$(OTHER_CC:%=.%)$(ARCH:%=.%)$(MODE:%=.%)
VARIANT := $(subst .release,,$(subst .native,,$(VARIANT)))$(FLAGS_NAME)
OUT := out/$(VARIANT)

print-variant: ; @echo $(call quote,$(VARIANT)) ## the canonical name of this variant
matrix: ; @phases/matrix ## build and test every combination that the table promises
# A toggle cannot be named like a variable of make's.
new-phase: ; @phases/new-phase $(call quote,$N) $(call quote,$(NAME)) $(call quote,$(SEAM)) $(foreach v,$(.VARIABLES),$(call quote,$v)) ## start a phase: N=25 NAME=per-cpu SEAM=front (phases/README.md)
endif
