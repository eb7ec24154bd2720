#include "host/cli/client_report.hpp"

#include <exception>
#include <stdexcept>

#include "host/cli/runs_text.hpp"
#include "host/client/client_error.hpp"
#include "host/log/logger.hpp"

namespace oa::host {

namespace {

ExitStatus status_of(const client::ApiError& error) {
    switch (error.status()) {
        case 400:
        case 404:
        case 422: return ExitStatus::Usage;
        case 409:
        case 412: return ExitStatus::RunFailed;
        default: return ExitStatus::PluginTrouble;
    }
}

std::string hint_of(const client::ApiError& error) {
    if (!error.hint().empty()) {
        return error.hint();
    }
    if (error.status() == 401) {
        return "log in with oa login URL, or check OA_TOKEN";
    }
    return {};
}

void tell(const client::ApiError& error, std::ostream& err) {
    const std::string hint = hint_of(error);
    err << "oa: " << printable(error.what()) << (hint.empty() ? "" : "; " + printable(hint))
        << '\n';
    for (const std::string& one : error.errors()) {
        err << "  " << printable(one) << '\n';
    }
}

}  // namespace

ExitStatus with_errors_told(std::ostream& err, const std::function<ExitStatus()>& work) {
    try {
        return work();
    } catch (const client::ApiError& error) {
        tell(error, err);
        return status_of(error);
    } catch (const std::invalid_argument& error) {
        err << "oa: " << printable(error.what()) << '\n';
        return ExitStatus::Usage;
    } catch (const std::exception& error) {
        err << "oa: " << printable(error.what()) << '\n';
        return ExitStatus::PluginTrouble;
    }
}

client::Notes notes_to(std::ostream& err) {
    return [&err](const std::string& note) { err << printable(note) << std::endl; };
}

std::string address_of(const ServerChoice& choice) {
    return choice.url ? " --server " + shell_word(*choice.url) : "";
}

}  // namespace oa::host
