#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "core/port/workflow_source.hpp"

namespace oa::test {

/// Documents by name, which is their file too. Counts how often it is asked.
class FakeWorkflowSource final : public core::WorkflowSource {
public:
    [[nodiscard]] std::variant<Document, Problem> find(std::string_view name,
                                                       const std::string& from) const override {
        ++asked;
        last_from = from;
        const auto found = documents.find(name);
        if (found == documents.end()) {
            return Problem{"there is no workflow '" + std::string(name) + "'", "look around"};
        }
        return Document{found->first, found->second};
    }

    std::map<std::string, std::string, std::less<>> documents;
    mutable int asked = 0;
    mutable std::string last_from;
};

}  // namespace oa::test
