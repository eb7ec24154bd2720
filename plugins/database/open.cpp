#include "open.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "fault.hpp"

namespace oa::database {

namespace {

std::unique_ptr<Connection> open_kind(const Settings& settings) {
    switch (settings.kind) {
        case Kind::Sqlite: return open_sqlite(settings);
        case Kind::Postgresql: return open_postgresql(settings);
        case Kind::Mysql: return open_mysql(settings);
        case Kind::Odbc: break;
    }
    return open_odbc(settings);
}

/// What the opening thread and the call share; whoever is last ends it.
struct Opening {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    bool cancelled = false;
    bool abandoned = false;
    std::unique_ptr<Connection> connection;
    std::exception_ptr error;
};

void open_for(const std::shared_ptr<Opening>& opening, const Settings& settings) noexcept {
    std::unique_ptr<Connection> connection;
    std::exception_ptr error;
    try {
        connection = open_kind(settings);
    } catch (...) {
        error = std::current_exception();
    }
    {
        const std::scoped_lock lock(opening->mutex);
        opening->done = true;
        opening->error = std::move(error);
        if (!opening->abandoned) {
            opening->connection = std::move(connection);
        }
    }
    opening->changed.notify_all();
}

}  // namespace

std::unique_ptr<Connection> open_connection(const Call& call, const Settings& settings) {
    call.check();
    if (settings.kind == Kind::Sqlite) {
        return open_kind(settings);
    }
    const auto opening = std::make_shared<Opening>();
    const auto guard = call.on_cancel([opening] {
        const std::scoped_lock lock(opening->mutex);
        opening->cancelled = true;
        opening->changed.notify_all();
    });
    std::thread([opening, settings] { open_for(opening, settings); }).detach();

    std::unique_lock lock(opening->mutex);
    opening->changed.wait_for(lock, settings.connect_timeout,
                              [&] { return opening->done || opening->cancelled; });
    if (!opening->done) {
        opening->abandoned = true;
        if (opening->cancelled) {
            throw Cancelled();
        }
        throw Error(ErrorCode::Unavailable, place_of(settings) + " does not answer within " +
                                                std::to_string(settings.connect_timeout.count()) +
                                                " ms")
            .with_retry(Retry::Yes);
    }
    if (opening->error) {
        std::rethrow_exception(std::exchange(opening->error, nullptr));
    }
    return std::move(opening->connection);
}

}  // namespace oa::database
