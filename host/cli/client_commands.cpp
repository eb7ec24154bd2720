#include "host/cli/client_commands.hpp"

#include <atomic>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <boost/json.hpp>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/cli/client_report.hpp"
#include "host/cli/interrupt.hpp"
#include "host/cli/remote_runs.hpp"
#include "host/cli/run_event_text.hpp"
#include "host/cli/server_login.hpp"
#include "host/cli/start_command.hpp"
#include "host/cli/wallet_values.hpp"
#include "host/client/event_socket_client.hpp"
#include "host/client/run_event_stream.hpp"
#include "host/log/logger.hpp"
#include "host/wallet/careful_file.hpp"
#include "host/wallet/terminal_prompt.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::size_t token_bytes_max = 4U << 10U;

/// Never from an argument, which every process of the machine could read.
core::Secret read_token(const LoginOptions& options) {
    const bool from_input =
        options.token_file ? *options.token_file == "-" : ::isatty(STDIN_FILENO) == 0;
    core::Secret text;
    if (from_input) {
        text = read_value_file("-");
    } else if (options.token_file) {
        text = read_secret_file({.file = *options.token_file,
                                 .what = "the token file",
                                 .bytes_max = token_bytes_max})
                   .content.clone();
    } else {
        text = prompt_secret("Token: ");
    }
    const std::string_view all = text.reveal();
    const std::size_t begin = all.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) {
        throw std::invalid_argument(
            "no token was given; type it on the terminal, or give --token-file FILE");
    }
    core::Secret token(all.substr(begin, all.find_last_not_of(" \t\r\n") - begin + 1));
    if (token.reveal().find_first_of(" \t\r\n") != std::string_view::npos) {
        throw std::invalid_argument("what was given is no token: it has white space in it");
    }
    return token;
}

ExitStatus login(const LoginOptions& options, std::ostream& out) {
    client::ServerAccess access;
    access.url = client::parse_server_url(options.url);
    access.token = read_token(options);
    if (options.ca_file) {
        access.ca_file = std::filesystem::absolute(*options.ca_file).lexically_normal();
    }
    client::ServerAccess checked{access.url, access.token.clone(), access.ca_file};
    const json::object who = client::ApiClient(std::move(checked)).get("/api/v1/session");
    keep_login(access);
    std::string scopes;
    for (const json::value& scope : who.at("scopes").as_array()) {
        scopes += (scopes.empty() ? "" : ", ") + std::string(scope.as_string());
    }
    out << "logged in to " << access.url.text() << " as " << printable(who.at("name").as_string())
        << " (" << printable(scopes) << "); kept in " << login_file().string() << '\n';
    return ExitStatus::Ok;
}

ExitStatus logout(std::ostream& out) {
    out << (forget_login() ? "the login is forgotten; the token is valid until it is revoked\n"
                           : "nobody is logged in\n");
    return ExitStatus::Ok;
}

ExitStatus events(const EventsOptions& options, std::ostream& out, std::ostream& err) {
    client::ApiClient client(find_server(options.server));
    client::Interruption interruption;
    std::atomic<int> interrupted{0};
    const InterruptGuard guard(1, [&](int signal) {
        interrupted = signal;
        interruption.raise();
    });
    const bool with_run = !options.run;
    const auto print = [&](const json::object& event) {
        out << (options.json ? core::write_json(event) : event_text(event, with_run)) << '\n'
            << std::flush;
        if (!out) {
            interruption.raise();  // nobody reads any more
        }
    };
    if (options.run) {
        const std::string run = remote_run_id(client, *options.run);
        static_cast<void>(
            client::RunEventStream(client, interruption, run).follow(print, notes_to(err)));
    } else {
        client::EventSocketClient(client, interruption, options.workflow)
            .follow(print, notes_to(err));
    }
    return interrupted == 0 ? ExitStatus::Ok : static_cast<ExitStatus>(128 + interrupted);
}

}  // namespace

std::optional<ExitStatus> execute_as_client(const Command& command,
                                            std::ostream& out,
                                            std::ostream& err) {
    if (const auto* options = std::get_if<LoginOptions>(&command)) {
        return with_errors_told(err, [&] { return login(*options, out); });
    }
    if (std::holds_alternative<LogoutOptions>(command)) {
        return with_errors_told(err, [&] { return logout(out); });
    }
    if (const auto* options = std::get_if<StartOptions>(&command)) {
        return start_run(*options, out, err);
    }
    if (const auto* options = std::get_if<EventsOptions>(&command)) {
        return with_errors_told(err, [&] { return events(*options, out, err); });
    }
    const auto* runs = std::get_if<RunsOptions>(&command);
    const bool is_remote = runs != nullptr && runs->action != RunsOptions::Action::Recover &&
                           !runs->data && (runs->needs_server || names_server(runs->server));
    return is_remote ? std::optional(remote_runs(*runs, out, err)) : std::nullopt;
}

}  // namespace oa::host
