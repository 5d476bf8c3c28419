# SPDX-License-Identifier: MIT
#
# What `cmake --install' puts where. Components: command, library.
#
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

install(TARGETS pidlab RUNTIME COMPONENT command)
install(DIRECTORY scenarios/ DESTINATION ${CMAKE_INSTALL_DATADIR}/pidlab/scenarios
    COMPONENT command FILES_MATCHING PATTERN "*.scn")

set(docs ${PIDLAB_DOCS}/)
install(DIRECTORY ${docs}man/ DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT command)
install(DIRECTORY ${docs}vim/ DESTINATION ${CMAKE_INSTALL_DATADIR}/vim/vimfiles COMPONENT command)
install(FILES ${docs}bash-completion/pidlab
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT command)
install(FILES ${docs}textmate/pidlab.tmLanguage.json
    DESTINATION ${CMAKE_INSTALL_DATADIR}/pidlab COMPONENT command)

# Who may open the device; udev and systemd look in lib/, whatever CMAKE_INSTALL_LIBDIR is.
install(FILES ../scripts/packaging/60-pidlab.rules DESTINATION lib/udev/rules.d COMPONENT command)
install(FILES ../scripts/packaging/sysusers.conf DESTINATION lib/sysusers.d RENAME pidlab.conf
    COMPONENT command)

# The library, its headers, and the module's interface that they speak of.
install(TARGETS libpidlab EXPORT pidlabTargets ARCHIVE COMPONENT library)
install(DIRECTORY include/pidlab DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
install(FILES ../uapi/pidlab.h ../uapi/pidlab_tables.h ../uapi/pidlab_netlink.h
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
target_include_directories(libpidlab INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/pidlab)
install(EXPORT pidlabTargets NAMESPACE pidlab:: DESTINATION ${package} COMPONENT library)
configure_package_config_file(cmake/pidlabConfig.cmake.in pidlabConfig.cmake
    INSTALL_DESTINATION ${package})
write_basic_package_version_file(pidlabConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pidlabConfig.cmake
              ${PROJECT_BINARY_DIR}/pidlabConfigVersion.cmake
    DESTINATION ${package} COMPONENT library)

# Found from where it lies, so that the installed tree may be moved.
file(RELATIVE_PATH pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
cmake_path(APPEND pc_to_prefix "" OUTPUT_VARIABLE pc_to_prefix)
string(REGEX REPLACE "/$" "" pc_to_prefix ${pc_to_prefix})
configure_file(cmake/pidlab.pc.in pidlab.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/pidlab.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
