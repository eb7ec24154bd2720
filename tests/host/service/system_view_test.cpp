#include "host/service/system_view.hpp"

#include <future>
#include <memory>
#include <utility>

#include "tests/host/service/service_fixture.hpp"

namespace oa::host {
namespace {

using test_service::House;

class Waiting final : public Job {
public:
    explicit Waiting(std::shared_future<void> end) : end_(std::move(end)) {}
    void run() override { end_.wait(); }

private:
    std::shared_future<void> end_;
};

// Whoever looks only at the port would say that such a host is well.
TEST(SystemViewTest, IsNotReadyWhileNoTaskCouldRun) {
    const test::TemporaryFolder folder;
    House house(folder.path());
    std::promise<void> end;
    WorkerPool pool{1};
    SystemView system({.engine = house.engine, .store = house.store, .pool = pool});
    EXPECT_FALSE(system.ready().at("ready").as_bool()) << "what was left open is being taken up";
    system.set_started();
    EXPECT_TRUE(system.ready().at("ready").as_bool());
    pool.submit(std::make_shared<Waiting>(end.get_future().share()));
    SystemView busy({.engine = house.engine, .store = house.store, .pool = pool});
    busy.set_started();
    const boost::json::object found = busy.ready();
    EXPECT_FALSE(found.at("ready").as_bool());
    EXPECT_EQ(found.at("checks").at("store").as_string(), "ok");
    EXPECT_NE(found.at("checks").at("tasks").as_string(), "ok");
    end.set_value();
}

}  // namespace
}  // namespace oa::host
