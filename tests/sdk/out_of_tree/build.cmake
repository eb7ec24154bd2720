# Builds one of the projects beside this file against the installed SDK and tries the result.
#   PROJECT   c99 or cpp20
#   PREFIX    where the SDK was installed
#   OUTPUT    folder for the build and for the plug-ins
#   COMPILER  of the language of the project; FLAGS: for it
#   PKG_CONFIG  builds c99 by one command with pkg-config instead of CMake
#   PROBE     program that loads a plug-in; NM, READELF: of binutils
set(language CXX)
if(PROJECT STREQUAL "c99")
  set(language C)
endif()

file(REMOVE_RECURSE "${OUTPUT}")
file(GLOB installed RELATIVE "${PREFIX}" "${PREFIX}/*")
if(NOT installed STREQUAL "include;libexec;share")
  message(FATAL_ERROR "the component sdk does not install headers, build files and oa-manifest alone: ${installed}")
endif()
if(PKG_CONFIG)
  file(MAKE_DIRECTORY "${OUTPUT}")
  execute_process(COMMAND "${CMAKE_COMMAND}" -E env
      "PKG_CONFIG_PATH=${PREFIX}/share/pkgconfig" "${PKG_CONFIG}" --cflags --libs oa-sdk
    OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${flags}")
  execute_process(COMMAND "${COMPILER}" -std=c99 -shared plain.c -o "${OUTPUT}/plain.so" ${flags}
    WORKING_DIRECTORY "${CMAKE_CURRENT_LIST_DIR}/c99" COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND "${CMAKE_COMMAND}" -E env
      "PKG_CONFIG_PATH=${PREFIX}/share/pkgconfig" "${PKG_CONFIG}" --variable=manifest oa-sdk
    OUTPUT_VARIABLE manifest OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND "${manifest}" "${OUTPUT}/plain.so" COMMAND_ERROR_IS_FATAL ANY)
else()
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -E env --unset=CFLAGS --unset=CXXFLAGS --unset=LDFLAGS
      "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/${PROJECT}" -B "${OUTPUT}/build"
      -G "${GENERATOR}" -DCMAKE_BUILD_TYPE=RelWithDebInfo "-DCMAKE_PREFIX_PATH=${PREFIX}"
      "-DCMAKE_${language}_COMPILER=${COMPILER}" "-DCMAKE_${language}_FLAGS=${FLAGS}"
      "-DCMAKE_LIBRARY_OUTPUT_DIRECTORY=${OUTPUT}"
    COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND "${CMAKE_COMMAND}" --build "${OUTPUT}/build" COMMAND_ERROR_IS_FATAL ANY)
endif()

function(check_exports file)
  execute_process(COMMAND "${NM}" -D --defined-only --format=posix "${file}"
    OUTPUT_VARIABLE symbols OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE " [^\n]*" "" symbols "${symbols}")
  if(NOT symbols STREQUAL "oa_module_entry_v1")
    message(FATAL_ERROR "${file} exports: ${symbols}")
  endif()
endfunction()

function(check_dynamic_section file)
  execute_process(COMMAND "${READELF}" -dW "${file}" OUTPUT_VARIABLE dynamic
    COMMAND_ERROR_IS_FATAL ANY)
  foreach(wanted BIND_NOW NODELETE)
    if(NOT dynamic MATCHES "${wanted}")
      message(FATAL_ERROR "${file} lacks ${wanted}")
    endif()
  endforeach()
  if(dynamic MATCHES "RPATH|RUNPATH|TEXTREL")
    message(FATAL_ERROR "${file} has a run path or text relocations:\n${dynamic}")
  endif()
  if(file MATCHES "_static.so$|plain.so$" AND dynamic MATCHES "libstdc\\+\\+|libc\\+\\+")
    message(FATAL_ERROR "${file} needs a C++ runtime:\n${dynamic}")
  endif()
endfunction()

function(check_build_paths file)
  file(STRINGS "${file}" paths REGEX "${CMAKE_CURRENT_LIST_DIR}")
  if(paths)
    message(FATAL_ERROR "${file} tells where it was built: ${paths}")
  endif()
endfunction()

function(check_manifest file)
  execute_process(COMMAND "${READELF}" -nW "${file}" OUTPUT_VARIABLE notes
    COMMAND_ERROR_IS_FATAL ANY)
  if(NOT notes MATCHES "0x544d0001")
    message(FATAL_ERROR "${file} has no manifest:\n${notes}")
  endif()
endfunction()

function(probe file function params expected)
  execute_process(COMMAND "${PROBE}" "${file}" "${function}" "${params}" "${expected}"
    COMMAND_ERROR_IS_FATAL ANY)
endfunction()

if(PROJECT STREQUAL "c99")
  set(plugins "${OUTPUT}/plain.so")
  probe("${OUTPUT}/plain.so" echo "{\"a\":[1,2]}" "0 {\"a\":[1,2]}")
  probe("${OUTPUT}/plain.so" refuse "{}" "2 null")
else()
  set(plugins "${OUTPUT}/comfortable.so" "${OUTPUT}/comfortable_static.so")
  foreach(plugin IN LISTS plugins)
    probe("${plugin}" greet "{\"who\":\"Ada\"}" "0 {\"greeting\":\"Hello, Ada!\"}")
    probe("${plugin}" greet "{\"who\":5}" "2 null")
    probe("${plugin}" break_down "{}" "12 null")
    probe("${plugin}" break_down "{\"typed\":true}" "9 null")
    probe("${plugin}" pause "{\"duration\":\"1ms\"}" "0 null")
  endforeach()
endif()
foreach(plugin IN LISTS plugins)
  check_exports("${plugin}")
  check_dynamic_section("${plugin}")
  check_build_paths("${plugin}")
  check_manifest("${plugin}")
endforeach()
