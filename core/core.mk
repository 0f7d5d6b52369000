# SPDX-License-Identifier: MIT
# core/core.mk - the libraries of a variant: flags, sources, how they are built. Included by Makefile, behind
# phases/phases.mk, which says what the variant is.

# --- Version ---------------------------------------------------------------------------------------------------------------
# core/hakmem.h states it, and nothing else does.
VERSION_PARTS := $(shell sed -nE 's/^.define HAKMEM_VERSION_(MAJOR|MINOR|PATCH) ([0-9]+)$$/\2/p' core/hakmem.h)
VERSION := $(word 1,$(VERSION_PARTS)).$(word 2,$(VERSION_PARTS)).$(word 3,$(VERSION_PARTS))
SONAME := libhakmem.so.$(word 1,$(VERSION_PARTS))

# --- Flags ----------------------------------------------------------------------------------------------------------------
FLAGS_release := -O3
FLAGS_check := -O2
FLAGS_asan := -O1 -fno-omit-frame-pointer -fsanitize=address
FLAGS_ubsan := -O1 -fno-omit-frame-pointer -fsanitize=undefined -fno-sanitize-recover=all
FLAGS_tsan := -O1 -fno-omit-frame-pointer -fsanitize=thread
FLAGS_fuzz := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -fsanitize=fuzzer-no-link
MODE_FLAGS := $(FLAGS_$(MODE)) $(if $(filter arm64.%clang%,$(ARCH).$(OTHER_CC)),--target=aarch64-linux-gnu)
LIB_FLAGS := $(MODE_FLAGS) -fPIC -fvisibility=hidden -fno-semantic-interposition -ftls-model=initial-exec $(NO_BUILTIN)
# Without the compiler's start files (start_so.c).
SO_FLAGS := -shared -nostartfiles -Wl,--gc-sections -Wl,-soname,$(SONAME) -Wl,-z,initfirst -Wl,-z,lazy -Wl,-z,relro \
    -Wl,-z,defs -Wl,-z,nodelete -Wl,--as-needed -Wl,--version-script=core/exports.map
# What the command line adds comes last, so that it wins.
COMPILE = $(CC) $(BASE_FLAGS) $(LIB_FLAGS) $(QUICKLY) -I$(OUT) $(CHECK_INCLUDE) $(CPPFLAGS) $(CFLAGS)
LINK = $(CC) $(MODE_FLAGS) $(CFLAGS)

# --- Sources and products -------------------------------------------------------------------------------------------------
# override.c includes alloc.c and api.c, info_override.c includes info_glibc.c, which includes info.c, and add the plain names.
# The embedded library has the hak_ names only: embed.c, and with MODE=check packaging/memcheck/embed.c, which tells memory
# checkers. With musl neither mallinfo is there nor any other name of glibc's malloc.h.
GLIBC := $(if $(shell $(CC) -E -dM -include features.h -x c /dev/null 2>/dev/null | grep -w __GLIBC__),glibc)
PARTS := core/api/alloc.c core/api/api.c core/api/embed.c core/heap/start_static.c core/heap/start_so.c core/low/threads_so.c
INFO := core/api/info.c core/api/info_glibc.c core/api/info_override.c
API := $(if $(filter check,$(MODE)),packaging/memcheck,core/api)/embed.c $(if $(GLIBC),core/api/info_glibc.c,core/api/info.c)
OVERRIDE := core/api/override.c $(if $(GLIBC),core/api/info_override.c,core/api/info.c)
# core/api/cxx.c is compiled once for each C++ operator; the nothrow operators new are in the shared library only.
NOTHROW := _ZnwmRKSt9nothrow_t _ZnamRKSt9nothrow_t _ZnwmSt11align_val_tRKSt9nothrow_t _ZnamSt11align_val_tRKSt9nothrow_t
OPERATORS := _Znwm _Znam _ZnwmSt11align_val_t _ZnamSt11align_val_t $(foreach d,_ZdlPv _ZdaPv,$d $dm $dRKSt9nothrow_t \
    $dSt11align_val_t $dmSt11align_val_t $dSt11align_val_tRKSt9nothrow_t)
