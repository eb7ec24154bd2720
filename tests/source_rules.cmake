# The arrows between the rooms of the house, which neither the compiler nor clang-tidy checks: a
# room includes only what it may know.
#   cmake -DROOT=<folder> -P source_rules.cmake
cmake_minimum_required(VERSION 3.25)

# rule(<why> FILES <regex> [EXCEPT <regex>] FORBIDS <regex> [ALLOWS <regex>])
# No file whose path matches FILES, but not EXCEPT, includes what matches FORBIDS, but not ALLOWS.
set(rules 0)
macro(rule why)
  cmake_parse_arguments(rule_${rules} "" "FILES;EXCEPT;FORBIDS;ALLOWS" "" ${ARGN})
  set(rule_${rules}_WHY "${why}")
  math(EXPR rules "${rules} + 1")
endmacro()

rule("includes are written from the root of the project"
  FILES "^(core|sdk|host|plugins|tests)/" FORBIDS "^\"[.][.]?/")
rule("sdk depends on the standard library alone"
  FILES "^sdk/" FORBIDS "/" ALLOWS "^[<\"](oa|sdk)/")
rule("core knows no other room"
  FILES "^core/" FORBIDS "^\"(oa|sdk|host|plugins|tests)/|^<oa/")
# A secret asks the system for memory of its own kind, and for nothing else.
rule("core knows no library but Boost.JSON, RE2, date and yaml-cpp"
  FILES "^core/" EXCEPT "^core/secret/secret[.]cpp$" FORBIDS "^<.*/" ALLOWS "^<(boost/(json|system)|re2|date|yaml-cpp)[./]")
rule("only the time zones of core/expression/cel include date"
  FILES "^(core|host)/" EXCEPT "^core/expression/cel/time_zone[.]cpp$" FORBIDS "^[<\"]date/")
rule("core talks to the system through ports"
  FILES "^core/" EXCEPT "^core/secret/secret[.]cpp$" FORBIDS "^<(dlfcn|unistd|signal|pthread|fcntl|poll)[.]h>")
rule("plugins see the sdk alone"
  FILES "^plugins/" FORBIDS "^[<\"](core|host|tests)/")
rule("only the YAML guard in core/workflow includes yaml-cpp"
  FILES "^(core|host)/" EXCEPT "^core/workflow/(yaml[.]cpp|yaml_tree[.](cpp|hpp))$" FORBIDS "^[<\"]yaml-cpp/")
rule("only host/plugin includes Boost.DLL"
  FILES "^(core|host|plugins)/" EXCEPT "^host/plugin/" FORBIDS "^[<\"]boost/dll")
rule("only host/log includes spdlog"
  FILES "^(core|host|plugins)/" EXCEPT "^host/log/" FORBIDS "^[<\"]spdlog/")
rule("only host/cli includes CLI11"
  FILES "^(core|host|plugins)/" EXCEPT "^host/cli/" FORBIDS "^[<\"]CLI/")
rule("only crypto.cpp of host/wallet includes Botan"
  FILES "^host/wallet/" EXCEPT "^host/wallet/crypto[.]cpp$" FORBIDS "^[<\"]botan/")
rule("only crypto.cpp of host/access includes Botan"
  FILES "^host/access/" EXCEPT "^host/access/crypto[.]cpp$" FORBIDS "^[<\"]botan/")
rule("only audit_chain.cpp of host/audit includes Botan"
  FILES "^host/audit/" EXCEPT "^host/audit/audit_chain[.]cpp$" FORBIDS "^[<\"]botan/")
rule("host/access knows neither sockets nor files nor threads"
  FILES "^host/access/" FORBIDS "^<(fstream|filesystem|thread|unistd[.]h|fcntl[.]h|poll[.]h|sys/(socket|stat|epoll)[.]h|Poco/.*|boost/asio.*)>")
rule("only the files sqlite_* of host/store include SQLite"
  FILES "^(core|host)/" EXCEPT "^host/store/sqlite_(database[.]cpp|pages[.]cpp|pass_through[.]hpp)$" FORBIDS "^[<\"]sqlite3[.]h")
