#pragma once

#include <memory>
#include <optional>

#include "host/access/access_policy.hpp"
#include "host/api/api_application.hpp"
#include "host/api/open_answers.hpp"
#include "host/cli/background_log.hpp"
#include "host/cli/options.hpp"
#include "host/cli/run_house.hpp"
#include "host/cli/secret_sources.hpp"
#include "host/cli/service_controls.hpp"
#include "host/cli/store_tokens.hpp"
#include "host/http/http_server.hpp"
#include "host/service/live_events.hpp"
#include "host/service/observed_journal.hpp"
#include "host/service/run_service.hpp"
#include "host/service/system_view.hpp"
#include "host/service/workflow_library.hpp"

namespace oa::host {

/// All that `oa serve` is made of, from the store up to the sockets, in the order in which it is
/// needed.
class ServiceHouse {
public:
    /// Opens the store, reads the workflows, takes up what a host before left open, and then
    /// listens. Throws std::exception with what is wrong and what to do about it.
    ServiceHouse(WalletAccess wallet, Workbench& workbench);
    /// Stops, if stop() has not been called.
    ~ServiceHouse();
    ServiceHouse(const ServiceHouse&) = delete;
    ServiceHouse& operator=(const ServiceHouse&) = delete;

    /// "http://127.0.0.1:8080"
    [[nodiscard]] std::vector<std::string> urls() const;
    /// The file with the first token, where this start has made one.
    [[nodiscard]] const std::optional<std::filesystem::path>& first_token() const {
        return first_token_;
    }
    [[nodiscard]] RunHouse& runs() { return runs_; }

    /// Reads workflows, plug-ins and certificates anew. What is wrong is logged, and what was there
    /// before stays.
    void reload();
    /// Removes what is older than it is kept, and brings to the store what may wait.
    void tidy_up();
    /// Takes no more requests, lets what runs end for a while, and lets go of the rest, which stays
    /// open on record.
    void stop();

private:
    [[nodiscard]] LibraryDocument check(std::string_view text, const std::string& file) const;
    [[nodiscard]] HttpServerSettings http_settings() const;
    [[nodiscard]] access::OriginSettings origin_settings(std::uint16_t port) const;
    void demand_safety() const;
    void read_workflows();
    void recover();
    void make_first_token();
    void listen();
    [[nodiscard]] ApiApplication::Watch watch();

    Workbench& workbench_;
    ServerConfig server_;
    BackgroundLog log_;
    SecretSources secrets_;
    AuditLog audit_;
    RunHouse runs_;
    RunStore& store_;
    RunEnds ends_;
    std::optional<LiveEvents> live_;
    std::optional<ObservedJournal> journal_;
    std::optional<WorkflowLibrary> library_;
    std::optional<RunService> service_;
    std::optional<SystemView> system_;
    ServiceWallet wallet_;
    ServicePlugins plugins_;

    StoreTokens token_storage_;
    access::TokenBook tokens_;
    access::Sessions sessions_;
    access::FailureLimiter limiter_;
    std::optional<access::OriginRules> origins_;
    std::optional<access::AccessPolicy> policy_;
    std::optional<std::filesystem::path> first_token_;

    std::optional<OpenAnswers> open_;
    Routes routes_;
    std::unique_ptr<ApiApplication> application_;
    std::unique_ptr<HttpServer> http_;
    bool is_stopped_ = false;
};

}  // namespace oa::host
