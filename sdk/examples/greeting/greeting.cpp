#include <oa/plugin.hpp>

static oa::Json greet(oa::Call& call) {
    const auto who = call.param<std::string>("who", "world");
    call.log().info("greeting " + who);
    return {{"text", "Hello, " + who + "!"}};
}

static constexpr oa_function functions[] = {
    oa::function<greet>({
        .name = "greet",
        .summary = "Greets somebody.",
        .params = R"({"type": "object", "additionalProperties": false, "properties": {
            "who": {"type": "string", "default": "world", "description": "Whom to greet"}}})",
        .examples = R"([{"title": "Greet Ada", "params": {"who": "Ada"},
                         "output": {"text": "Hello, Ada!"}}])",
        .flags = OA_F_IDEMPOTENT | OA_F_THREAD_SAFE,
    }),
};

OA_PLUGIN(oa::Module{.id = "com.example.greeting",
                     .name = "greeting",
                     .version = "1.0.0",
                     .summary = "An example."},
          functions)
