// What an expression costs: read once, evaluated at each use.

#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/json.hpp>

#include "core/expression/expression.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

class BenchScope final : public Scope {
public:
    BenchScope() {
        auto& users = roots_["users"].emplace_array();
        for (int i = 0; i < 1'000; ++i) {
            users.push_back({{"name", "user " + std::to_string(i)}, {"age", i % 90}});
        }
    }

    [[nodiscard]] const json::value* find(std::string_view name) const override {
        return roots_.if_contains(name);
    }
    [[nodiscard]] const json::value* find_task(std::string_view name) const override {
        return tasks_.if_contains(name);
    }
    [[nodiscard]] std::optional<std::string> environment(std::string_view /*name*/) const override {
        return std::nullopt;
    }
    [[nodiscard]] std::vector<std::string> names() const override { return {"inputs", "users"}; }
    [[nodiscard]] std::vector<std::string> task_names() const override { return {"fetch"}; }

private:
    json::object roots_ = json::parse(R"({"inputs": {"env": "prod", "count": 3}})").as_object();
    json::object tasks_ = json::parse(R"({"fetch": {"status": "succeeded",
        "output": {"status": 200, "headers": {"content-type": "text/html"}}}})")
                              .as_object();
};

constexpr const char* condition = "tasks.fetch.output.status == 200 && inputs.env == \"prod\"";

void read_expression(benchmark::State& state, const char* text) {
    for (auto _ : state) {
        benchmark::DoNotOptimize(Expression::parse(text));
    }
}

void evaluate_expression(benchmark::State& state, const char* text) {
    const BenchScope scope;
    const auto parsed = Expression::parse(text);
    if (!parsed.expression) {
        state.SkipWithError(parsed.error.message.c_str());
        return;
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(parsed.expression->evaluate(scope));
    }
}

BENCHMARK_CAPTURE(read_expression, path, "tasks.fetch.output.status");
BENCHMARK_CAPTURE(read_expression, condition, condition);
BENCHMARK_CAPTURE(evaluate_expression, path, "tasks.fetch.output.status");
BENCHMARK_CAPTURE(evaluate_expression, condition, condition);
BENCHMARK_CAPTURE(evaluate_expression,
                  choice,
                  "inputs.env in [\"prod\", \"stage\"] ? inputs.count * 2 : 0");
BENCHMARK_CAPTURE(evaluate_expression,
                  pattern,
                  "tasks.fetch.output.headers[\"content-type\"].matches(\"^text/\")");
BENCHMARK_CAPTURE(evaluate_expression,
                  absorbed_failure,
                  "inputs.missing == 1 || inputs.count == 3");
BENCHMARK_CAPTURE(evaluate_expression,
                  thousand_items,
                  "size(users.filter(u, u.age > 40).map(u, u.name)) > 100");

}  // namespace
}  // namespace oa::core
