#include "oa/testing.hpp"

#include <atomic>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

// Functions that break the contract, each in one way, called as a plug-in's are.
namespace oa {
namespace {

using testing::CallOptions;
using testing::FakeCall;
using testing::FakeHost;
using testing::Result;

using Body = std::int32_t (*)(const oa_host*, oa_call*);

/// Runs `body` as a function of a plug-in.
Result run(FakeHost& host, Body body) {
    oa_function function{};
    function.struct_size = sizeof(function);
    function.name = "function";
    function.run = [](oa_instance* instance, const oa_host* table, oa_call* call) {
        return (*reinterpret_cast<Body*>(instance))(table, call);
    };
    return host.run(function, FakeCall(host.options()), reinterpret_cast<oa_instance*>(&body));
}

std::int32_t output(const oa_host* host, oa_call* call, std::string_view json) {
    return host->result(call, json.data(), json.size());
}

void fail(const oa_host* host, oa_call* call, std::int32_t code, std::string_view message) {
    oa_error error{};
    error.struct_size = sizeof(error);
    error.code = code;
    error.message = message.data();
    error.message_len = message.size();
    host->fail(call, &error);
}

/// The only violation; what there is instead.
std::string violation(const Result& result) {
    std::string all;
    for (const std::string& one : result.violations) {
        all += one;
    }
    return all;
}

struct TestingTest : ::testing::Test {
    FakeHost host{nullptr};
};

TEST_F(TestingTest, LetsTheLastOutputWin) {
    const Result result = run(host, [](const oa_host* table, oa_call* call) {
        output(table, call, "1");
        return output(table, call, "[2]");
    });

    EXPECT_TRUE(result.ok()) << result;
    EXPECT_EQ(result.json, Json::array({2}));
}

TEST_F(TestingTest, TellsAnOutputThatIsNoJson) {
    const Result result = run(host, [](const oa_host* table, oa_call* call) {
        output(table, call, "{1}");
        return OA_OK;
    });

    EXPECT_EQ(result.code, OA_INTERNAL);
    EXPECT_NE(violation(result).find("the output is not JSON"), std::string::npos);
}

TEST_F(TestingTest, TellsABlobThatTheOutputNamesAndNobodyMade) {
    const Result result = run(host, [](const oa_host* table, oa_call* call) {
        std::uint32_t index = 0;
        table->blob_alloc(call, 1, &index);
        return output(table, call, R"([{"a":{"$blob":0}},{"$blob":1}])");
    });

    EXPECT_EQ(violation(result), "the output names the blob 1, but the call has 1");
    EXPECT_EQ(result.blobs, std::vector<std::string>(1, std::string(1, '\0')));
}

TEST_F(TestingTest, TellsACancelCallbackThatIsNotTakenBack) {
    const Result result = run(host, [](const oa_host* table, oa_call* call) {
        table->on_cancel(
            call, [](void*) {}, nullptr);
        return OA_OK;
    });

    EXPECT_NE(violation(result).find("not taken back by off_cancel()"), std::string::npos);
}

TEST_F(TestingTest, TellsATokenThatWasMadeUp) {
    const Result result = run(host, [](const oa_host* table, oa_call* call) {
        table->off_cancel(call, 17);
        return OA_OK;
    });

    EXPECT_NE(violation(result).find("never returned"), std::string::npos);
}

TEST_F(TestingTest, TellsAnErrorWithoutAMessageOrWithACodeThatIsNone) {
    const Result silent = run(host, [](const oa_host* table, oa_call* call) {
        fail(table, call, OA_NOT_FOUND, "");
        return OA_NOT_FOUND;
    });
    EXPECT_EQ(silent.code, OA_NOT_FOUND);
    EXPECT_EQ(violation(silent), "fail(): the message is missing");

    const Result unknown = run(host, [](const oa_host* table, oa_call* call) {
        fail(table, call, 99, "what");
        return 99;
    });
    EXPECT_EQ(unknown.code, OA_INTERNAL);
    EXPECT_EQ(unknown.status, 99);
    EXPECT_EQ(unknown.violations.size(), 2U) << unknown;
}

TEST_F(TestingTest, TellsAStatusThatDiffersFromTheError) {
    const Result result = run(host, [](const oa_host* table, oa_call* call) {
        fail(table, call, OA_CONFLICT, "it exists");
        return OA_OK;
    });

    EXPECT_EQ(result.code, OA_CONFLICT);
    EXPECT_EQ(violation(result), "run() returned 0, but fail() told code 10");
}

TEST_F(TestingTest, TellsTextsThatAreNotWhatTheyShouldBe) {
    const Result result = run(host, [](const oa_host* table, oa_call* call) {
        table->log(table, call, OA_LOG_INFO, "\xFF", 1, "[]", 2);
        table->log(table, call, 9, "a", 1, "{", 1);
        table->progress(call, 2, nullptr, 0);
        table->progress(call, std::numeric_limits<double>::quiet_NaN(), "a", 1);
        return OA_OK;
    });

    EXPECT_EQ(result.violations.size(), 6U) << result;
    EXPECT_EQ(result.logs.size(), 2U);
}

TEST_F(TestingTest, TellsWhatIsDoneAfterTheEndOfACall) {
    static oa_call* late = nullptr;
    const Result result = run(host, [](const oa_host*, oa_call* call) {
        late = call;
        return OA_OK;
    });
    ASSERT_TRUE(result.ok());

    EXPECT_EQ(output(host.raw(), late, "1"), OA_CANCELLED);
    EXPECT_EQ(host.raw()->cancelled(late), 1);
    host.raw()->log(host.raw(), late, OA_LOG_INFO, "late", 4, nullptr, 0);

    const std::vector<std::string> expected{"result() was called after the call had ended",
                                            "cancelled() was called after the call had ended",
                                            "log() was called after the call had ended"};
    EXPECT_EQ(host.violations(), expected);
}

TEST_F(TestingTest, CancelsAfterTheGivenNumberOfPolls) {
    host.cancel_after_polls(3);
    const Result result = run(host, [](const oa_host* table, oa_call* call) {
        int polls = 0;
        std::atomic<int> told{0};
        const auto token = table->on_cancel(
            call, [](void* user) { ++*static_cast<std::atomic<int>*>(user); }, &told);
        while (table->cancelled(call) == 0) {
            ++polls;
        }
        table->off_cancel(call, token);
        return output(table, call, std::to_string(polls * 10 + told));
    });

    EXPECT_EQ(result.json, Json(31));
    EXPECT_TRUE(result.ok()) << result;
}

TEST_F(TestingTest, CancelsAtTheDeadline) {
    host.deadline(std::chrono::milliseconds(1));
    const Result result = run(host, [](const oa_host* table, oa_call* call) {
        while (table->cancelled(call) == 0) {
            std::this_thread::yield();
        }
        return table->remaining_ms(call) == 0 ? OA_CANCELLED : OA_INTERNAL;
    });

    EXPECT_EQ(result.code, OA_CANCELLED);
}

TEST_F(TestingTest, IsCancelledBeforeTheStartByZeroPolls) {
    host.cancel_after_polls(0);
    EXPECT_EQ(
        run(host, [](const oa_host* table,
                     oa_call* call) { return table->cancelled(call) != 0 ? OA_CANCELLED : OA_OK; })
            .code,
        OA_CANCELLED);
}

TEST_F(TestingTest, GivesBlobsAndRefusesThem) {
    host.with_blob("zero").with_blob("one").fail_blob_alloc();
    const Result result = run(host, [](const oa_host* table, oa_call* call) {
        const void* data = nullptr;
        std::size_t length = 0;
        std::uint32_t index = 0;
        const bool known = table->blob_in(call, 1, &data, &length) == OA_OK && length == 3;
        const bool unknown = table->blob_in(call, 2, &data, &length) == OA_NOT_FOUND;
        return known && unknown && table->blob_alloc(call, 1, &index) == nullptr ? OA_OK
                                                                                 : OA_INTERNAL;
    });

    EXPECT_TRUE(result.ok()) << result;
}

// ---- Modules

std::int32_t run_nothing(oa_instance*, const oa_host*, oa_call*) noexcept {
    return OA_OK;
}
std::int32_t create_fails(
    const oa_host*, const char*, std::size_t, oa_instance**, oa_error* error) noexcept {
    error->code = OA_PERMISSION;
    error->message = "no licence";
    error->message_len = 10;
    return OA_PERMISSION;
}
bool destroyed = false;
std::int32_t start_fails(oa_instance*, oa_error*) noexcept {
    return OA_UNAVAILABLE;
}
void note_destroyed(oa_instance*) noexcept {
    destroyed = true;
}

constexpr const char* nothing_aliases[] = {"nil", nullptr};
constexpr oa_function nothing{sizeof(oa_function),
                              0,
                              "nothing",
                              nothing_aliases,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr,
                              0,
                              0,
                              run_nothing};
constexpr const oa_function* nothings[] = {&nothing};

oa_module make_module() {
    oa_module module{};
    module.struct_size = sizeof(module);
    module.abi = module.abi_min = OA_ABI_VERSION;
    module.id = "com.example.nothing";
    module.name = "nothing";
    module.function_count = 1;
    module.functions = nothings;
    return module;
}

TEST(TestingModuleTest, RunsFunctionsByNameAndByAlias) {
    FakeHost host([](const oa_host*, char*, std::size_t) -> const oa_module* {
        static const oa_module module = make_module();
        return &module;
    });

    EXPECT_EQ(host.run("nothing").code, OA_OK);
    EXPECT_EQ(host.run("nil", Json{{"a", 1}}).code, OA_OK);
    EXPECT_THROW(host.run("something"), std::runtime_error);
}

TEST(TestingModuleTest, TellsWhyAModuleIsNotMade) {
    FakeHost host([](const oa_host*, char*, std::size_t) -> const oa_module* {
        static const oa_module module = [] {
            oa_module made = make_module();
            made.create = create_fails;
            return made;
        }();
        return &module;
    });

    const Result result = host.run("nothing");

    EXPECT_EQ(result.code, OA_PERMISSION);
    EXPECT_EQ(result.message, "no licence");
}

TEST(TestingModuleTest, DestroysWhatDoesNotStart) {
    destroyed = false;
    FakeHost host([](const oa_host*, char*, std::size_t) -> const oa_module* {
        static const oa_module module = [] {
            oa_module made = make_module();
            made.start = start_fails;
            made.destroy = note_destroyed;
            return made;
        }();
        return &module;
    });

    EXPECT_EQ(host.start().code, OA_UNAVAILABLE);
    EXPECT_TRUE(destroyed);
}

TEST(TestingModuleTest, RefusesAModuleThatNeedsALaterHost) {
    const auto entry = [](const oa_host*, char*, std::size_t) -> const oa_module* {
        static const oa_module module = [] {
            oa_module made = make_module();
            made.abi = made.abi_min = OA_ABI_VERSION + 1;
            return made;
        }();
        return &module;
    };
    EXPECT_THROW(FakeHost host(entry), std::runtime_error);
}

TEST(TestingModuleTest, PassesOnWhyAModuleRefusesTheHost) {
    try {
        FakeHost host([](const oa_host*, char* why, std::size_t) -> const oa_module* {
            std::string_view("no printer").copy(why, 10);
            return nullptr;
        });
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "the module refuses the host: no printer");
    }
}

TEST(TestingModuleTest, IsAHostOfAnOlderVersionWhenAsked) {
    FakeHost host{nullptr};
    host.old_host(0);
    EXPECT_EQ(host.raw()->abi, 0x1'0000U);
    EXPECT_EQ(host.raw()->struct_size, 144U);
    EXPECT_THROW(host.old_host(OA_ABI_HEADER_MINOR + 1), std::runtime_error);
}

TEST(TestingModuleTest, SaysThatALibraryIsNoPlugin) {
    EXPECT_THROW(static_cast<void>(FakeHost::load("/nowhere/none.so")), std::runtime_error);
    EXPECT_THROW(static_cast<void>(FakeHost::load("libm.so.6")), std::runtime_error);
}

}  // namespace
}  // namespace oa
