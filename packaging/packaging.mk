# SPDX-License-Identifier: MIT
# packaging/packaging.mk - hakmem-stat, install and uninstall, the source archive, packages. Included by Makefile, behind
# core/core.mk.

.PHONY: install uninstall install-bench uninstall-bench dist deb

# hakmem-stat reads the counters of another process; it is a program of its own, without the allocator.
STAT := $(if $(PLAIN),$(OUT)/hakmem-stat)
STAT_SRCS := $(wildcard packaging/stat/*.c)
STAT_OBJS := $(STAT_SRCS:%.c=$(OUT)/stat/%.o)
$(OUT)/stat/%.o: %.c $(OUT)/variant.h $(MAKE_PARTS)
	@mkdir -p $(@D)
	$Q$(call say,cc $<)$(CC) $(BASE_FLAGS) $(MODE_FLAGS) -fPIE $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(OUT)/hakmem-stat: $(STAT_OBJS)
	$Q$(call say,link $@)$(LINK) -pie $(LDFLAGS) -o $@ $^
all: $(STAT)
-include $(wildcard $(OUT)/stat/packaging/stat/*.d)

# What may hold a blank or a quote is one word of the shell.
INSTALLED = $(foreach v,DESTDIR PREFIX LIBDIR INSTALL,$v=$(call quote,$($v))) VERSION=$(VERSION) SONAME=$(SONAME) VARIANT=$(VARIANT) \
    FROM=$(OUT) packaging/install

install: lib $(STAT) ## libraries, header, manuals, pkg-config and CMake files below DESTDIR/PREFIX (LIBDIR: PREFIX/lib)
	@$(INSTALLED) put
uninstall: ; @$(INSTALLED) take ## remove what install put there
install-bench: lib hakbench ## the workbench, for use in any folder: hakbench below PREFIX/bin, the rest below PREFIX/libexec
	@$(INSTALLED) put bench
uninstall-bench: ; @$(INSTALLED) take bench ## remove what install-bench put there
dist: ; @packaging/dist $(VERSION) ## the source archive of HEAD, out/hakmem-VERSION.tar.gz; the same bytes each time
deb: ; @packaging/deb $(VERSION) ## Debian packages of HEAD, in out/deb (needs dpkg-dev and debhelper)
