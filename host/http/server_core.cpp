#include "host/http/server_core.hpp"

#include <array>
#include <charconv>
#include <exception>
#include <random>
#include <utility>

#include "host/http/ascii.hpp"
#include "host/http/connection.hpp"

namespace oa::host::http {
namespace {

constexpr std::size_t id_max = 64;

std::uint64_t random_base() {
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

/// Spreads numbers that follow each other (the finalizer of SplitMix64); each has its own result.
std::uint64_t scattered(std::uint64_t number) noexcept {
    number = (number ^ (number >> 30U)) * 0xbf58476d1ce4e5b9U;
    number = (number ^ (number >> 27U)) * 0x94d049bb133111ebU;
    return number ^ (number >> 31U);
}

}  // namespace

ServerCore::ServerCore(HttpServerSettings server_settings,
                       HttpApplication& application,
                       Logger* logger)
    : settings(std::move(server_settings)),
      gate(application),
      log(logger),
      workers(settings.workers_max, settings.requests_waiting_max),
      body_budget(std::make_shared<BodyBudget>(settings.bodies_max)),
      id_base_(random_base()) {}

void ServerCore::attend(std::shared_ptr<Connection> connection) {
    {
        const std::lock_guard lock(mutex_);
        if (mailbox_closed_) {
            return;
        }
        attended_.push_back(std::move(connection));
        if (attended_.size() > 1) {
            return;  // whoever brought the first one has woken the loop
        }
    }
    if (loop_thread_.load() != std::this_thread::get_id()) {
        poller.wake();
    }
}

std::vector<std::shared_ptr<Connection>> ServerCore::take_attended() {
    const std::lock_guard lock(mutex_);
    return std::exchange(attended_, {});
}

bool ServerCore::has_attended() const {
    const std::lock_guard lock(mutex_);
    return !attended_.empty();
}

void ServerCore::close_mailbox() {
    std::vector<std::shared_ptr<Connection>> left;
    const std::lock_guard lock(mutex_);
    mailbox_closed_ = true;
    left.swap(attended_);
}

void ServerCore::complete(const HttpRequest& request, HttpFields& fields) noexcept {
    try {
        if (const ApplicationGate::Use application(gate); application) {
            application->complete(request, fields);
        }
    } catch (const std::exception&) {
        return;  // the answer goes out as it is
    }
}

HttpResponse ServerCore::refusal(int status,
                                 std::string_view detail,
                                 const HttpRequest& request) noexcept {
    HttpResponse response;
    try {
        if (const ApplicationGate::Use application(gate); application) {
            response = application->refusal(status, detail, request);
        }
    } catch (const std::exception& error) {
        log.say(ServerLog::Kind::HandlerFailed, LogLevel::Error,
                "an answer of the server could not be written", error.what());
    } catch (...) {
        log.say(ServerLog::Kind::HandlerFailed, LogLevel::Error,
                "an answer of the server could not be written", "an exception of no known type");
    }
    response.status = status;
    if (status == 503 && !response.fields.find("Retry-After")) {
        response.fields.add("Retry-After", "1");
    }
    return response;
}

std::string ServerCore::request_id(const HttpFields& fields) {
    const auto given = fields.find("X-Request-Id");
    if (given && given->size() <= id_max && is_token(*given)) {
        return std::string(*given);
    }
    std::string out(16, '0');
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                   scattered(id_base_ + ids_.fetch_add(1)), 16);
    const auto size = static_cast<std::size_t>(end.ptr - digits.data());
    out.replace(out.size() - size, size, digits.data(), size);
    return out;
}

}  // namespace oa::host::http
