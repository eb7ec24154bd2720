#include "host/service/run_service.hpp"

#include <latch>
#include <set>
#include <thread>

#include "tests/host/service/service_fixture.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;
using core::RunStatus;
using test_service::House;
using test_service::patience;
using Kind = ServiceError::Kind;

struct RunServiceTest : testing::Test {
    test::TemporaryFolder folder;
    std::optional<House> house{std::in_place, folder.path()};

    RunServiceTest() {
        house->write("job.yaml",
                     "inputs:\n  who: {type: string, default: you}\n"
                     "tasks:\n  - name: say\n    test.do: {}\n"
                     "outputs:\n  to: ${inputs.who}\n");
        house->write(
            "ask.yaml",
            "tasks:\n  - name: ask\n    approval:\n      message: go on?\n      by: [ann]\n");
        house->write("bad.yaml", "tasks: 7\n");
        house->library.reload();
    }

    template <class What>
    static ServiceError refusal(What what) {
        try {
            what();
        } catch (const ServiceError& error) {
            return error;
        }
        ADD_FAILURE() << "nothing was refused";
        return {Kind::Unavailable, "", ""};
    }
    /// Until the run waits for an answer.
    void wait_for_question(const std::string& run) {
        const auto until = std::chrono::steady_clock::now() + patience;
        while (house->runs.approvals(run).empty()) {
            ASSERT_LT(std::chrono::steady_clock::now(), until);
            std::this_thread::yield();
        }
    }
};

TEST_F(RunServiceTest, RunsAWorkflowToItsEnd) {
    const std::string run = house->run("job", {{"who", "me"}});
    EXPECT_EQ(house->runs.get(run).status, RunStatus::Succeeded);
    EXPECT_EQ(house->runs.values(run).inputs, (json::object{{"who", "me"}}));
    EXPECT_EQ(house->runs.values(run).outputs, (json::object{{"to", "me"}}));
    EXPECT_EQ(house->runs.report(run).tasks.at(0).status, core::TaskStatus::Succeeded);
}

TEST_F(RunServiceTest, RefusesWhatCannotRunBeforeAnythingIsKept) {
    EXPECT_EQ(refusal([&] { house->start("job", {{"wh", "me"}}); }).code(), "invalid_inputs");
    const ServiceError two = refusal([&] { house->start("job", {{"who", 7}, {"x", 1}}); });
    EXPECT_EQ(two.errors().size(), 2U);
    EXPECT_EQ(two.errors()[0].at("pointer").as_string(), "/inputs/who");
    EXPECT_EQ(refusal([&] { house->start("bad"); }).code(), "invalid_workflow");
    EXPECT_EQ(refusal([&] { house->start("jop"); }).hint(), "did you mean 'job'?");
    EXPECT_TRUE(house->store.list({}).runs.empty());
}

TEST_F(RunServiceTest, OneKeyIsOneRun) {
    const StartedRun first = house->start("job", {}, "key-1", "d1").get();
    EXPECT_TRUE(first.is_new);
    house->wait_for_end(first.id);
    const StartedRun again = house->start("job", {}, "key-1", "d1").get();
    EXPECT_FALSE(again.is_new);
    EXPECT_EQ(again.id, first.id);
    EXPECT_EQ(refusal([&] { house->start("job", {}, "key-1", "other"); }).code(),
              "idempotency_key_reused");
    EXPECT_NE(house->start("job", {}, "key-2", "d1").get().id, first.id);
}

TEST_F(RunServiceTest, OneKeyIsOneRunForManyAtOnce) {
    constexpr int clients = 16;
    std::latch together(clients);
    std::vector<std::thread> threads;
    std::mutex mutex;
    std::set<std::string> ids;
    int fresh = 0;
    for (int client = 0; client < clients; ++client) {
        threads.emplace_back([&] {
            together.arrive_and_wait();
            const StartedRun started = house->start("job", {}, "key", "d").get();
            const std::lock_guard lock(mutex);
            ids.insert(started.id);
            fresh += started.is_new ? 1 : 0;
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(ids.size(), 1U);
    EXPECT_EQ(fresh, 1);
    EXPECT_EQ(house->store.list({}).runs.size(), 1U);
}

TEST_F(RunServiceTest, OneKeyIsOneRunAfterTheHostIsGone) {
    const StartedRun first = house->start("job", {}, "key", "d").get();
    house->wait_for_end(first.id);
    house.reset();
    house.emplace(folder.path());
    house->library.reload();
    const StartedRun again = house->start("job", {}, "key", "d").get();
    EXPECT_EQ(again.id, first.id);
    EXPECT_FALSE(again.is_new);
}

TEST_F(RunServiceTest, StopsARun) {
    house->invoker.on("say", [](test::ScriptedCall& call) {
        call.wait_until_cancelled();
        return core::Outcome{};
    });
    const std::string run = house->start("job").get().id;
    EXPECT_EQ(refusal([&] { house->runs.remove(run); }).code(), "run_not_ended");
    house->runs.cancel(run, "enough");
    house->wait_for_end(run);
    EXPECT_EQ(house->runs.get(run).status, RunStatus::Cancelled);
    EXPECT_EQ(refusal([&] { house->runs.cancel(run, ""); }).code(), "run_ended");
    EXPECT_EQ(refusal([&] { house->runs.cancel("nobody", ""); }).kind(), Kind::NotFound);
    house->runs.remove(run);
    EXPECT_EQ(refusal([&] { static_cast<void>(house->runs.get(run)); }).kind(), Kind::NotFound);
}

TEST_F(RunServiceTest, AnswersWhoIsAsked) {
    const std::string run = house->start("ask").get().id;
    wait_for_question(run);
    const auto answer = [&](const std::string& by, const std::string& task = "ask") {
        auto taken = std::make_shared<std::promise<bool>>();
        std::future<bool> result = taken->get_future();
        house->runs.answer(run, task, {}, {.approved = true, .by = by, .comment = {}},
                           [taken](bool is_taken) { taken->set_value(is_taken); });
        return result.get();
    };
    EXPECT_EQ(refusal([&] { answer("bob"); }).kind(), Kind::Forbidden);
    const ServiceError other = refusal([&] { answer("ann", "other"); });
    EXPECT_EQ(other.code(), "no_approval");
    EXPECT_EQ(other.hint(), "those that do: ask");
    EXPECT_TRUE(answer("ann"));
    house->wait_for_end(run);
    EXPECT_EQ(house->runs.get(run).status, RunStatus::Succeeded);
    EXPECT_EQ(refusal([&] { answer("ann"); }).code(), "run_ended");
}

TEST_F(RunServiceTest, DoesARunAgain) {
    bool is_broken = true;
    house->invoker.on("say", [&](test::ScriptedCall&) {
        core::Outcome outcome;
        if (is_broken) {
            outcome.failure = core::Failure{.code = "unavailable", .message = "not now"};
        }
        return outcome;
    });
    const std::string run = house->run("job");
    ASSERT_EQ(house->runs.get(run).status, RunStatus::Failed);
    is_broken = false;
    std::promise<std::string> again;
    house->runs.retry(run, {}, "api", [&](const StartedRun* started, const ServiceError*) {
        again.set_value(started->id);
    });
    const std::string second = again.get_future().get();
    house->wait_for_end(second);
    EXPECT_EQ(house->runs.get(second).status, RunStatus::Succeeded);
    EXPECT_EQ(house->runs.get(second).retry_of, run);
    EXPECT_EQ(refusal([&] { house->runs.retry(run, {.from = "nothing"}, "api", nullptr); }).code(),
              "cannot_retry");
}

}  // namespace
}  // namespace oa::host
