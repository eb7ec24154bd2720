// GET and POST /execute: runs a workflow and answers when it has ended.

#include <boost/json.hpp>

#include "host/api/legacy/legacy_call.hpp"
#include "host/api/legacy/legacy_records.hpp"
#include "host/api/legacy/legacy_routes.hpp"
#include "host/api/legacy/legacy_wallet.hpp"
#include "host/api/waiting_call.hpp"

namespace oa::host::legacy {

namespace json = boost::json;

namespace {

struct Wanted {
    std::string workflow;  ///< as it was asked for
    NamedWallet wallet;
};

Wanted wanted_by(const ApiCall& call) {
    if (call.request().method == "POST") {
        return {call.text_member("WORKFLOW"),
                {.file = call.text_member("OA_WALLET_FILE"),
                 .password = call.text_member("OA_WALLET_PASSWORD"),
                 .type = call.text_member("OA_WALLET_TYPE")}};
    }
    // A page elsewhere can make a browser send a GET with the cookie of a session.
    if (call.request().method != "GET" || call.caller().session) {
        throw ApiProblem(
            405, "method_not_allowed",
            "this starts a run, which HEAD does not, nor GET in a session of a browser",
            "use POST, or a token in the field Authorization")
            .with("Allow", "POST");
    }
    if (call.text("OA_WALLET_PASSWORD")) {
        throw ApiProblem(400, "password_in_address",
                         "a password in an address ends in logs and histories",
                         "send it in the body of POST /execute");
    }
    return {call.text("WORKFLOW").value_or(""),
            {.file = call.text("OA_WALLET_FILE").value_or(""),
             .password = {},
             .type = call.text("OA_WALLET_TYPE").value_or("")}};
}

void prepare_wallet(const ApiCall& call, WalletControl& wallet, const NamedWallet& named) {
    if (named.password.empty()) {
        if (named.file.empty()) {
            return;
        }
        check_named(wallet, named);
        if (!wallet.state().is_open) {
            throw ApiProblem(400, "missing_password",
                             "Encrypted wallet requires OA_WALLET_PASSWORD",
                             "send it in the body of POST /execute");
        }
        return;
    }
    if (!call.principal().scopes.allows(access::Scope::Secrets)) {
        throw ApiProblem(403, "missing_scope",
                         "to open the wallet takes a token with the scope secrets",
                         "leave the parameters of the wallet out: the host's own is used");
    }
    open_wallet(wallet, named);
}

void answer_end(const ApiCall& call,
                const RunService& runs,
                const std::string& asked,
                const RunSummary& run) {
    const bool success = is_success(run);
    const std::string now = local_time(run.ended.value_or(run.created));
    json::object answer = execution_json(runs, run);
    std::string logs;
    for (const std::string& line : log_of(runs, run.id)) {
        logs += line + '\n';
    }
    json::object data{{"timestamp", now},
                      {"success", success},
                      {"results", answer.at("results")},
                      {"logs", std::move(logs)}};
    answer["workflow_name"] = run.workflow;
    answer["success"] = success;
    answer["workflow"] = asked;
    answer["message"] = success ? "Workflow executed successfully" : "Workflow execution failed";
    answer["execution_data"] = std::move(data);
    answer["timestamp"] = now;
    call.answer(success ? 200 : 500, answer);
}

void execute(const Call& call, const LegacyRoutes& on) {
    const Wanted wanted = wanted_by(*call);
    if (wanted.workflow.empty()) {
        throw ApiProblem(400, "invalid_parameter", "WORKFLOW is missing",
                         "name a file below the folder of the workflows");
    }
    const WorkflowLibrary::Entry workflow = find_document(on.library, wanted.workflow);
    prepare_wallet(*call, on.wallet, wanted.wallet);
    const auto accepted = [call, on, asked = wanted.workflow](const StartedRun* started,
                                                              const ServiceError* refusal) {
        if (started == nullptr) {
            refuse_with_error(*call, problem_of(*refusal));
            return;
        }
        WaitingCall{
            call, on.runs, on.timers, on.clock,
            [call, on, asked](const RunSummary& run) { answer_end(*call, on.runs, asked, run); }}
            .wait_for(started->id, std::nullopt);
    };
    try {
        on.runs.start({.workflow = workflow, .trigger = "api"}, accepted);
    } catch (const ServiceError& error) {
        if (error.kind() != ServiceError::Kind::Invalid) {
            throw;
        }
        throw bad_request(error);
    }
}

}  // namespace

void LegacyRoutes::add_execute(Routes& routes) const {
    const std::vector<RouteParameter> query{
        {In::Query, "WORKFLOW", "A file below the folder of the workflows, or a workflow's name.",
         text_schema},
        {In::Query, "DEBUG", "Accepted, without effect: log_level is the host's.", text_schema},
        {In::Query, "DEBUG2", "The same.", text_schema},
        {In::Query, "OA_WALLET_FILE", "The host's wallet, which is used in any case.", text_schema},
        {In::Query, "OA_WALLET_PASSWORD", "Refused here: send it in the body of a POST.",
         text_schema},
        {In::Query, "OA_WALLET_TYPE", "That of the wallet.",
         R"({"enum": ["plain", "encrypted"]})"}};
    for (const bool is_get : {true, false}) {
        routes.push_back(
            {.method = is_get ? "GET" : "POST",
             .path = "/execute",
             .operation = is_get ? "legacyExecute" : "legacyExecuteWithBody",
             .tag = tag,
             .summary = "Run a workflow and wait for its end",
             .description = is_get ? "Not in a session of a browser: that takes a POST." : "",
             .access = needs(access::Scope::Run),
             .audit = "run.started",
             .parameters = is_get ? query : std::vector<RouteParameter>(),
             .body = is_get ? std::nullopt
                            : std::optional<RouteBody>(
                                  {.description = "What to run, and the password of the wallet.",
                                   .schema = "LegacyExecute"}),
             .answers = {{200, "It has succeeded.", answer_schema},
                         {500, "It has not.", answer_schema}},
             .handler = with_error([on = *this](const Call& call) { execute(call, on); })});
    }
}

}  // namespace oa::host::legacy
