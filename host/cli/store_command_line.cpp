#include "host/cli/store_command_line.hpp"

#include <deque>
#include <utility>

#include <CLI/CLI.hpp>

namespace oa::host {

using Action = StoreOptions::Action;

class StoreCommandLine::Commands {
public:
    explicit Commands(CLI::App& app)
        : app_(*app.add_subcommand("store", "Look after the store that runs are kept in")) {
        app_.require_subcommand(1);
        app_.fallthrough();
        add("check", "Check that the store is what was written", Action::Check);
        add_path("backup", "Copy the store as it is now, while a host uses it or not",
                 Action::Backup, "file", "The copy, a file that there is not yet", "FILE");
        add_path("restore", "Make the store from a backup", Action::Restore, "file",
                 "A file that `oa store backup` made", "FILE");
        add_path("salvage", "Copy what is whole of a damaged store to a new one", Action::Salvage,
                 "folder", "Where the new store goes, a folder that is not there yet", "FOLDER");
        add_export();
    }

    [[nodiscard]] std::optional<StoreOptions> parsed() {
        for (Entry& entry : entries_) {
            if (entry.app->parsed()) {
                return std::move(entry.options);
            }
        }
        return std::nullopt;
    }

private:
    struct Entry {
        CLI::App* app = nullptr;
        StoreOptions options = {};
    };

    Entry& add(const char* name, const char* description, Action action) {
        Entry& entry = entries_.emplace_back();
        entry.app = app_.add_subcommand(name, description);
        entry.options.action = action;
        entry.app
            ->add_option("--data", entry.options.data,
                         "Folder of the store (OA_DATA, or `data` in the state folder)")
            ->type_name("FOLDER");
        entry.app->add_flag("--json", entry.options.json, "Print JSON");
        return entry;
    }

    void add_path(const char* name,
                  const char* description,
                  Action action,
                  const char* argument,
                  const char* what,
                  const char* type) {
        auto& [app, options] = add(name, description, action);
        app->add_option(argument, options.path, what)->required()->type_name(type);
    }

    void add_export() {
        auto& [app, options] =
            add("export", "Write all that is on record, a line of JSON each", Action::Export);
        app->add_option("run", options.run,
                        "Only this run: its id, or how it begins; `last`: the newest")
            ->type_name("RUN");
        app->add_flag("--lines", options.lines, "Also what the tasks of the runs said");
        app->add_option("-o,--output", options.output,
                        "Write to this file, which there must not be yet (standard output)")
            ->type_name("FILE");
    }

    CLI::App& app_;
    std::deque<Entry> entries_;  // options are bound by address
};

StoreCommandLine::StoreCommandLine(CLI::App& app) : commands_(std::make_unique<Commands>(app)) {}
StoreCommandLine::~StoreCommandLine() = default;

std::optional<StoreOptions> StoreCommandLine::parsed() {
    return commands_->parsed();
}

}  // namespace oa::host
