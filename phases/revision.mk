# SPDX-License-Identifier: MIT
# phases/revision.mk - a variant of another revision: PHASE=12@v0.1, with other toggles that the revision knows. Included by
# Makefile. phases/build-revision builds it, in a clone below out/rev; the variant's name ends in @v0.1.

REVISION_TARGETS := all lib bench print-lib print-variant
ifneq ($(filter-out $(REVISION_TARGETS) $(FIRST),$(MAKECMDGOALS)),)
$(error PHASE=$(PHASE) with $(firstword $(filter-out $(REVISION_TARGETS) $(FIRST),$(MAKECMDGOALS))): targets for a revision: $(REVISION_TARGETS))
endif
HERE := yes
STATIC :=
VARIANT := $(PHASE)
OUT := out/rev
# The revision, then the toggles as it knows them.
REVISION_WORDS = $(foreach t,$(filter-out PHASE,$(TOGGLES_GIVEN)) $(filter CC MODE CPPFLAGS CFLAGS LDFLAGS,$(GIVEN)),$(call quote,$t=$($t)))
revision = @phase=$(call quote,$(PHASE)); phases/build-revision $1 "$${phase\#*@}" "PHASE=$${phase%%@*}" $(REVISION_WORDS)

.PHONY: all lib print-lib print-variant
all: lib
lib: | $(FIRST) ; $(revision) >/dev/null
print-lib: ; $(revision)
print-variant: ; $(call revision,--name)
