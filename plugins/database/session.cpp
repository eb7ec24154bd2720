#include "session.hpp"

#include "fault.hpp"
#include "open.hpp"

namespace oa::database {

Session::Session(Call& call, Settings settings)
    : call_(&call),
      settings_(std::move(settings)),
      limit_(call.find_param<std::chrono::milliseconds>("statement_timeout")),
      connection_(open_connection(call, settings_)),
      watch_(std::make_unique<Watch>(*connection_)) {
    canceller_.emplace(call.raw_host(), call.raw(), Canceller{watch_.get()});
}

void Session::fail(const Error& error, Repeat repeat) const {
    switch (watch_->reason()) {
        case Watch::Reason::Cancelled: throw Cancelled();
        case Watch::Reason::Deadline:
            throw Error(ErrorCode::Deadline, "the statement took longer than statement_timeout, " +
                                                 std::to_string(limit_->count()) + " ms")
                .with_retry(Retry::No);
        case Watch::Reason::None: break;
    }
    const std::string message = without_password(error.what(), settings_);
    if (dynamic_cast<const ConnectionLost*>(&error) == nullptr) {
        throw with_message(error, message);
    }
    if (repeat == Repeat::Safe) {
        throw Error(ErrorCode::Unavailable, message).with_retry(Retry::Yes);
    }
    throw Error(ErrorCode::Unavailable,
                message + "; whether the statement took effect is not known")
        .with_retry(Retry::No);
}

}  // namespace oa::database
