#pragma once

#include <vector>

#include "tests/isolation/faults.hpp"

namespace oa::test {

/// Parts of all_faults(): misuse of the line to the host, of what a call offers, and reaching out
/// of the process.
[[nodiscard]] std::vector<Fault> faults_of_channel();
[[nodiscard]] std::vector<Fault> faults_of_answers();
[[nodiscard]] std::vector<Fault> faults_of_reach();

}  // namespace oa::test
