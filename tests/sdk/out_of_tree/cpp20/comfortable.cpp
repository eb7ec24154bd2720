// A plug-in in C++20 with state, typed parameters, cancellation and errors.
#include <atomic>
#include <stdexcept>
#include <string>

#include <oa/plugin.hpp>

namespace {

class Greeter {
public:
    Greeter(const oa::Host& host, const oa::Json& config)
        : host_(host), word_(config.get<std::string>("word", "Hello")) {}

    void start() const { host_.log().debug("ready"); }
    [[nodiscard]] std::string greet(const std::string& who) {
        ++greeted_;
        return word_ + ", " + who + "!";
    }
    [[nodiscard]] int greeted() const { return greeted_; }

private:
    oa::Host host_;
    std::string word_;
    std::atomic<int> greeted_ = 0;
};

oa::Json greet(Greeter& greeter, oa::Call& call) {
    return {{"greeting", greeter.greet(call.param<std::string>("who", "world"))}};
}

oa::Json greeted(const Greeter& greeter, oa::Call&) {
    return greeter.greeted();
}

void pause(oa::Call& call) {
    call.progress(0, "waiting");
    call.wait_for(call.param<std::chrono::milliseconds>("duration"));
}

oa::Json break_down(oa::Call& call) {
    if (call.param<bool>("typed", false)) {
        throw oa::unavailable("it does not answer").with_retry_after(std::chrono::seconds(1));
    }
    throw std::runtime_error("it broke down");
}

constexpr oa_function functions[] = {
    oa::function<greet>({
        .name = "greet",
        .summary = "Greets somebody.",
        .params = R"({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "who": {"type": "string", "default": "world", "description": "Whom to greet"}
            }
        })",
        .examples = R"([{"title": "Greet Ada", "params": {"who": "Ada"},
                         "output": {"greeting": "Hello, Ada!"}}])",
        .flags = OA_F_IDEMPOTENT | OA_F_THREAD_SAFE | OA_F_CANCELLABLE,
    }),
    oa::function<greeted>({
        .name = "greeted",
        .summary = "How many were greeted.",
        .flags = OA_F_IDEMPOTENT | OA_F_THREAD_SAFE | OA_F_CANCELLABLE,
    }),
    oa::function<pause>({
        .name = "pause",
        .summary = "Waits.",
        .flags = OA_F_IDEMPOTENT | OA_F_THREAD_SAFE | OA_F_CANCELLABLE | OA_F_BLOCKING,
    }),
    oa::function<break_down>({
        .name = "break_down",
        .summary = "Fails.",
        .flags = OA_F_IDEMPOTENT | OA_F_THREAD_SAFE | OA_F_CANCELLABLE,
    }),
};

}  // namespace

OA_PLUGIN(oa::Module{.id = "com.example.comfortable",
                     .name = "comfortable",
                     .version = "1.0.0",
                     .summary = "A plug-in in C++20.",
                     .config = R"({"type": "object",
                                   "properties": {"word": {"type": "string"}}})",
                     .lifecycle = oa::lifecycle<Greeter>},
          functions)
