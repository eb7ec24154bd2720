# Builds an example of the SDK as somebody outside would: against the installed SDK alone.
#   SOURCE   folder of the example
#   PREFIX   where the SDK was installed
#   OUTPUT   folder for the build and for the plug-in
file(REMOVE_RECURSE "${OUTPUT}")
execute_process(
  COMMAND "${CMAKE_COMMAND}" -E env --unset=CFLAGS --unset=CXXFLAGS --unset=LDFLAGS
    "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${OUTPUT}/build" -G "${GENERATOR}"
    "-DCMAKE_PREFIX_PATH=${PREFIX}" "-DCMAKE_LIBRARY_OUTPUT_DIRECTORY=${OUTPUT}"
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${OUTPUT}/build" COMMAND_ERROR_IS_FATAL ANY)
