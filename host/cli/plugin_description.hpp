#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

namespace oa::host {

// Reading the description of a module: what to_json(const LoadedModule&) gives, or the manifest of
// a file, from whoever wrote it. What is absent or of another type reads as empty.

/// A text, made printable.
[[nodiscard]] std::string text_at(const boost::json::object& object, std::string_view key);
[[nodiscard]] std::vector<std::string> texts_at(const boost::json::object& object,
                                                std::string_view key);
/// An object; an empty one otherwise.
[[nodiscard]] const boost::json::object& object_at(const boost::json::object& object,
                                                   std::string_view key);
/// The objects of an array.
[[nodiscard]] std::vector<const boost::json::object*> objects_at(const boost::json::object& object,
                                                                 std::string_view key);

/// "act(path, mode?, times?)"
[[nodiscard]] std::string signature(const boost::json::object& function);
/// The summary, or the title where there is none.
[[nodiscard]] std::string summary_of(const boost::json::object& function);
/// Whether it takes parameters that it does not declare.
[[nodiscard]] bool is_open(const boost::json::object& function);
/// "Deprecated since 1.1.0: use good.act. It never did anything."; empty when it is not.
[[nodiscard]] std::string deprecation_words(const boost::json::object& function);
/// "idempotent", "thread safe", "time-out 5000 ms", "at most 3 at a time" ...
[[nodiscard]] std::vector<std::string> behaviour_words(const boost::json::object& function);
/// "vendor", "licence" ..., each with its text, where there is one.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> facts_of(
    const boost::json::object& module);

[[nodiscard]] std::string joined(const std::vector<std::string>& texts);

}  // namespace oa::host