# A phase is its answers and whatever else its folder holds (a value toggle: its answers only).
PHASE_SRCS := $(foreach f,$(filter-out %/mincore-fix,$(FOLDERS)),$(filter-out $f/test_% $f/prog_%,$(wildcard $f/*.c)))
COMMON := $(sort $(filter-out $(PARTS) $(INFO) $(API) $(OVERRIDE) core/api/cxx%,$(wildcard core/low/*.c core/heap/*.c core/api/*.c)) $(PHASE_SRCS) \
    $(foreach s,$(SEAMS),$(wildcard $(lastword $(subst =, ,$s)).c)))
LIB_OBJS := $(patsubst %.c,$(OUT)/obj/%.o,$(COMMON) $(wildcard $(OVERRIDE))) $(OPERATORS:%=$(OUT)/obj/core/api/cxx/%.o)
SO_OBJS := $(patsubst %/start.o,%/start_so.o,$(patsubst %/threads.o,%/threads_so.o,$(LIB_OBJS))) \
    $(NOTHROW:%=$(OUT)/obj/core/api/cxx/%.o) $(OUT)/obj/core/api/cxx_next.o $(OUT)/obj/core/api/cxx_retry.o
A_OBJS := $(LIB_OBJS) $(OUT)/obj/core/api/cxx_retry_static.o
EMBED_OBJS := $(patsubst %.c,$(OUT)/obj/%.o,$(COMMON) $(wildcard $(API)))
# The sanitizers replace malloc themselves, so there is nothing to preload; programs for this machine are not for another.
HERE := $(filter native.release native.check,$(ARCH).$(MODE))
PLAIN := $(filter release check,$(MODE))
LIBS := $(if $(PLAIN),$(OUT)/libhakmem.so $(OUT)/$(SONAME) $(OUT)/libhakmem.a) $(OUT)/libhakmem-embed.a
say = $(if $Q,echo "  $(VARIANT): $1" >&2; )
# This make once more, for the same variant.
AGAIN := $(MAKE) $(SET) $(FLAGS_GIVEN)

# --- Targets for people ---------------------------------------------------------------------------------------------------
.PHONY: all lib print-lib release-link
all: lib release-link ## the libraries, workloads and bench programs of this variant
lib: $(LIBS) ## the libraries of this variant alone
print-lib: lib ; @printf '%s\n' $(call quote,$(CURDIR)/$(OUT)/libhakmem.so) ## build this variant's shared library, print its path

# out/release names the release build that a person made last.
release-link: lib
	$(if $(filter native.release,$(ARCH).$(MODE)),@ln -sfn $(VARIANT) out/release,@:)

# --- How it is built ------------------------------------------------------------------------------------------------------
in_string = $(subst ",\",$(subst \,\\,$1))
define VARIANT_H
/* $(VARIANT): written by make, replaced only when it changes. */
#define HAK_VARIANT "$(VARIANT)"
#define HAK_BUILD "@CC@ $(LIB_FLAGS) $(filter-out -ffile-prefix-map=% -M% -W% -I%,$(BASE_FLAGS))$(if $(FLAGS_TOLD), $(call in_string,$(FLAGS_TOLD)))"
#define HAK_CHECK_LEVEL $(if $(filter check,$(MODE)),2,0)
endef
export VARIANT_H
$(OUT)/variant.h: FORCE | $(FIRST)
	@for c in $(CC); do command -v "$$c" >/dev/null || { echo "hakmem: no compiler $$c here; try: make deps" >&2; exit 1; }; done
	@$(CC) -E -dM -x c /dev/null 2>/dev/null | grep -q __GNUC__ || { echo "hakmem: CC=$(CC) is no gcc and no clang" >&2; exit 1; }
	@mkdir -p $(OUT)/test
	@{ printf '%s\n' "$$VARIANT_H" | sed "s|@CC@|$$($(CC) --version | head -n 1)|"; for seam in $(SEAMS); do \
	    printf '#define HAK_SEAM_%s "%s.h"\n' "$${seam%%=*}" "$${seam#*=}"; done; } >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
	@said=$$($(CC) $(MODE_FLAGS) -I. -I$(OUT) $(CHECK_INCLUDE) $(CPPFLAGS) $(CFLAGS) -Wfatal-errors -E -o /dev/null \
	    core/low/compiler.h 2>&1) || { rm -f $@; \
	    echo "$$said" | sed -n 's/"$$//; s/.*error: *\(#error\)* *"*/hakmem: /p' >&2; exit 1; }

$(OUT)/obj/%.o: %.c $(OUT)/variant.h $(MAKE_PARTS)
	@mkdir -p $(@D)
	$Q$(call say,cc $<)$(COMPILE) -c -o $@ $<

$(OUT)/obj/core/api/cxx/%.o: core/api/cxx.c $(OUT)/variant.h $(MAKE_PARTS)
	@mkdir -p $(@D)
	$Q$(call say,cc $< $*)$(COMPILE) -DCXX_OPERATOR=$* -c -o $@ $<

$(OUT)/libhakmem.so: $(SO_OBJS)
	$Q$(call say,link $@)$(LINK) $(SO_FLAGS) $(LDFLAGS) -o $@ $^ -pthread
# What a program that was linked with it looks for.
$(OUT)/$(SONAME): $(OUT)/libhakmem.so
	$Qln -sfn libhakmem.so $@

# An archive holds one object: the parts are linked into one, whose hidden names then become local to it. So a program that has a
# function called log_line or os_map of its own can be linked with the archive. With -flto this object is made of machine code.
PARTIAL := -r -nostdlib $(filter -fuse-ld=%,$(LDFLAGS)) \
    $(if $(findstring -flto,$(CFLAGS)),$(if $(findstring clang,$(OTHER_CC)),,-flinker-output=nolto-rel))
$(OUT)/one/libhakmem.o: $(patsubst %/start.o,%/start_static.o,$(A_OBJS))
$(OUT)/one/libhakmem-embed.o: $(EMBED_OBJS)
$(OUT)/one/%.o:
	@mkdir -p $(@D)
	$Q$(call say,link $@)$(LINK) $(PARTIAL) -o $@ $^ && $(OBJCOPY) --localize-hidden $@
# The sanitizers keep tables of names, so there the parts stay as they are.
$(OUT)/libhakmem.a: $(OUT)/one/libhakmem.o
$(OUT)/libhakmem-embed.a: $(if $(PLAIN),$(OUT)/one/libhakmem-embed.o,$(EMBED_OBJS))
# For tests, which call what is hidden.
$(OUT)/test/libparts.a: $(EMBED_OBJS)
$(OUT)/%.a:
	$Q$(call say,archive $@)rm -f $@; $(AR) rcs $@ $^

-include $(wildcard $(OUT)/obj/*/*.d $(OUT)/obj/*/*/*.d $(OUT)/obj/*/*/*/*.d)
