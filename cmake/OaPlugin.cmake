# oa_add_plugin(<name> SOURCES <files>... [LIBS <targets>...] [ABI_MINOR <n>] [STATIC_RUNTIME]
#               [NO_MANIFEST])
#
# Builds <name>.so (<name>.dll on Windows), a plug-in in C or C++20, against the SDK only.
#   LIBS            libraries that it needs; its own copies, invisible to everybody else
#   ABI_MINOR       lowest minor version of the plug-in interface that it needs (default 0)
#   STATIC_RUNTIME  contains the C++ runtime, for hosts that have an older one; always so on Windows
#   NO_MANIFEST     leaves the manifest out. It is made by running the entry function once after
#                   linking, so the plug-in has to be loadable where it is built. None is made when
#                   cross compiling, on Windows, or with a sanitizer.
function(oa_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "STATIC_RUNTIME;NO_MANIFEST" "ABI_MINOR" "SOURCES;LIBS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "oa_add_plugin(${name}): expected SOURCES <files>..., "
                        "cannot use: ${arg_UNPARSED_ARGUMENTS}")
  endif()

  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE oa::sdk ${arg_LIBS})
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    SUFFIX "${CMAKE_SHARED_MODULE_SUFFIX}"
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
  if(NOT CMAKE_CXX_STANDARD)
    set_target_properties(${name} PROPERTIES CXX_STANDARD 20)
  endif()
  set_target_properties(${name} PROPERTIES CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
  if(DEFINED arg_ABI_MINOR)
    target_compile_definitions(${name} PRIVATE OA_ABI_MINOR=${arg_ABI_MINOR})
  endif()

  if(TARGET oa_build_flags)  # a bundled plug-in
    target_link_libraries(${name} PRIVATE oa::build_flags)
    set_target_properties(${name} PROPERTIES
      LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/plugins")
    set_property(GLOBAL APPEND PROPERTY OA_PLUGINS ${name})
  endif()
  _oa_compile_flags(${name})
  _oa_link_flags(${name})
  if(arg_STATIC_RUNTIME AND NOT WIN32)
    target_link_options(${name} PRIVATE -static-libgcc
      "$<$<LINK_LANGUAGE:CXX>:-static-libstdc++>")
  endif()
  if(NOT arg_NO_MANIFEST)
    _oa_manifest(${name})
  endif()
endfunction()

# Lets the linked plug-in describe itself, into its own file.
function(_oa_manifest name)
  if(CMAKE_CROSSCOMPILING OR NOT UNIX OR APPLE)
    return()
  endif()
  if(TARGET oa_manifest)  # in the source tree, where it is built with the same sanitizer
    set(program "$<TARGET_FILE:oa_manifest>")
  elseif(OA_MANIFEST_PROGRAM AND EXISTS "${OA_MANIFEST_PROGRAM}"
         AND NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS} ${CMAKE_MODULE_LINKER_FLAGS}" MATCHES "-fsanitize=")
    set(program "${OA_MANIFEST_PROGRAM}")
  else()
    return()
  endif()
  if(TARGET oa_manifest)
    add_dependencies(${name} oa_manifest)
  endif()
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS "${program}")
  add_custom_command(TARGET ${name} POST_BUILD COMMAND "${program}" "$<TARGET_FILE:${name}>" VERBATIM)
endfunction()

function(_oa_compile_flags name)
  target_compile_options(${name} PRIVATE
    # GNU_UNIQUE symbols of std:: templates would be shared between plug-ins.
    "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>"
    # The same bytes wherever it is built; a debug build keeps the paths for the debugger.
    "$<$<NOT:$<CONFIG:Debug>>:-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.>"
    "$<$<NOT:$<CONFIG:Debug>>:-ffile-prefix-map=${CMAKE_BINARY_DIR}=build>")
endfunction()

function(_oa_link_flags name)
  if(WIN32 AND NOT MSVC)
    # One export, and no other library than the system's.
    target_link_options(${name} PRIVATE -static -static-libgcc
      "$<$<LINK_LANGUAGE:CXX>:-static-libstdc++>"
      -Wl,--exclude-all-symbols -Wl,--dynamicbase -Wl,--nxcompat -Wl,--no-insert-timestamp)
  endif()
  if(NOT UNIX OR APPLE)
    return()
  endif()
  # Hidden visibility alone still exports what the C++ runtime's headers declare visible.
  set(map "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map")
  if(NOT EXISTS "${map}")  # in the source tree
    set(map "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../sdk/plugin.map")
  endif()
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS "${map}")
  target_link_options(${name} PRIVATE
    "-Wl,--version-script=${map}"
    -Wl,--exclude-libs,ALL   # libraries that are linked in stay private
    -Wl,-Bsymbolic           # and are the ones that it uses
    -Wl,-z,now -Wl,-z,relro -Wl,-z,noexecstack
    -Wl,-z,nodelete          # never unmapped: threads and static objects may outlive it
    -Wl,--build-id)
  # Missing symbols fail here and not when the host loads it. Clang's sanitizers leave theirs to
  # the program.
  if(NOT ((OA_SANITIZE OR "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize=")
          AND "${CMAKE_C_COMPILER_ID}${CMAKE_CXX_COMPILER_ID}" MATCHES "Clang"))
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
endfunction()