rule("only head_parser.cpp of host/http includes Boost.Beast and what it stands on"
  FILES "^(core|host|plugins)/" EXCEPT "^host/http/head_parser[.]cpp$" FORBIDS "^[<\"]boost/(beast|asio)[./]")
rule("only web_socket_frames.cpp of host/http includes wslay"
  FILES "^(core|host|plugins)/" EXCEPT "^host/http/web_socket_frames[.]cpp$" FORBIDS "^[<\"]wslay/")
rule("host/http knows no other adapter than host/log"
  FILES "^host/http/" FORBIDS "^\"host/" ALLOWS "^\"host/(http|log)/")
rule("host/client sees a host as any client does, through the API alone"
  FILES "^host/client/" FORBIDS "^\"host/" ALLOWS "^\"host/client/")
rule("nothing but tests includes tests"
  FILES "^(core|sdk|host|plugins)/" FORBIDS "^[<\"](tests|gtest|gmock|benchmark)/")

function(refuse file include why)
  message(NOTICE "${file} includes ${include}, but ${why}")
  set_property(GLOBAL PROPERTY refused ON)
endfunction()

function(check_rules file include)
  math(EXPR last "${rules} - 1")
  foreach(i RANGE ${last})
    if(NOT file MATCHES "${rule_${i}_FILES}" OR NOT include MATCHES "${rule_${i}_FORBIDS}")
      continue()
    endif()
    if(DEFINED rule_${i}_EXCEPT AND file MATCHES "${rule_${i}_EXCEPT}")
      continue()
    endif()
    if(DEFINED rule_${i}_ALLOWS AND include MATCHES "${rule_${i}_ALLOWS}")
      continue()
    endif()
    refuse("${file}" "${include}" "${rule_${i}_WHY}")
  endforeach()
endfunction()

# plugins/<name> knows plugins/common and itself; host/<room> knows host/log, host/blob, host/crash and itself; host/cli and the files beside the rooms wire all together.
function(check_rooms file include)
  if(NOT file MATCHES "^(host|plugins)/([^/]+)/")
    return()
  endif()
  set(house "${CMAKE_MATCH_1}")
  set(room "${CMAKE_MATCH_2}")
  if(NOT include MATCHES "^[<\"]${house}/([^/]+)/" OR CMAKE_MATCH_1 STREQUAL room)
    return()
  endif()
  set(known "${CMAKE_MATCH_1}")
  if(house STREQUAL "plugins" AND known STREQUAL "common" AND NOT room STREQUAL "common")
    return()  # what several of them need
  elseif(house STREQUAL "plugins")
    refuse("${file}" "${include}" "a plug-in knows no other plug-in")
  elseif(room MATCHES "^(isolation|trust|kit)$" AND known STREQUAL "plugin")
    return()  # they go on where finding and loading a plug-in ends
  elseif(room STREQUAL "service" AND known MATCHES "^(document|engine|store)$")
    return()  # what is done with them, whoever asks
  elseif(room STREQUAL "api" AND known MATCHES "^(access|engine|http|service|store)$")
    return()  # the service, as clients of HTTP see it
  elseif(NOT room STREQUAL "cli" AND NOT known MATCHES "^(log|blob|crash)$")
    refuse("${file}" "${include}"
      "an adapter of the host knows no other adapter than host/log, host/blob and host/crash")
  endif()
endfunction()

set(count 0)
foreach(folder core sdk host plugins tests)
  file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/${folder}/*.h" "${ROOT}/${folder}/*.hpp"
    "${ROOT}/${folder}/*.ipp" "${ROOT}/${folder}/*.c" "${ROOT}/${folder}/*.cpp")
  foreach(file IN LISTS files)
    math(EXPR count "${count} + 1")
    file(STRINGS "${ROOT}/${file}" lines REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"]")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^[ \t]*#[ \t]*include[ \t]*([<\"][^>\"]*[>\"]).*" "\\1" include "${line}")
      check_rules("${file}" "${include}")
      check_rooms("${file}" "${include}")
    endforeach()
  endforeach()
endforeach()
if(count EQUAL 0)
  message(FATAL_ERROR "there are no sources in ${ROOT}")
endif()
get_property(refused GLOBAL PROPERTY refused)
if(refused)
  message(FATAL_ERROR "some files include what their room may not know")
endif()
message(STATUS "${count} files looked at")
