#pragma once

#include <filesystem>

#include <boost/json/object.hpp>

#include "host/cli/options.hpp"
#include "host/cli/run_house.hpp"

namespace oa::host {

/// What somebody tells a run, as it goes from one process to another:
/// {"command": "runs", "folder", "action", "run", "reason", "task", "element", "by", "from",
/// "all"}. `folder` is that of the store, so that of several hosts the right one answers.
[[nodiscard]] boost::json::object run_request(const RunsOptions& options,
                                              const std::string& run_id,
                                              const std::filesystem::path& folder);

/// Does what run_request() asks for, in a house with a store: {"done": "a sentence"}, with "run"
/// for a new one, or {"error": "why not"}. Waits until an answer is on record. Thread safe.
[[nodiscard]] boost::json::object answer_run_request(const boost::json::object& request,
                                                     RunHouse& house);

}  // namespace oa::host
