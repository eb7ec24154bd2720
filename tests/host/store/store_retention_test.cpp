#include "host/store/run_store.hpp"
#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

struct StoreRetentionTest : StoreFixture {
    RunStore store{settings()};

    void end_run(const std::string& run_id, std::int64_t second, const std::string& parent = {}) {
        append_one(store, run_id, {1, at_second(second), created(run_id, parent)});
        append_one(store, run_id, {2, at_second(second), ended(core::RunStatus::Failed)});
    }
    [[nodiscard]] std::vector<std::string> left() const {
        std::vector<std::string> ids;
        for (const RunSummary& run : store.list({.limit = 1000}).runs) {
            ids.push_back(run.id);
        }
        return ids;
    }
};

TEST_F(StoreRetentionTest, RemovesByAgeWhatHasEnded) {
    append_one(store, "open", {1, at_second(0), created("open")});
    end_run("old", 100);
    end_run("edge", 200);
    end_run("new", 300);
    EXPECT_EQ(store.remove_old({.age_max = std::chrono::seconds(100)}, at_second(300)), 1U);
    EXPECT_EQ(left(), (std::vector<std::string>{"new", "edge", "open"}));
    EXPECT_EQ(store.remove_old({.age_max = std::chrono::seconds(99)}, at_second(300)), 1U);
    EXPECT_EQ(left(), (std::vector<std::string>{"new", "open"}));
    EXPECT_TRUE(store.check().is_sound());
}

TEST_F(StoreRetentionTest, RemovesByCountAndInManySteps) {
    for (int i = 0; i < 250; ++i) {
        end_run("run" + std::to_string(i), i);
    }
    EXPECT_EQ(store.remove_old({.count_max = 3}, at_second(300)), 247U);
    EXPECT_EQ(left(), (std::vector<std::string>{"run249", "run248", "run247"}));
    EXPECT_EQ(store.remove_old({}, at_second(300)), 0U);
    EXPECT_EQ(store.check().records, 6U);
    EXPECT_TRUE(store.check().is_sound());
}

TEST_F(StoreRetentionTest, RemovesARunWithAllThatRanWithinIt) {
    end_run("a", 10);
    end_run("a/task", 10, "a");
    end_run("a/task/inner", 10, "a/task");
    end_run("b", 20);
    end_run("b/task", 5, "b");
    EXPECT_EQ(store.remove_old({.count_max = 1}, at_second(20)), 1U);
    EXPECT_EQ(store.check().runs, 2U);
    EXPECT_TRUE(store.find("b/task"));
    EXPECT_FALSE(store.find("a/task/inner"));
    EXPECT_TRUE(store.check().is_sound());
}

TEST_F(StoreRetentionTest, TakesANameAgainThatWasRemoved) {
    end_run("a", 10);
    EXPECT_EQ(store.remove_old({.count_max = 0}, at_second(20)), 1U);
    end_run("a", 30);
    EXPECT_EQ(store.load("a").size(), 2U);
}

}  // namespace
}  // namespace oa::host
