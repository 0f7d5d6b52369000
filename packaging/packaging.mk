# SPDX-License-Identifier: MIT
# packaging/packaging.mk - install and uninstall, the source archive, packages. Included by Makefile, behind core/core.mk.

.PHONY: install uninstall dist deb

# What may hold a blank or a quote is one word of the shell.
INSTALLED = $(foreach v,DESTDIR PREFIX LIBDIR INSTALL,$v=$(call quote,$($v))) VERSION=$(VERSION) SONAME=$(SONAME) VARIANT=$(VARIANT) \
    FROM=$(OUT) packaging/install

install: lib ## libraries, header, manuals, pkg-config and CMake files below DESTDIR/PREFIX (LIBDIR: PREFIX/lib)
	@$(INSTALLED) put
uninstall: ; @$(INSTALLED) take ## remove what install put there
dist: ; @packaging/dist $(VERSION) ## the source archive of HEAD, out/hakmem-VERSION.tar.gz; the same bytes each time
deb: ; @packaging/deb $(VERSION) ## Debian packages of HEAD, in out/deb (needs dpkg-dev and debhelper)
