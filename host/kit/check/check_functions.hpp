#pragma once

#include "host/kit/check/check.hpp"
#include "host/kit/check/process_state.hpp"

/// What looks at each rule of the list in check_list.cpp.
namespace oa::host::checks {

// File: nothing of the plug-in is run.
void is_plugin_file(CheckBench& bench);
void exports_entry_alone(CheckBench& bench);
void has_manifest(CheckBench& bench);
void has_no_text_relocations(CheckBench& bench);
void has_no_executable_stack(CheckBench& bench);
void has_no_search_path(CheckBench& bench);
void needs_common_libraries(CheckBench& bench);
void needs_baseline_versions(CheckBench& bench);
void has_no_unique_symbols(CheckBench& bench);
void has_build_id(CheckBench& bench);
void tells_no_build_path(CheckBench& bench);
void has_no_static_tls(CheckBench& bench);

// Load
void loads(CheckBench& bench);
void loads_quickly(CheckBench& bench);
void loads_without_output(CheckBench& bench);
void loads_without_environment(CheckBench& bench);
void enters_twice(CheckBench& bench);
void enters_later_host(CheckBench& bench);
void starts_without_extensions(CheckBench& bench);
void manifest_is_true(CheckBench& bench);

// Descriptor
void describes_itself(CheckBench& bench);
void has_summaries(CheckBench& bench);
void has_sound_schemas(CheckBench& bench);
void has_closed_schemas(CheckBench& bench);
void has_parameter_descriptions(CheckBench& bench);
void has_examples(CheckBench& bench);
void examples_fit(CheckBench& bench);
void deprecations_help(CheckBench& bench);
void flags_are_plausible(CheckBench& bench);

// State left behind
template <StateAspect aspect>
void leaves_alone(CheckBench& bench);

// Run
void examples_keep_promises(CheckBench& bench);
void answers_no_parameters(CheckBench& bench);
void answers_unknown_parameters(CheckBench& bench);
void answers_wrong_types(CheckBench& bench);
void answers_random_parameters(CheckBench& bench);
void answers_huge_text(CheckBench& bench);
void answers_deep_nesting(CheckBench& bench);
void runs_concurrently(CheckBench& bench);
void is_pure(CheckBench& bench);
void prints_nothing(CheckBench& bench);
void output_fits_schema(CheckBench& bench);
void explains_failures(CheckBench& bench);
void keeps_contract(CheckBench& bench);

// Cancel
void stops_before_start(CheckBench& bench);
void stops_while_running(CheckBench& bench);
void stops_at_deadline(CheckBench& bench);

// Failure injection
void survives_lack_of_memory(CheckBench& bench);
void survives_refused_output(CheckBench& bench);
void works_without_log(CheckBench& bench);

// Life cycle
void lives_many_times(CheckBench& bench);
void refuses_bad_configuration(CheckBench& bench);
void runs_without_leak(CheckBench& bench);

}  // namespace oa::host::checks
