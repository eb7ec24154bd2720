#include "host/vault/vault_client.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/display_text.hpp"
#include "core/secret/wiped_buffer.hpp"
#include "host/vault/pipe_signal_block.hpp"
#include "host/vault/server_connection.hpp"
#include "host/vault/vault_error.hpp"

namespace oa::host::vault {
namespace {

using core::Milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t shown_columns = 120;

/// Statuses that may be gone at the next attempt: 412 is a replica that lags behind.
bool may_pass(int status) {
    return status == 412 || status == 429 || (status >= 500 && status != 501);
}

/// Seconds; a date is not understood, so that the usual pause is made.
Milliseconds retry_after(const HttpAnswer& answer) {
    const std::string& text = answer.retry_after;
    unsigned seconds = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, seconds);
    constexpr unsigned seconds_max = 86'400;
    return read.ec == std::errc{} && read.ptr == end
               ? Milliseconds(std::chrono::seconds(std::min(seconds, seconds_max)))
               : Milliseconds(0);
}

core::WipedBuffer request_of(const VaultCall& call,
                             const VaultAddress& address,
                             const std::string& name_space) {
    core::WipedBuffer out;
    const auto header = [&out](std::string_view name, std::string_view value) {
        out.append(name);
        out.append(": ");
        out.append(value);
        out.append("\r\n");
    };
    out.append(call.body == nullptr ? "GET " : "POST ");
    out.append(call.target);
    out.append(" HTTP/1.1\r\n");
    header("Host", address.authority());
    header("User-Agent", "open-automator");
    header("Accept", "application/json");
    header("X-Vault-Request", "true");
    if (!name_space.empty()) {
        header("X-Vault-Namespace", name_space);
    }
    if (call.token != nullptr) {
        header("X-Vault-Token", call.token->reveal());
    }
    header("Connection", "close");
    if (call.body != nullptr) {
        header("Content-Type", "application/json");
        header("Content-Length", std::to_string(call.body->size()));
    }
    out.append("\r\n");
    if (call.body != nullptr) {
        out.append(call.body->reveal());
    }
    return out;
}

void refuse_redirect(const HttpAnswer& answer, const std::string& peer) {
    if (answer.status >= 300 && answer.status < 400) {
        throw std::runtime_error(
            peer + " sends its callers to " + core::shorten(answer.location, shown_columns) +
            ", which is not followed, since the token would go there too; if that is the right "
            "server, set vault.address to it");
    }
}

}  // namespace

VaultClient::VaultClient(const VaultSettings& settings, VaultTime time)
    : settings_(settings),
      address_(parse_vault_address(settings.address)),
      time_(std::move(time)) {}

HttpAnswer VaultClient::ask(const VaultCall& call, TimePoint deadline) const {
    Milliseconds pause = settings_.retry_pause;
    for (unsigned left = settings_.retries;; --left) {
        Milliseconds wait = pause;
        try {
            HttpAnswer answer = ask_once(call, deadline);
            wait = std::max(wait, retry_after(answer));
            if (left == 0 || !may_pass(answer.status) || steady_clock::now() + wait >= deadline) {
                return answer;
            }
        } catch (const NotReached&) {
            if (left == 0 || steady_clock::now() + wait >= deadline) {
                throw;
            }
        }
        time_.pause(wait);
        pause *= 2;
    }
}

HttpAnswer VaultClient::ask_once(const VaultCall& call, TimePoint deadline) const {
    const PipeSignalBlock no_signal;
    ConnectPlan plan;
    plan.address = address_;
    plan.ca_file = settings_.ca_file;
    plan.this_machine_only = !address_.secure && !settings_.allow_http;
    plan.deadline = deadline;
    plan.connect_deadline =
        std::min<TimePoint>(deadline, steady_clock::now() + settings_.connect_timeout);
    ServerConnection connection(plan);
    connection.send(request_of(call, address_, settings_.name_space).view());
    bool answered = false;
    const Receive receive = [&connection, &answered](char* into, std::size_t size) {
        const std::size_t count = connection.receive(into, size);
        if (count == 0 && !answered) {
            throw std::runtime_error("it closed the connection without an answer");
        }
        answered = true;
        return count;
    };
    HttpAnswer answer;
    try {
        answer = read_answer(receive, settings_.answer_bytes_max);
    } catch (const std::runtime_error& error) {
        const std::string why = error.what();
        const std::string& peer = connection.peer();
        throw std::runtime_error(why.starts_with(peer) ? why : peer + ": " + why);
    }
    refuse_redirect(answer, connection.peer());
    return answer;
}

}  // namespace oa::host::vault
