# SPDX-License-Identifier: MIT
# packaging/vcpkg/portfile.cmake - an overlay port. HAKMEM_SOURCE names a tree, such as an unpacked source archive:
#
#   HAKMEM_SOURCE=/path/to/hakmem-1.0.0 VCPKG_KEEP_ENV_VARS=HAKMEM_SOURCE vcpkg install hakmem --overlay-ports=packaging/vcpkg
set(VCPKG_POLICY_MISMATCHED_NUMBER_OF_BINARIES enabled)
set(VCPKG_POLICY_SKIP_MISPLACED_CMAKE_FILES_CHECK enabled)
set(VCPKG_POLICY_SKIP_LIB_CMAKE_MERGE_CHECK enabled)
set(SOURCE_PATH "$ENV{HAKMEM_SOURCE}")
if(NOT EXISTS "${SOURCE_PATH}/core/hakmem.h")
  message(FATAL_ERROR "HAKMEM_SOURCE does not name a tree of hakmem")
endif()

vcpkg_execute_required_process(
  COMMAND make WERROR=0 install "PREFIX=${CURRENT_PACKAGES_DIR}"
  WORKING_DIRECTORY "${SOURCE_PATH}"
  LOGNAME "install-${TARGET_TRIPLET}")
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/man" "${CURRENT_PACKAGES_DIR}/share/bash-completion"
     "${CURRENT_PACKAGES_DIR}/share/doc" "${CURRENT_PACKAGES_DIR}/share/gdb" "${CURRENT_PACKAGES_DIR}/bin")
vcpkg_fixup_pkgconfig()
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
