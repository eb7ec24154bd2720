# The host's side: makes and watches worker processes, and calls functions in them.
add_library(oa_host_isolation STATIC
  call_result.cpp
  isolated_call.cpp
  isolated_invoker.cpp
  isolation_settings.cpp
  output_lines.cpp
  plugin_invoker.cpp
  private_file.cpp
  quarantine.cpp
  running_marks.cpp
  supervisor_loop.cpp
  temporary_folder.cpp
  worker.cpp
  worker_call.cpp
  worker_describer.cpp
  worker_failure.cpp
  worker_pool.cpp
  worker_reading.cpp
  worker_supervisor.cpp
  zygote.cpp)
add_library(oa::host_isolation ALIAS oa_host_isolation)
target_link_libraries(oa_host_isolation
  PUBLIC oa::host_blob oa::host_isolation_protocol oa::host_plugin
  PRIVATE oa::host_crash oa::build_flags)
