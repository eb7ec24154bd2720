#include "host/cli/audit_command_line.hpp"

#include <utility>

#include <CLI/CLI.hpp>

namespace oa::host {

struct AuditCommandLine::Commands {
    CLI::App* list = nullptr;
    CLI::App* verify = nullptr;
    AuditOptions list_options = {};
    AuditOptions verify_options = {};
};

AuditCommandLine::AuditCommandLine(CLI::App& app) : commands_(std::make_unique<Commands>()) {
    CLI::App& audit = *app.add_subcommand("audit", "Who did what: read the audit log, check it");
    audit.require_subcommand(1);
    audit.fallthrough();

    commands_->list = audit.add_subcommand("list", "List what is on record, the newest first");
    AuditOptions& listed = commands_->list_options;
    listed.action = AuditOptions::Action::List;
    commands_->list->add_option("--limit", listed.limit, "So many (50)")
        ->check(CLI::Range(1U, 100'000U))
        ->type_name("N");
    commands_->list->add_flag("--json", listed.json, "Print JSON");

    commands_->verify =
        audit.add_subcommand("verify", "Check that the audit log is what was written");
    AuditOptions& verified = commands_->verify_options;
    verified.action = AuditOptions::Action::Verify;
    commands_->verify
        ->add_option("files", verified.files,
                     "Files of it that were moved away, and it, the oldest first (the log)")
        ->type_name("FILE");
    commands_->verify->add_flag("--json", verified.json, "Print JSON");
}

AuditCommandLine::~AuditCommandLine() = default;

std::optional<AuditOptions> AuditCommandLine::parsed() {
    if (commands_->list->parsed()) {
        return std::move(commands_->list_options);
    }
    if (commands_->verify->parsed()) {
        return std::move(commands_->verify_options);
    }
    return std::nullopt;
}

}  // namespace oa::host
