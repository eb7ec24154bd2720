#include "host/service/live_events.hpp"

#include <condition_variable>
#include <mutex>

#include "tests/host/service/service_fixture.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;
using test_service::House;
using test_service::patience;

/// What a listener was told.
class Heard {
public:
    LiveEvents::Listener listener() {
        return [this](const LiveEvent* event) {
            const std::lock_guard lock(mutex_);
            if (event == nullptr) {
                ++gaps_;
            } else {
                events_.push_back(*event);
            }
            changed_.notify_all();
        };
    }
    /// Waits until the runs have ended; gives all that was told.
    std::vector<LiveEvent> until_ended(std::size_t runs) {
        std::unique_lock lock(mutex_);
        const bool is_enough = changed_.wait_for(lock, patience, [&] {
            std::size_t ended = 0;
            for (const LiveEvent& event : events_) {
                ended += event.ends_run ? 1 : 0;
            }
            return ended >= runs;
        });
        EXPECT_TRUE(is_enough) << events_.size() << " events";
        return events_;
    }
    std::size_t gaps() {
        const std::lock_guard lock(mutex_);
        return gaps_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<LiveEvent> events_;
    std::size_t gaps_ = 0;
};

std::vector<std::string> types_of(const std::vector<LiveEvent>& events) {
    std::vector<std::string> types;
    types.reserve(events.size());
    for (const LiveEvent& event : events) {
        types.emplace_back(json::parse(*event.text).at("type").as_string());
    }
    return types;
}

struct LiveEventsTest : testing::Test {
    test::TemporaryFolder folder;
    House house{folder.path()};

    LiveEventsTest() {
        house.write("job.yaml",
                    "tasks:\n  - name: one\n    test.do: {}\n"
                    "  - name: two\n    when: 'false'\n    test.do: {}\n"
                    "  - name: each\n    for_each: [7]\n    test.do: {}\n");
        house.write("wait.yaml", "tasks:\n  - name: pause\n    sleep: 1ms\n");
        house.library.reload();
    }
};

TEST_F(LiveEventsTest, TellsWhatHappensInARun) {
    Heard heard;
    const auto subscription = house.live.listen({}, heard.listener());
    const std::string run = house.run("job");
    const std::vector<LiveEvent> events = heard.until_ended(1);
    EXPECT_EQ(types_of(events),
              (std::vector<std::string>{"run.created", "run.started", "task.started", "task.ended",
                                        "task.ended", "task.started", "task.element_ended",
                                        "task.ended", "run.ended"}));
    std::uint64_t sequence = 0;
    for (const LiveEvent& event : events) {
        EXPECT_EQ(event.sequence, ++sequence);
        EXPECT_EQ(event.run, run);
    }
    EXPECT_EQ(json::parse(*events[4].text).at("status").as_string(), "skipped");
    EXPECT_EQ(json::parse(*events[6].text).at("element").as_int64(), 0);
    EXPECT_EQ(json::parse(*events.back().text).at("status").as_string(), "succeeded");
}

TEST_F(LiveEventsTest, TellsWhatIsWaitedFor) {
    Heard heard;
    const auto subscription = house.live.listen({}, heard.listener());
    house.run("wait");
    const std::vector<LiveEvent> events = heard.until_ended(1);
    EXPECT_EQ(types_of(events),
              (std::vector<std::string>{"run.created", "run.started", "task.waiting", "task.ended",
                                        "run.ended"}));
    const json::value waiting = json::parse(*events[2].text);
    EXPECT_EQ(waiting.at("kind").as_string(), "sleep");
    EXPECT_TRUE(waiting.at("until").is_string());
}

TEST_F(LiveEventsTest, TellsOnlyWhatIsAskedFor) {
    Heard of_job;
    Heard of_other;
    const auto first = house.live.listen({.workflow = "job"}, of_job.listener());
    const auto second = house.live.listen({.run = "another"}, of_other.listener());
    house.run("wait");
    house.run("job");
    for (const LiveEvent& event : of_job.until_ended(1)) {
        EXPECT_EQ(event.workflow, "job");
    }
    EXPECT_TRUE(of_other.until_ended(0).empty());
}

TEST_F(LiveEventsTest, WhoComesBackMissesNothing) {
    auto first = std::make_unique<Heard>();
    auto subscription = house.live.listen({}, first->listener());
    house.run("job");
    const std::uint64_t last = first->until_ended(1).at(3).sequence;
    subscription.reset();
    house.run("wait");
    Heard second;
    subscription = house.live.listen({}, second.listener(), last);
    const std::vector<LiveEvent> events = second.until_ended(2);
    EXPECT_EQ(events.front().sequence, last + 1);
    EXPECT_EQ(second.gaps(), 0U);
    Heard third;
    const auto other = house.live.listen({}, third.listener(), 1'000'000);
    EXPECT_EQ(third.gaps(), 1U);
}

TEST_F(LiveEventsTest, TellsOfAGapWhatCouldNotBeKept) {
    LiveEvents small(
        {.records = [&](const std::string& run) { return house.store.load(run); },
         .workflow =
             [&](const std::string&, const core::JournalRecord& first) {
                 return house.runs.workflow_of(std::get<core::RunCreated>(first.entry));
             }},
        {.kept = 4});
    Heard heard;
    const auto subscription = small.listen({}, heard.listener());
    const std::string run = house.run("job");
    small.kept(run, house.store.load(run));
    const std::vector<LiveEvent> events = heard.until_ended(1);
    Heard late;
    const auto again = small.listen({}, late.listener(), events.front().sequence);
    EXPECT_EQ(late.gaps(), 1U);
    Heard in_time;
    const auto other = small.listen({}, in_time.listener(), events.back().sequence - 4);
    EXPECT_EQ(in_time.gaps(), 0U);
    EXPECT_EQ(in_time.until_ended(1).size(), 4U);
}

// Whoever comes in the middle of a run gets all of it, once and in order.
TEST_F(LiveEventsTest, AFeedBeginsWithWhatTheStoreHas) {
    std::promise<void> is_called;
    std::promise<void> may_end;
    house.invoker.on("one", [&](test::ScriptedCall&) {
        is_called.set_value();
        may_end.get_future().wait();
        return core::Outcome{};
    });
    const std::string run = house.start("job").get().id;
    is_called.get_future().wait();
    Heard whole;
    Heard rest;
    {
        const RunFeed feed(house.live, house.runs, run, 0, whole.listener());
        const RunFeed later(house.live, house.runs, run, 2, rest.listener());
        may_end.set_value();
        whole.until_ended(1);
        rest.until_ended(1);
    }
    const std::vector<LiveEvent> all = whole.until_ended(1);
    EXPECT_EQ(types_of(all).front(), "run.created");
    EXPECT_EQ(types_of(all).back(), "run.ended");
    std::vector<std::string> texts;
    texts.reserve(all.size());
    for (const LiveEvent& event : all) {
        texts.push_back(*event.text);
    }
    const RunEventPage stored = events_of(house.runs, run, 0, 1'000);
    ASSERT_EQ(stored.events.size(), texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        EXPECT_EQ(*stored.events[i].text, texts[i]);
    }
    EXPECT_EQ(rest.until_ended(1).front().number, 3U);
    // In pages it is the same.
    std::size_t read = 0;
    std::uint64_t after = 0;
    for (;;) {
        const RunEventPage page = events_of(house.runs, run, after, 2);
        read += page.events.size();
        if (!page.next) {
            break;
        }
        after = *page.next;
    }
    EXPECT_EQ(read, texts.size());
}

}  // namespace
}  // namespace oa::host
