#include <chrono>
#include <string>

#include <oa/plugin.hpp>

namespace {

oa::Json greet(oa::Call& call) {
    const auto who = call.param<std::string>("who", "world");
    if (who.empty()) {
        // The pointer tells forms and people which parameter to correct.
        throw oa::invalid_params("/who", "parameter \"who\" is empty: name somebody to greet");
    }
    const auto delay = call.param<std::int64_t>("delay_ms", 0);
    if (delay < 0 || delay > 60'000) {
        throw oa::invalid_params("/delay_ms", "parameter \"delay_ms\" has to be 0 to 60000");
    }
    call.log().debug("greeting somebody", {{"delay_ms", delay}});
    // Ends early, by an exception, when the call is cancelled. In loops use call.check().
    call.wait_for(std::chrono::milliseconds(delay));
    return {{"text", "Hello, " + who + "!"}};
}

constexpr oa_function functions[] = {
    oa::function<greet>({
        .name = "greet",
        .title = "Greet somebody",
        .summary = "Greets somebody, at once or after a while.",
        .params = R"({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "who": {"type": "string", "minLength": 1, "default": "world",
                        "description": "Whom to greet"},
                "delay_ms": {"type": "integer", "minimum": 0, "maximum": 60000, "default": 0,
                             "description": "How long to wait before, in milliseconds"}
            }
        })",
        .output = R"({
            "type": "object",
            "additionalProperties": false,
            "required": ["text"],
            "properties": {"text": {"type": "string", "description": "The greeting"}}
        })",
        .examples = R"([
            {"title": "Greet Ada", "params": {"who": "Ada"}, "output": {"text": "Hello, Ada!"}},
            {"title": "Nobody to greet", "params": {"who": ""}, "error": "invalid_params"}
        ])",
        .flags = OA_F_IDEMPOTENT | OA_F_THREAD_SAFE | OA_F_CANCELLABLE,
    }),
};

}  // namespace

OA_PLUGIN(
    oa::Module{.id = "@id@", .name = "@name@", .version = "0.1.0", .summary = "Greets people."},
    functions)
