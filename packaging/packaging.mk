# SPDX-License-Identifier: MIT
# packaging/packaging.mk - install and uninstall, the source archive, packages. Included by Makefile, behind core/core.mk.

.PHONY: install uninstall

# What may hold a blank or a quote is one word of the shell.
INSTALLED = $(foreach v,DESTDIR PREFIX LIBDIR INSTALL,$v=$(call quote,$($v))) VERSION=$(VERSION) SONAME=$(SONAME) VARIANT=$(VARIANT) \
    FROM=$(OUT) packaging/install

install: lib ## libraries, header, manuals, pkg-config and CMake files below DESTDIR/PREFIX (LIBDIR: PREFIX/lib)
	@$(INSTALLED) put
uninstall: ; @$(INSTALLED) take ## remove what install put there
