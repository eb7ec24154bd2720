oa_add_test(host_isolation_protocol_test
  SOURCES protocol_channel_test.cpp protocol_messages_test.cpp
  LIBS oa::host_isolation_protocol)

oa_add_test(host_isolation_worker_test
  SOURCES
    sandbox_test.cpp
    worker_blobs_test.cpp
    worker_calls_test.cpp
    worker_death_test.cpp
  LIBS oa::isolation_worker oa_test_support
  DEFINES
    OA_FIXTURE_DIR="${PROJECT_BINARY_DIR}/tests/fixtures"
    OA_SANITIZED=${OA_SANITIZED}
    OA_WORKER_PROGRAM="$<TARGET_FILE:oa_worker>"
  DEPENDS oa_fixtures oa_worker)
