#include "oa/plugin.hpp"

#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <pthread.h>

#include "oa/testing.hpp"

namespace {

using oa::Call;
using oa::Json;

Json greet(Call& call) {
    return {{"greeting", "Hello, " + call.param<std::string>("who")}};
}
void set_output(Call& call) {
    call.result({{"set", true}});
}
void say_nothing(Call&) noexcept {}
std::int32_t raw(oa_instance*, const oa_host*, oa_call*) noexcept {
    return OA_CONFLICT;
}

Json fail_typed(Call&) {
    throw oa::unavailable("the server answers 503")
        .with_pointer("/url")
        .with_details({{"status", 503}})
        .with_retry_after(std::chrono::seconds(5));
}
Json fail_memory(Call&) {
    throw std::bad_alloc();
}
Json fail_standard(Call&) {
    throw std::runtime_error("broken \xFF pipe");
}
Json fail_otherwise(Call&) {
    throw 42;
}
Json fail_cancelled(Call& call) {
    call.check();
    return nullptr;
}
Json make_large(Call&) {
    return std::string(1000, 'x');
}
Json be_unwound(Call&) {
    pthread_exit(nullptr);
}

/// A module with state. What happens to it is kept in `events`.
class Counter {
public:
    Counter(const oa::Host& host, const Json& config)
        : host_(host), count_(config.get<int>("start", 0)) {
        if (count_ < 0) {
            throw oa::invalid_params("/start", "start has to be 0 or more");
        }
    }
    Counter(const Counter&) = delete;
    Counter& operator=(const Counter&) = delete;
    ~Counter() { host_.log().info("destroyed"); }

    void start() {
        if (count_ == 13) {
            throw oa::unavailable("thirteen does not start");
        }
        host_.log().info("started");
    }
    void stop() { host_.log().info("stopped"); }
    int next() { return ++count_; }
    [[nodiscard]] int peek() const { return count_; }

private:
    oa::Host host_;
    int count_;
};

Json count(Counter& counter, Call&) {
    return counter.next();
}
Json peek(const Counter& counter, Call&) {
    return counter.peek();
}

constexpr const char* aliases[] = {"hi", "old-module.hello", nullptr};
constexpr oa_deprecation deprecation{sizeof(oa_deprecation), "0.9.0", "test.greet", nullptr};

constexpr oa_function functions[] = {
    oa::function<greet>({
        .name = "greet",
        .title = "Greet",
        .summary = "Greets somebody.",
        .params = R"({"type":"object"})",
        .output = R"({"type":"object"})",
        .examples = "[]",
        .flags = OA_F_IDEMPOTENT | OA_F_THREAD_SAFE,
        .aliases = aliases,
        .deprecated = &deprecation,
        .default_timeout_ms = 1000,
        .max_concurrency = 2,
    }),
    oa::function<set_output>({.name = "set_output"}),
    oa::function<say_nothing>({.name = "say_nothing"}),
    oa::function<raw>({.name = "raw"}),
    oa::function<fail_typed>({.name = "fail_typed"}),
    oa::function<fail_memory>({.name = "fail_memory"}),
    oa::function<fail_standard>({.name = "fail_standard"}),
    oa::function<fail_otherwise>({.name = "fail_otherwise"}),
    oa::function<fail_cancelled>({.name = "fail_cancelled"}),
    oa::function<make_large>({.name = "make_large"}),
    oa::function<be_unwound>({.name = "be_unwound"}),
    oa::function<count>({.name = "count"}),
    oa::function<peek>({.name = "peek"}),
};

}  // namespace

OA_PLUGIN(oa::Module{.id = "com.example.test",
                     .name = "test",
                     .version = "1.2.3",
                     .summary = "For the tests.",
                     .license = "MIT",
                     .config = R"({"type":"object"})",
                     .flags = OA_M_SINGLETON,
                     .lifecycle = oa::lifecycle<Counter>},
          functions)

namespace oa {
namespace {

const oa_module& the_module() {
    return *oa_module_entry_v1(nullptr, nullptr, 0);
}

const oa_function& find(std::string_view name) {
    for (std::uint32_t i = 0; i < the_module().function_count; ++i) {
        if (name == the_module().functions[i]->name) {
            return *the_module().functions[i];
        }
    }
    throw std::out_of_range(std::string(name));
}

struct PluginTest : ::testing::Test {
    testing::FakeHost host;

