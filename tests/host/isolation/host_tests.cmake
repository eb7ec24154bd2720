oa_add_test(host_isolation_test
  SOURCES
    invoker_test.cpp
    output_lines_test.cpp
    plugin_invoker_test.cpp
    pool_test.cpp
    quarantine_test.cpp
    temporary_folder_test.cpp
    worker_process_test.cpp
  LIBS oa::host_isolation ${CMAKE_DL_LIBS}
  DEFINES
    OA_FIXTURE_DIR="${PROJECT_BINARY_DIR}/tests/fixtures"
    OA_WORKER_PROGRAM="$<TARGET_FILE:oa_worker>"
  DEPENDS oa_fixtures oa_worker)
oa_add_test(host_quarantine_commands_test
  SOURCES
    quarantine_commands_test.cpp
    "${PROJECT_SOURCE_DIR}/host/cli/quarantine_commands.cpp"
  LIBS oa::host_isolation oa::host_plugin_commands oa::host_log
  DEFINES OA_FIXTURE_DIR="${PROJECT_BINARY_DIR}/tests/fixtures")
