// Whatever text is given as a workflow, and as those that it runs, reading it ends in a workflow or
// in errors, and what was read can be looked at.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "core/workflow/graph.hpp"
#include "core/workflow/reader.hpp"
#include "tests/support/fake_catalog.hpp"

namespace {

namespace core = oa::core;

const core::FunctionCatalog& catalog() {
    static const oa::test::FakeCatalog* const functions = [] {
        auto* made = new oa::test::FakeCatalog;
        made->add("io", "read", R"({
            "type": "object", "additionalProperties": false, "required": ["path"],
            "properties": {"path": {"type": "string", "minLength": 1}, "mode": {"enum": ["a", 1]},
                           "lines": {"type": "integer"}, "input": {}}})");
        made->add("u", "p", R"({"properties": {"text": {}, "varname": {}}})");
        made->add("u", "any", R"({"additionalProperties": true})");
        return made;
    }();
    return *functions;
}

/// The parts of the input behind lines of `===`: workflows named 0, 1 and 2.
class Parts final : public core::WorkflowSource {
public:
    explicit Parts(std::string_view text) {
        for (std::string_view& part : parts_) {
            const std::size_t end = std::min(text.find("\n===\n"), text.size());
            part = text.substr(0, end);
            text = text.substr(std::min(end + 5, text.size()));
        }
    }

    [[nodiscard]] std::string_view main() const { return parts_[0]; }

    [[nodiscard]] std::variant<Document, Problem> find(std::string_view name,
                                                       const std::string& /*from*/) const override {
        if (name.size() != 1 || name[0] < '0' || name[0] > '2') {
            return Problem{"there is none", {}};
        }
        const auto number = static_cast<std::size_t>(name[0] - '0');
        return Document{std::string(name), std::string(parts_[number + 1])};
    }

private:
    std::array<std::string_view, 4> parts_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Parts parts(std::string_view(reinterpret_cast<const char*>(data), size));
    core::ReadOptions options;
    options.workflows = &parts;
    const core::ReadResult read =
        core::read_workflow(parts.main(), "main.yaml", catalog(), options);
    if ((read.workflow != nullptr) == has_errors(read.diagnostics)) {
        std::abort();
    }
    for (const core::Diagnostic& diagnostic : read.diagnostics) {
        if (to_string(diagnostic).empty()) {
            std::abort();
        }
    }
    if (read.workflow) {
        (void)core::graph_json(*read.workflow);
    }
    return 0;
}
