option(OA_BUILD_TESTS "Build the tests and benchmarks" ${PROJECT_IS_TOP_LEVEL})
option(OA_WERROR "Treat compiler warnings as errors" OFF)
set(OA_SANITIZE "" CACHE STRING "Comma list for -fsanitize=, e.g. address,undefined")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

find_program(OA_CCACHE ccache)
if(OA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${OA_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${OA_CCACHE}")
endif()

# One interface target carries every flag, so no directory-wide flags exist.
add_library(oa_build_flags INTERFACE)
add_library(oa::build_flags ALIAS oa_build_flags)
target_compile_options(oa_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast;-Wnon-virtual-dtor;-Woverloaded-virtual>
  # GCC 12 sees uninitialised members in every std::variant that it inlines; clang and the sanitizers look for real ones.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  $<$<BOOL:${OA_WERROR}>:-Werror>)
# Resolved at the start, and then out of reach: nobody can change what a call leads to, and looking names up later would leave
# registers, and what secrets were in them, on the stack.
target_link_options(oa_build_flags INTERFACE LINKER:-z,relro,-z,now)
set(OA_SANITIZED 0)  # as a number; $<BOOL> takes no list with commas
if(OA_SANITIZE)
  set(OA_SANITIZED 1)
  target_compile_options(oa_build_flags INTERFACE
    -fsanitize=${OA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(oa_build_flags INTERFACE -fsanitize=${OA_SANITIZE})
endif()

# The fastest linker at hand.
find_program(OA_MOLD mold)
if(OA_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
