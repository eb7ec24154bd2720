#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include <unistd.h>

#include "functions.hpp"
#include "mail_session.hpp"
#include "message_text.hpp"
#include "plugins/common/fault.hpp"
#include "plugins/common/pipe_signal.hpp"
#include "plugins/common/verified.hpp"

namespace oa::notify {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto request_limit = 60s;
constexpr auto connect_limit = 10s;

enum class Security { StartTls, Tls, None };

Security security_param(const Params& params) {
    const std::string word = params.text("security", "starttls");
    if (word == "starttls") {
        return Security::StartTls;
    }
    if (word == "tls") {
        return Security::Tls;
    }
    if (word == "none") {
        return Security::None;
    }
    throw params.wrong("security", "security is none of starttls, tls and none");
}

std::uint16_t port_param(const Params& params, Security security) {
    const int usual = security == Security::Tls ? 465 : security == Security::StartTls ? 587 : 25;
    const std::int64_t port = params.number("port", usual);
    if (port < 1 || port > 65'535) {
        throw params.wrong("port", "port is not from 1 to 65535");
    }
    return static_cast<std::uint16_t>(port);
}

http::Url server_param(const Params& params, Security security) {
    http::Url server;
    std::string host = params.required("host");
    const std::string brackets = host.find(':') == std::string::npos ? host : "[" + host + "]";
    try {
        server = http::parse_url("http://" + brackets + ":" +
                                 std::to_string(port_param(params, security)) + "/");
    } catch (const http::UrlError& error) {
        throw params.wrong("host", std::string("host: ") + error.what());
    }
    server.secure = security == Security::Tls;
    return server;
}

std::string own_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') {
        return "localhost";
    }
    return name.data();
}

Json rejected_json(const std::vector<MailSession::Rejection>& rejected) {
    Json out = Json::array();
    for (const MailSession::Rejection& one : rejected) {
        out.push_back({{"address", one.address}, {"status", one.status}, {"reason", one.reason}});
    }
    return out;
}

/// Fails before anything is sent, unless some may be missing.
void require_receivers(const Params& params,
                       const std::vector<MailSession::Rejection>& rejected,
                       std::size_t all) {
    const bool enough =
        rejected.empty() || (params.flag("allow_rejected", false) && rejected.size() < all);
    if (!enough) {
        throw mail_error(rejected.front().status,
                         "the mail server does not take " + rejected.front().address + " (" +
                             rejected.front().reason + "); nothing was sent")
            .with_details({{"rejected", rejected_json(rejected)}});
    }
}

Json deliver(const Params& params,
             const MailText& mail,
             const http::Connection& connection,
             const http::Url& server,
             const http::TlsOptions& tls,
             http::Interrupter& interrupter) {
    MailSession session(connection, server, interrupter, own_name());
    if (security_param(params) == Security::StartTls) {
        session.start_tls(tls);
    }
    if (const std::string user = params.text("username"); !user.empty()) {
        session.log_in(user, params.text("password"));
    }
    std::vector<std::string> receivers = mail.receivers();
    const auto rejected = session.address(mail.from.mailbox, receivers, mail.content.size());
    require_receivers(params, rejected, receivers.size());
    session.send(mail.content);
    std::erase_if(receivers, [&](const std::string& receiver) {
        return std::any_of(rejected.begin(), rejected.end(),
                           [&](const auto& one) { return one.address == receiver; });
    });
    return {{"sent", true},
            {"message_id", mail.id},
            {"accepted", receivers},
            {"rejected", rejected_json(rejected)},
            {"bytes", mail.content.size()}};
}

}  // namespace

Json send_email(const Delivery& delivery, const Params& params) {
    delivery.call.check();
    const Security security = security_param(params);
    const http::Url server = server_param(params, security);
    const std::string user = params.text("username");
    if (security == Security::None && !user.empty() && !params.flag("allow_plain_login", false)) {
        throw params.wrong("security",
                           "a password would travel unencrypted: use starttls or tls, "
                           "or say allow_plain_login: true");
    }
    const MailText mail = mail_text(params);
    auto limit = params.duration("request_timeout", request_limit);
    const auto asked = limit;
    if (const auto rest = delivery.call.remaining()) {
        limit = std::min(limit, *rest);
    }
    const http::TlsOptions tls{
        .verify = common::verified(delivery.call, params.flag("verify", true)),
        .ca_file = params.text("ca_file")};
    const auto started = steady_clock::now();
    const common::PipeSignalBlock no_pipe_signal;
    http::Interrupter interrupter(started + limit);
    const auto guard = delivery.call.on_cancel([&interrupter] { interrupter.cancel(); });
    try {
        const http::Connection connection(server, tls,
                                          std::min(started + connect_limit, interrupter.deadline()),
                                          interrupter, &delivery.guard);
        return deliver(params, mail, connection, server, tls, interrupter);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Cancelled) {
            throw Cancelled();
        }
        if (error.code() == ErrorCode::Deadline) {
            throw deadline_exceeded("the e-mail by " + server.authority() + " took longer than " +
                                    std::to_string(asked.count()) + " ms (request_timeout)");
        }
        throw;
    }
}

}  // namespace oa::notify
