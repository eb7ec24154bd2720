// Uses every slot of ABI 1.0 once, through the C++ layer. The same functions and outcomes as in
// golden.c.
#include <atomic>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "oa/plugin.hpp"

namespace {

using oa::Call;
using oa::Json;

std::atomic<std::uint32_t> blobs_released{0};

class State {
public:
    State(const oa::Host& host, const Json& config)
        : host_(host),
          count_(config.contains("from_ten") ? 10 : 0),
          start_fails_(config.contains("start_fails")) {
        if (config.contains("create_fails")) {
            throw oa::invalid_params("/create_fails", "create_fails is set");
        }
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (!start_fails_) {
            host_.log().debug("destroyed");
        }
    }

    void start() {
        if (start_fails_) {
            throw oa::unavailable("start_fails is set");
        }
        started_ = true;
    }
    void stop() { started_ = false; }
    std::uint32_t next() {
        if (!started_) {
            throw oa::internal("not started");
        }
        return ++count_;
    }

private:
    oa::Host host_;
    std::uint32_t count_;
    bool start_fails_;
    bool started_ = false;
};

Json echo(Call& call) {
    return call.params();
}

void fail(Call&) {
    throw oa::unavailable("the server answers 503")
        .with_details({{"status", 503}})
        .with_retry_after(std::chrono::milliseconds(1500));
}

void wrong(Call&) {
    throw oa::invalid_params("/items/3", "expected a number").with_retry(oa::Retry::No);
}

std::int32_t refuse(oa_instance*, const oa_host*, oa_call*) noexcept {
    return OA_CONFLICT;
}

bool in_time(const Call& call) {
    const auto left = call.remaining();
    return !left || left->count() > 0;
}

void wait_poll(Call& call) {
    call.progress("waiting");
    while (!call.cancelled() && in_time(call)) {
        std::this_thread::yield();
    }
    throw oa::Error(oa::ErrorCode::Cancelled, "stopped by polling");
}

void wait_callback(Call& call) {
    std::atomic<bool> flag{false};
    const auto guard = call.on_cancel([&flag] { flag = true; });
    call.progress("waiting");
    while (!flag && in_time(call)) {
        std::this_thread::yield();
    }
    throw oa::Error(oa::ErrorCode::Cancelled, "stopped by a callback");
}

void progress(Call& call) {
    call.progress(0.25, "a quarter");
    call.progress(-1);
}

void log(Call& call) {
    call.log().warn("with fields", {{"files", 3}});
    call.log().error("without fields");
    call.host().log().info("of the host");
}

Json about(Call& call) {
    const oa::CallInfo info = call.info();
    return {{"host", call.host().name()}, {"run_id", info.run_id},
            {"workflow", info.workflow},  {"task", info.task},
            {"module", info.module_name}, {"function", info.function_name},
            {"declared", info.function},  {"attempt", info.attempt},
            {"key", info.idempotency_key}};
}

Json blob_in(Call& call) {
    std::uint32_t sum = 0;
    const auto bytes = call.blob(0);
    for (const std::byte byte : bytes) {
        sum += std::to_integer<std::uint32_t>(byte);
    }
    return {{"bytes", bytes.size()}, {"sum", sum}};
}

std::int32_t blob_out(oa_instance*, const oa_host* host, oa_call* raw) noexcept {
    return oa::detail::guard_call(host, raw, [&](Call& call) {
        oa::OutputBlob made = call.alloc_blob(11);
        std::memcpy(made.bytes.data(), "of the host", made.bytes.size());
        static const std::string given = "of the plug-in";
        std::uint32_t index = 0;
        const auto release = [](void*) { ++blobs_released; };
        if (host->blob_give(raw, given.data(), given.size(), release, nullptr, &index) != OA_OK) {
            throw oa::exhausted("the host does not take the blob");
        }
        return Json::array({std::move(made.reference), Json{{"$blob", index}}});
    });
}

void blob_too_large(Call& call) {
    static_cast<void>(call.alloc_blob(std::size_t{1} << 60U));
}

Json released(Call&) {
    return blobs_released.load();
}

Json count(State& state, Call&) {
    return {{"count", state.next()}};
}

void bad_output(Call& call) {
    call.result_json("{not json");
}

void twice(Call& call) {
    call.result(1);
    call.result(2);
}

Json extension(Call& call) {
    return call.host().extension<int>("com.example.nowhere/1") != nullptr;
}

Json remaining(Call& call) {
    return call.remaining() ? Json("limited") : Json();
}

const void* OA_CALL get_extension(const char* id) noexcept {
    static constexpr std::uint32_t answer[2] = {sizeof(answer), 42};
    return std::string_view(id) == "com.example.answer/1" ? answer : nullptr;
}

constexpr const char* echo_aliases[] = {"repeat", "old-golden.echo", nullptr};
constexpr const char* about_aliases[] = {"whoami", nullptr};
constexpr const char* module_aliases[] = {"golden-old", nullptr};
constexpr oa_deprecation deprecation{sizeof(oa_deprecation), "0.9.0", "golden.echo",
                                     "It has another name now."};

constexpr oa_function functions[] = {
    oa::function<echo>({
        .name = "echo",
        .title = "Echo",
        .summary = "Gives its parameters back.",
        .output = R"({"type":"object"})",
        .examples = R"([{"title":"Echo","params":{"a":1},"output":{"a":1}}])",
        .flags = OA_F_IDEMPOTENT | OA_F_PURE | OA_F_THREAD_SAFE,
        .aliases = echo_aliases,
        .default_timeout_ms = 60000,
        .max_concurrency = 4,
    }),
    oa::function<echo>({
        .name = "old",
        .summary = "Does what echo does.",
        .flags = OA_F_THREAD_SAFE,
        .deprecated = &deprecation,
    }),
    oa::function<fail>({.name = "fail", .flags = OA_F_THREAD_SAFE | OA_F_NETWORK}),
    oa::function<wrong>({.name = "wrong", .flags = OA_F_THREAD_SAFE | OA_F_FILESYSTEM}),
    oa::function<refuse>({.name = "refuse", .flags = OA_F_THREAD_SAFE}),
    oa::function<wait_poll>({.name = "wait_poll", .flags = OA_F_CANCELLABLE | OA_F_BLOCKING}),
    oa::function<wait_callback>(
        {.name = "wait_callback", .flags = OA_F_CANCELLABLE | OA_F_BLOCKING}),
    oa::function<progress>({.name = "progress"}),
    oa::function<log>({.name = "log"}),
    oa::function<about>({.name = "about", .aliases = about_aliases}),
    oa::function<blob_in>({.name = "blob_in"}),
    oa::function<blob_out>({.name = "blob_out"}),
    oa::function<blob_too_large>({.name = "blob_too_large"}),
    oa::function<released>({.name = "released"}),
    oa::function<count>({.name = "count"}),
    oa::function<bad_output>({.name = "bad_output"}),
    oa::function<twice>({.name = "twice"}),
    oa::function<extension>({.name = "extension"}),
    oa::function<remaining>({.name = "remaining", .flags = 1U << 31U}),
};

}  // namespace

OA_PLUGIN(oa::Module{.id = "com.example.golden",
                     .name = "golden",
                     .version = "1.0.0",
                     .summary = "Everything of ABI 1.0.",
                     .aliases = module_aliases,
                     .vendor = "Example",
                     .license = "0BSD",
                     .homepage = "https://example.com/golden",
                     .build = GOLDEN_BUILD,
                     .config = R"({"type":"object"})",
                     .flags = OA_M_SINGLETON,
                     .lifecycle = oa::lifecycle<State>,
                     .get_extension = get_extension},
          functions)
