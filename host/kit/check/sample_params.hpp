#pragma once

#include <random>
#include <string>
#include <vector>

#include <boost/json/fwd.hpp>

namespace oa::host {

using SampleRandom = std::mt19937_64;

/// Parameters made from a schema: every required property, some of the others, with values of the
/// declared types and within the declared limits. Patterns and formats are not looked at.
[[nodiscard]] boost::json::object random_params(const boost::json::object& schema,
                                                SampleRandom& random);

/// A value that is of none of the types that a schema names; null where it names none.
[[nodiscard]] boost::json::value wrong_value(const boost::json::value& schema,
                                             SampleRandom& random);

/// The names that a schema declares.
[[nodiscard]] std::vector<std::string> property_names(const boost::json::object& schema);

}  // namespace oa::host