    testing::Result run(std::string_view name, testing::CallOptions options = {}) {
        return host.run(find(name), testing::FakeCall(std::move(options)));
    }
    std::int32_t create(std::string_view config, oa_instance*& instance) {
        error = {};
        error.struct_size = sizeof(error);
        return the_module().create(host.raw(), config.data(), config.size(), &instance, &error);
    }
    oa_error error{};
};

TEST_F(PluginTest, DescribesTheModule) {
    const oa_module& module = the_module();

    EXPECT_EQ(module.struct_size, sizeof(oa_module));
    EXPECT_EQ(module.abi, OA_ABI_VERSION);
    EXPECT_EQ(module.abi_min, OA_ABI_VERSION);
    EXPECT_STREQ(module.id, "com.example.test");
    EXPECT_STREQ(module.name, "test");
    EXPECT_STREQ(module.version, "1.2.3");
    EXPECT_STREQ(module.license, "MIT");
    EXPECT_EQ(module.flags, OA_M_SINGLETON);
    EXPECT_EQ(module.function_count, std::size(functions));
    EXPECT_EQ(&module, &the_module());
}

TEST_F(PluginTest, DescribesFunctions) {
    const oa_function& function = find("greet");

    EXPECT_EQ(function.struct_size, sizeof(oa_function));
    EXPECT_EQ(function.flags, OA_F_IDEMPOTENT | OA_F_THREAD_SAFE);
    EXPECT_STREQ(function.aliases[1], "old-module.hello");
    EXPECT_STREQ(function.deprecated->replace_with, "test.greet");
    EXPECT_EQ(function.default_timeout_ms, 1000U);
    EXPECT_EQ(function.max_concurrency, 2U);
}

TEST_F(PluginTest, ReturnsWhatAHandlerReturns) {
    const testing::Result reply = run("greet", {.params = R"({"who":"Ada"})"});

    EXPECT_EQ(reply.status, OA_OK);
    EXPECT_EQ(reply.json, (Json{{"greeting", "Hello, Ada"}}));
    EXPECT_FALSE(reply.failed);
}

TEST_F(PluginTest, TakesHandlersThatReturnNothing) {
    EXPECT_EQ(run("set_output").json, (Json{{"set", true}}));
    EXPECT_EQ(run("say_nothing").json, Json());
    EXPECT_EQ(run("raw").status, OA_CONFLICT);
}

TEST_F(PluginTest, ReportsEverythingOfAnError) {
    const testing::Result reply = run("fail_typed");

    EXPECT_EQ(reply.status, OA_UNAVAILABLE);
    EXPECT_EQ(reply.code, OA_UNAVAILABLE);
    EXPECT_EQ(reply.message, "the server answers 503");
    EXPECT_EQ(reply.pointer, "/url");
    EXPECT_EQ(reply.details, (Json{{"status", 503}}));
    EXPECT_EQ(reply.retry, OA_RETRY_YES);
    EXPECT_EQ(reply.retry_after_ms, 5000U);
}

TEST_F(PluginTest, ReportsAParameterThatIsWrong) {
    const testing::Result reply = run("greet", {.params = R"({"who":1})"});

    EXPECT_EQ(reply.status, OA_INVALID_PARAMS);
    EXPECT_EQ(reply.pointer, "/who");
}

TEST_F(PluginTest, SaysThatMemoryIsShortAndMayBeThereLater) {
    const testing::Result reply = run("fail_memory");

    EXPECT_EQ(reply.status, OA_EXHAUSTED);
    EXPECT_EQ(reply.retry, OA_RETRY_YES);
}

TEST_F(PluginTest, StopsForeignExceptions) {
    const testing::Result standard = run("fail_standard");
    EXPECT_EQ(standard.status, OA_INTERNAL);
    EXPECT_EQ(standard.message, "broken \xEF\xBF\xBD pipe");

    const testing::Result other = run("fail_otherwise");
    EXPECT_EQ(other.status, OA_INTERNAL);
    EXPECT_EQ(other.message, "unknown exception");
}

TEST_F(PluginTest, ReturnsCancelled) {
    EXPECT_EQ(run("fail_cancelled", {.cancelled = true}).status, OA_CANCELLED);
}

TEST_F(PluginTest, FailsWhenTheOutputIsTooLarge) {
    EXPECT_EQ(run("make_large", {.output_max = 100}).status, OA_EXHAUSTED);
}

TEST_F(PluginTest, AbortsWhenItsThreadIsUnwound) {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_DEATH(run("be_unwound"), "a thread that runs a plug-in was cancelled");
}

TEST_F(PluginTest, KeepsStateFromCreateToDestroy) {
    host.config(R"({"start":5})");

    EXPECT_EQ(host.run("count").json, Json(6));
    EXPECT_EQ(host.run("peek").json, Json(6));

    host.stop();
    const auto logs = host.logs();
    ASSERT_EQ(logs.size(), 3U);
    EXPECT_EQ(logs[0].message, "started");
    EXPECT_EQ(logs[1].message, "stopped");
    EXPECT_EQ(logs[2].message, "destroyed");
}

TEST_F(PluginTest, TellsWhyAnInstanceIsNotMade) {
    oa_instance* instance = nullptr;

    EXPECT_EQ(create(R"({"start":-1})", instance), OA_INVALID_PARAMS);
    EXPECT_EQ(std::string(error.message, error.message_len), "start has to be 0 or more");
    EXPECT_EQ(std::string(error.pointer, error.pointer_len), "/start");

    EXPECT_EQ(create(R"({"start":"x"})", instance), OA_INVALID_PARAMS);
    EXPECT_EQ(std::string(error.pointer, error.pointer_len), "/start");

    EXPECT_EQ(create("{", instance), OA_INVALID_PARAMS);
    EXPECT_EQ(instance, nullptr);
}

TEST_F(PluginTest, FailsToStartWithTheStatusAndAReason) {
    oa_instance* instance = nullptr;
    ASSERT_EQ(create(R"({"start":13})", instance), OA_OK);
    oa_error why{};
    why.struct_size = sizeof(why);

    EXPECT_EQ(the_module().start(instance, &why), OA_UNAVAILABLE);
    EXPECT_EQ(why.code, OA_UNAVAILABLE);
    EXPECT_EQ(std::string(why.message, why.message_len), "thirteen does not start");

    the_module().destroy(instance);
}

TEST_F(PluginTest, SaysThatStateIsMissing) {
    EXPECT_EQ(run("count").status, OA_INTERNAL);
}

}  // namespace
}  // namespace oa
