// Reads, checks and evaluates whatever is thrown at it, against fixed values, under limits that
// keep each input short. Nothing may crash, and what has a value has it again the second time.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <boost/json.hpp>

#include "core/expression/cel/cel.hpp"

namespace {

namespace cel = oa::core::cel;

class Bindings final : public cel::Activation {
public:
    [[nodiscard]] std::optional<cel::Value> find(std::string_view name) const override {
        const auto* const found = values_.if_contains(name);
        return found == nullptr ? std::nullopt : std::optional(cel::Value::json(*found));
    }
    [[nodiscard]] std::vector<std::string> names() const override { return {"x", "y", "list"}; }
    [[nodiscard]] Called call(std::string_view function,
                              std::span<const cel::Value> arguments) const override {
        if (function == "ask") {
            return {cel::Value::boolean(true), "", ""};
        }
        return {cel::Value::integer(static_cast<std::int64_t>(arguments.size())), "", ""};
    }

private:
    boost::json::object values_ =
        boost::json::parse(R"({"x": 1, "y": {"a": [1, 2.5, "b"], "c": null},
        "list": [1, 2, 3, {"k": "é"}], "text": "a,b,ç", "big": 18446744073709551615, "e": {}})")
            .as_object();
};

cel::CompileOptions options() {
    cel::CompileOptions made;
    made.functions = {{"host", 1, cel::any_kind}, {"ask", 0, cel::set_of(cel::Kind::Bool)}};
    made.limits.evaluation.steps = 20'000;
    made.limits.evaluation.memory_bytes = std::size_t{1} << 20U;
    made.limits.evaluation.output_bytes = std::size_t{1} << 16U;
    return made;
}

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Bindings bindings;
    static auto settings = options();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    settings.extent = size % 8 == 0 ? cel::Extent::Path : cel::Extent::Expression;
    settings.dotted_names = size % 4 == 0;
    const auto parsed = cel::Program::compile(text, settings);
    require(parsed.consumed <= size && parsed.error.offset <= size);
    if (!parsed.program) {
        require(!parsed.error.message.empty());
        return 0;
    }
    const auto checked = parsed.program->check([](const cel::PathNode& path) {
        return path.root == "text" ? cel::set_of(cel::Kind::String) : cel::any_kind;
    });
    for (const auto& finding : checked.findings) {
        require(finding.offset <= size && !finding.message.empty());
    }
    cel::LocalArena arena(parsed.program->limits().memory_bytes);
    const auto first = parsed.program->evaluate(bindings, arena);
    cel::LocalArena other_arena(parsed.program->limits().memory_bytes);
    const auto second = parsed.program->evaluate(bindings, other_arena);
    require(first.error.has_value() == second.error.has_value());
    if (first.error) {
        require(first.error->offset <= size && !first.error->message.empty());
        return 0;
    }
    require(first.value.kind() == second.value.kind());
    // What is known of a value ahead holds, wherever the check has nothing to say.
    require(!checked.findings.empty() || cel::holds(checked.kinds, first.value.kind()));
    boost::json::value json;
    boost::json::value other_json;
    const auto problem = cel::to_json(first.value, parsed.program->limits(), json);
    require(problem.has_value() ==
            cel::to_json(second.value, parsed.program->limits(), other_json).has_value());
    require(problem || json == other_json);
    return 0;
}
