# SPDX-License-Identifier: MIT
# hakmemConfig.cmake - for find_package(hakmem): the targets hakmem::hakmem (shared library), hakmem::static (the same as an
# archive) and hakmem::embed (an archive with the hak_ functions only, beside another malloc). `make install` fills in the
# words between at signs.
include(CMakeFindDependencyMacro)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_dependency(Threads)

# The real path: /lib may be a link to /usr/lib.
get_filename_component(_hakmem_lib "${CMAKE_CURRENT_LIST_DIR}/../.." REALPATH)
get_filename_component(_hakmem_include "${_hakmem_lib}/@INCLUDE@" REALPATH)

if(NOT TARGET hakmem::hakmem)
  add_library(hakmem::hakmem SHARED IMPORTED)
  set_target_properties(hakmem::hakmem PROPERTIES
    IMPORTED_LOCATION "${_hakmem_lib}/libhakmem.so.@VERSION@"
    IMPORTED_SONAME "@SONAME@"
    INTERFACE_INCLUDE_DIRECTORIES "${_hakmem_include}")

  # The linker takes the archive's object because of malloc, even when only the program's libraries call malloc.
  add_library(hakmem::static STATIC IMPORTED)
  set_target_properties(hakmem::static PROPERTIES
    IMPORTED_LOCATION "${_hakmem_lib}/libhakmem.a"
    INTERFACE_LINK_OPTIONS "LINKER:-u,malloc"
    INTERFACE_LINK_LIBRARIES Threads::Threads
    INTERFACE_INCLUDE_DIRECTORIES "${_hakmem_include}")

  add_library(hakmem::embed STATIC IMPORTED)
  set_target_properties(hakmem::embed PROPERTIES
    IMPORTED_LOCATION "${_hakmem_lib}/libhakmem-embed.a"
    INTERFACE_LINK_LIBRARIES Threads::Threads
    INTERFACE_INCLUDE_DIRECTORIES "${_hakmem_include}")
endif()

unset(_hakmem_lib)
unset(_hakmem_include)
