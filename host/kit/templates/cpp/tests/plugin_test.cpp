// Calls the functions of src/plugin.cpp, which is part of this program. Any test framework will do.
#include <chrono>
#include <iostream>
#include <string_view>

#include <oa/testing.hpp>

namespace {

int failures = 0;

void expect(bool holds, std::string_view what, const oa::testing::Result& result) {
    if (!holds || !result.violations.empty()) {
        ++failures;
        std::cerr << "not so: " << what << "\n  " << result << '\n';
    }
}

void greets_by_name() {
    oa::testing::FakeHost host;
    const auto result = host.run("greet", R"({"who": "Ada"})");
    expect(result.json == oa::Json{{"text", "Hello, Ada!"}}, "it greets Ada", result);
}

void greets_the_world_otherwise() {
    oa::testing::FakeHost host;
    const auto result = host.run("greet");
    expect(result.json == oa::Json{{"text", "Hello, world!"}}, "it greets the world", result);
}

void points_to_a_wrong_parameter() {
    oa::testing::FakeHost host;
    const auto empty = host.run("greet", R"({"who": ""})");
    expect(empty.code == OA_INVALID_PARAMS && empty.pointer == "/who", "it points to who", empty);
    const auto number = host.run("greet", R"({"who": 5})");
    expect(number.code == OA_INVALID_PARAMS && number.pointer == "/who", "5 is nobody", number);
    const auto delay = host.run("greet", R"({"delay_ms": -1})");
    expect(delay.code == OA_INVALID_PARAMS && delay.pointer == "/delay_ms", "it points to delay_ms",
           delay);
}

void stops_when_it_is_cancelled() {
    oa::testing::FakeHost host;
    host.deadline(std::chrono::milliseconds(20));
    const auto result = host.run("greet", R"({"delay_ms": 60000})");
    expect(result.code == OA_CANCELLED, "it is cancelled long before a minute", result);
}

}  // namespace

int main() {
    greets_by_name();
    greets_the_world_otherwise();
    points_to_a_wrong_parameter();
    stops_when_it_is_cancelled();
    return failures == 0 ? 0 : 1;
}
