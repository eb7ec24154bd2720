#include "host/cli/serve_command.hpp"

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <ostream>

#include <boost/json.hpp>

#include "host/cli/config_flags.hpp"
#include "host/cli/interrupt.hpp"
#include "host/cli/service_house.hpp"
#include "host/cli/service_manager.hpp"
#include "host/wallet/process_memory.hpp"

namespace oa::host {

namespace {

constexpr std::chrono::minutes tidy_every{1};

/// What the service is told from outside.
struct Orders {
    std::mutex mutex;
    std::condition_variable changed;
    bool stop = false;
    bool reload = false;
};

void work(ServiceHouse& house, Orders& orders) {
    std::unique_lock lock(orders.mutex);
    while (!orders.stop) {
        const bool is_told =
            orders.changed.wait_for(lock, tidy_every, [&] { return orders.stop || orders.reload; });
        const bool reload = std::exchange(orders.reload, false);
        if (orders.stop) {
            return;
        }
        lock.unlock();
        if (reload) {
            house.reload();
        } else if (!is_told) {
            house.tidy_up();
        }
        lock.lock();
    }
}

void tell_where(const ServiceHouse& house, std::ostream& out) {
    for (const std::string& url : house.urls()) {
        out << "listening on " << url << '\n';
    }
    if (house.first_token()) {
        out << "the first token, with the scope admin, is in " << house.first_token()->string()
            << "; only you can read it\n";
    }
    out.flush();
}

}  // namespace

RunCommandResult serve(const ServeOptions& options,
                       Workbench& workbench,
                       std::ostream& out,
                       std::ostream& err) {
    forbid_core_dumps();
    std::unique_ptr<ServiceHouse> house;
    Orders orders;
    take_flags(options, workbench.config);
    try {
        // Before there are threads, so that none of them gets the signals.
        const InterruptGuard guard(
            1,
            [&](int /*signal*/) {
                const std::lock_guard lock(orders.mutex);
                orders.stop = true;
                orders.changed.notify_all();
            },
            [&] {
                const std::lock_guard lock(orders.mutex);
                orders.reload = true;
                orders.changed.notify_all();
            });
        house = std::make_unique<ServiceHouse>(options.wallet, workbench);
        const std::unique_ptr<ControlServer> control = open_control(workbench, house->runs());
        tell_where(*house, out);
        tell_service_manager("READY=1");
        work(*house, orders);
        tell_service_manager("STOPPING=1");
        house->stop();
    } catch (const std::invalid_argument& error) {
        err << "oa: " << error.what() << '\n';
        return {ExitStatus::Usage};
    } catch (const std::exception& error) {
        err << "oa: " << error.what() << '\n';
        return {ExitStatus::PluginTrouble};
    }
    RunCommandResult result{ExitStatus::Ok};
    if (house->runs().has_threads_left_behind()) {
        // What those threads may still touch must stay: the caller ends the process at once.
        result.threads_left_behind = true;
        static_cast<void>(house.release());
    }
    return result;
}

}  // namespace oa::host
