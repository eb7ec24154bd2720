# Shows that source_rules.cmake refuses what it should, and nothing else.
#   cmake -DWORK=<a folder that may be deleted> -P source_rules_self_test.cmake
cmake_minimum_required(VERSION 3.25)

# One source file with one include, checked alone.
function(check file include expected)
  file(REMOVE_RECURSE "${WORK}")
  file(WRITE "${WORK}/${file}" "#pragma once\n\n#  include ${include}  // why\nint x;\n")
  execute_process(COMMAND "${CMAKE_COMMAND}" "-DROOT=${WORK}"
      -P "${CMAKE_CURRENT_LIST_DIR}/source_rules.cmake"
    RESULT_VARIABLE status ERROR_VARIABLE errors OUTPUT_QUIET)
  string(REGEX REPLACE "[ \n]+" " " errors "${errors}")  # CMake wraps what it prints
  if(expected STREQUAL "fine" AND NOT status EQUAL 0)
    message(SEND_ERROR "${file} may include ${include}, but: ${errors}")
  elseif(expected STREQUAL "refused" AND status EQUAL 0)
    message(SEND_ERROR "${file} may not include ${include}, but no rule says so")
  elseif(expected STREQUAL "refused" AND NOT errors MATCHES "${file} includes")
    message(SEND_ERROR "${file}: the message does not name it: ${errors}")
  endif()
endfunction()

check(sdk/include/oa/x.hpp "<vector>" fine)
check(sdk/include/oa/x.hpp "\"oa/plugin.h\"" fine)
check(sdk/include/oa/x.hpp "<boost/json.hpp>" refused)
check(sdk/include/oa/x.ipp "\"core/json/json.hpp\"" refused)

check(core/run/x.cpp "\"core/json/json.hpp\"" fine)
check(core/run/x.cpp "<boost/json/value.hpp>" fine)
check(core/workflow/inputs.cpp "<re2/re2.h>" fine)
check(core/workflow/yaml.cpp "<yaml-cpp/yaml.h>" fine)
check(core/workflow/reader.cpp "<yaml-cpp/yaml.h>" refused)
check(core/run/x.cpp "\"oa/plugin.h\"" refused)
check(core/run/x.cpp "\"host/log/log.hpp\"" refused)
check(core/run/x.cpp "<boost/dll/shared_library.hpp>" refused)
check(core/run/x.hpp "<Poco/Net/HTTPRequest.h>" refused)
check(core/run/x.hpp "<spdlog/spdlog.h>" refused)
check(core/run/x.hpp "<botan/hash.h>" refused)
check(core/run/x.cpp "<dlfcn.h>" refused)

check(plugins/http/x.cpp "\"oa/plugin.hpp\"" fine)
check(plugins/http/x.cpp "<Poco/Net/HTTPRequest.h>" fine)
check(plugins/http/x.cpp "\"plugins/http/y.hpp\"" fine)
check(plugins/http/x.cpp "\"plugins/files/y.hpp\"" refused)
check(plugins/http/x.cpp "\"core/json/json.hpp\"" refused)
check(plugins/http/x.c "\"host/log/log.hpp\"" refused)

check(host/main.cpp "\"host/plugin/registry.hpp\"" fine)
check(host/cli/run.cpp "\"host/engine/run_loop.hpp\"" fine)
check(host/cli/run.cpp "<CLI/CLI.hpp>" fine)
check(host/engine/x.cpp "\"host/engine/y.hpp\"" fine)
check(host/engine/x.cpp "\"host/log/log.hpp\"" fine)
check(host/engine/x.cpp "\"host/plugin/registry.hpp\"" refused)
check(host/log/x.cpp "\"host/engine/y.hpp\"" refused)
check(host/log/x.cpp "<spdlog/spdlog.h>" fine)
check(host/engine/x.cpp "<spdlog/spdlog.h>" refused)
check(host/main.cpp "<CLI/CLI.hpp>" refused)
check(host/plugin/x.cpp "<boost/dll/shared_library.hpp>" fine)
check(host/engine/x.cpp "<boost/dll/shared_library.hpp>" refused)
check(host/engine/x.cpp "\"tests/support/fake_clock.hpp\"" refused)
check(host/engine/x.cpp "\"../plugin/registry.hpp\"" refused)

check(tests/host/x_test.cpp "\"host/plugin/registry.hpp\"" fine)
check(tests/host/x_test.cpp "<gtest/gtest.h>" fine)
file(REMOVE_RECURSE "${WORK}")
