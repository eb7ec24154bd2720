# Debian packages, by `./dev package`: open-automator (the host, its worker, the bundled modules)
# and open-automator-sdk (what plug-in authors need; works without the host).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME open-automator)
set(CPACK_PACKAGE_VENDOR "Open Automator")
set(CPACK_PACKAGE_CONTACT "Open Automator")
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_OUTPUT_FILE_PREFIX "${PROJECT_BINARY_DIR}/packages")
set(CPACK_COMPONENTS_ALL host sdk)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_HOST_PACKAGE_NAME open-automator)
set(CPACK_DEBIAN_HOST_DESCRIPTION "workflow engine that runs plug-ins
 Runs YAML workflows whose tasks are functions of shared libraries.")
set(CPACK_DEBIAN_HOST_PACKAGE_SHLIBDEPS ON)
# What the modules git and system start: programs of their own, missed by whoever uses them alone.
set(CPACK_DEBIAN_HOST_PACKAGE_SUGGESTS "git, openssh-client")
set(CPACK_DEBIAN_SDK_PACKAGE_NAME open-automator-sdk)
set(CPACK_DEBIAN_SDK_DESCRIPTION "SDK for plug-ins of Open Automator
 Headers, CMake and pkg-config files, and the program that writes manifests.")
set(CPACK_DEBIAN_SDK_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_SDK_PACKAGE_RECOMMENDS "open-automator, cmake, g++")
# A debug build would be a surprise.
set(CPACK_BUILD_CONFIG Release)
include(CPack)
