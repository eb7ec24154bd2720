#include "host/api/legacy/status_socket.hpp"

#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include <boost/json.hpp>

#include "host/api/legacy/legacy_records.hpp"
#include "host/api/open_socket.hpp"

namespace oa::host::legacy {

namespace json = boost::json;

namespace {

constexpr std::size_t changed_max = 1'000;      // runs that are told of later
constexpr std::size_t told_at_once_max = 32;    // so that other sockets have their turn
constexpr std::size_t backlog_max = 1U << 20U;  // bytes: a slow client is told less often

json::object update_of(const RunService& runs, const RunSummary& run) {
    return {{"type", "status_update"},
            {"execution_id", run.id},
            {"status", status_of(run)},
            {"results", results_of(runs, run.id)}};
}

class StatusSocket final : public OpenSocket {
public:
    StatusSocket(Caller caller, const LegacyRoutes& on, std::string workflow)
        : OpenSocket(std::move(caller), on.is_valid), on_(on), workflow_(std::move(workflow)) {}

private:
    void opened(WebSocket& /*socket*/) override {
        LiveFilter filter;
        filter.workflow = workflow_;
        auto subscription =
            on_.live.listen(filter, [this, weak = weak_from_this()](const LiveEvent* event) {
                if (const auto self = weak.lock()) {
                    hear(event);
                }
            });
        const std::lock_guard lock(mutex_);
        if (!is_closed_) {
            subscription.swap(subscription_);
        }
    }
    void closed() override {
        std::unique_ptr<LiveEvents::Subscription> subscription;  // goes without the lock
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
        subscription.swap(subscription_);
    }

    // The store is not read here: whoever tells waits for nothing.
    void hear(const LiveEvent* event) {
        const std::lock_guard lock(mutex_);
        if (event != nullptr && changed_.size() < changed_max) {
            changed_.insert(event->run);
        } else {
            has_gap_ = true;
        }
    }

    void tend(WebSocket& socket) override {
        if (socket.backlog() > backlog_max) {
            return;
        }
        std::set<std::string> changed;
        bool has_gap = false;
        {
            const std::lock_guard lock(mutex_);
            while (!changed_.empty() && changed.size() < told_at_once_max) {
                changed.insert(changed_.extract(changed_.begin()));
            }
            has_gap = std::exchange(has_gap_, false);
        }
        for (const std::string& run : changed) {
            tell(socket, run);
        }
        if (has_gap) {
            answer(socket);
        }
    }

    void tell(WebSocket& socket, const std::string& run) const {
        try {
            const RunSummary summary = on_.runs.get(run);
            if (summary.parent_run_id.empty()) {
                send(socket, update_of(on_.runs, summary));
            }
        } catch (const std::exception&) {
            return;  // it is gone by now
        }
    }

    void take(WebSocket& socket, const std::string& text) override {
        if (text == "get_status") {
            answer(socket);
        }
    }
    void answer(WebSocket& socket) const {
        try {
            if (const auto latest = latest_of(on_.runs, workflow_)) {
                send(socket, update_of(on_.runs, *latest));
            } else {
                send(socket, {{"type", "status_update"}, {"status", "never_executed"}});
            }
        } catch (const std::exception& error) {
            send(socket, {{"type", "error"}, {"message", error.what()}});
        }
    }

    LegacyRoutes on_;
    std::string workflow_;
    std::mutex mutex_;
    bool is_closed_ = false;
    std::unique_ptr<LiveEvents::Subscription> subscription_;
    std::set<std::string> changed_;  // runs that the client has not been told of since
    bool has_gap_ = false;
};

std::string name_of(const WorkflowLibrary& library, const std::string& id) {
    try {
        return find_workflow(library, id)->name;
    } catch (const ServiceError&) {
        return id;
    }
}

}  // namespace

void open_status_socket(const Call& call, const LegacyRoutes& on) {
    const auto socket = std::make_shared<StatusSocket>(call->caller(), on,
                                                       name_of(on.library, call->at("workflow")));
    if (socket->open(call->exchange())) {
        on.open.add(socket);
    }
}

}  // namespace oa::host::legacy
