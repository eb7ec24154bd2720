# Components: `sdk` is what plug-in authors need and nothing else; `host` is the program with its
# worker and the bundled plug-ins.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(oa_sdk_version 1.0.0)
set(oa_package_dir "${CMAKE_INSTALL_DATADIR}/cmake/OpenAutomatorSDK")
set(oa_libexec_dir "${CMAKE_INSTALL_LIBEXECDIR}/oa")  # programs that other programs start

install(TARGETS oa_sdk EXPORT OpenAutomatorSDKTargets
  FILE_SET HEADERS COMPONENT sdk
  FILE_SET parts COMPONENT sdk)
install(EXPORT OpenAutomatorSDKTargets NAMESPACE oa::
  DESTINATION "${oa_package_dir}" COMPONENT sdk)
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/OpenAutomatorSDKConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/OpenAutomatorSDKConfig.cmake"
  INSTALL_DESTINATION "${oa_package_dir}" PATH_VARS oa_libexec_dir)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/OpenAutomatorSDKConfigVersion.cmake"
  VERSION ${oa_sdk_version} COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
install(FILES
    "${PROJECT_BINARY_DIR}/OpenAutomatorSDKConfig.cmake"
    "${PROJECT_BINARY_DIR}/OpenAutomatorSDKConfigVersion.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/OaPlugin.cmake"
    "${PROJECT_SOURCE_DIR}/sdk/plugin.map"
  DESTINATION "${oa_package_dir}" COMPONENT sdk)
configure_file("${PROJECT_SOURCE_DIR}/sdk/oa-sdk.pc.in" "${PROJECT_BINARY_DIR}/oa-sdk.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/oa-sdk.pc"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/pkgconfig" COMPONENT sdk)

if(TARGET oa_manifest)
  install(TARGETS oa_manifest RUNTIME DESTINATION "${oa_libexec_dir}" COMPONENT sdk)
endif()

if(TARGET oa_host)
  install(TARGETS oa_host RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT host)
endif()
if(TARGET oa_worker)
  install(TARGETS oa_worker RUNTIME DESTINATION "${oa_libexec_dir}" COMPONENT host)
endif()
get_property(oa_plugins GLOBAL PROPERTY OA_PLUGINS)
if(oa_plugins)
  install(TARGETS ${oa_plugins} LIBRARY DESTINATION lib/oa/plugins COMPONENT host)
endif()
