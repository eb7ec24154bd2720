#include "host/cli/store_commands.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/cli/plugin_text.hpp"
#include "host/cli/runs_reader.hpp"
#include "host/store/run_schema.hpp"
#include "host/store/store_check.hpp"
#include "host/store/store_export.hpp"
#include "host/store/store_files.hpp"
#include "host/store/store_restore.hpp"
#include "host/store/store_salvage.hpp"

namespace oa::host {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

json::array as_json(const std::vector<std::string>& texts) {
    json::array array;
    for (const std::string& text : texts) {
        array.emplace_back(text);
    }
    return array;
}

std::string amount(std::uint64_t number, const std::string& what) {
    return std::to_string(number) + ' ' + what + (number == 1 ? "" : "s");
}

class StoreCommand {
public:
    StoreCommand(const StoreOptions& options,
                 const fs::path& folder,
                 std::ostream& out,
                 std::ostream& problems)
        : options_(options), folder_(folder), out_(out), problems_(problems) {}

    ExitStatus run() {
        switch (options_.action) {
            case StoreOptions::Action::Check: return check();
            case StoreOptions::Action::Backup: return back_up();
            case StoreOptions::Action::Restore: return restore();
            case StoreOptions::Action::Export: return export_records();
            case StoreOptions::Action::Salvage: return salvage();
        }
        return ExitStatus::Usage;
    }

private:
    /// A connection that only reads: a host may go on beside it.
    [[nodiscard]] SqliteDatabase::Settings reading() const {
        SqliteDatabase::Settings settings;
        settings.file = existing_store_file(folder_);
        settings.access = SqliteDatabase::Access::ReadOnly;
        return settings;
    }

    ExitStatus check() {
        SqliteDatabase database(reading());
        demand_up_to_date(database);
        const StoreCheckReport report = check_store(database);
        if (options_.json) {
            print({{"store", folder_.string()},
                   {"sound", report.is_sound()},
                   {"runs", report.runs},
                   {"records", report.records},
                   {"problems", as_json(report.problems)}});
        } else if (report.is_sound()) {
            out_ << folder_.string() << " is sound: " << amount(report.runs, "run") << ", "
                 << amount(report.records, "record") << '\n';
        } else {
            tell(report.problems);
            out_ << folder_.string() << " is damaged: " << amount(report.problems.size(), "problem")
                 << " among " << amount(report.runs, "run")
                 << "; `oa store salvage` copies what is whole\n";
        }
        return report.is_sound() ? ExitStatus::Ok : ExitStatus::RunFailed;
    }

    ExitStatus back_up() {
        SqliteDatabase database(reading());
        demand_up_to_date(database);
        database.back_up(options_.path);
        const std::uintmax_t size = fs::file_size(options_.path);
        if (options_.json) {
            print(
                {{"store", folder_.string()}, {"backup", options_.path.string()}, {"bytes", size}});
        } else {
            out_ << options_.path.string() << ": " << size << " bytes; `oa store restore` makes a "
                 << "store of it\n";
        }
        return ExitStatus::Ok;
    }

    ExitStatus restore() {
        std::error_code error;
        if (!fs::is_regular_file(options_.path, error)) {
            throw std::invalid_argument("there is no file " + options_.path.string());
        }
        const StoreCheckReport report = restore_store(options_.path, folder_);
        if (options_.json) {
            print({{"store", folder_.string()},
                   {"backup", options_.path.string()},
                   {"runs", report.runs},
                   {"records", report.records}});
        } else {
            out_ << folder_.string() << " is restored and sound: " << amount(report.runs, "run")
                 << ", " << amount(report.records, "record") << '\n';
        }
        return ExitStatus::Ok;
    }

    ExitStatus export_records() {
        SqliteDatabase database(reading());
        demand_up_to_date(database);
        ExportOptions wanted;
        wanted.lines = options_.lines;
        if (options_.run) {
            wanted.run_id = run_id_of(StoreReader(folder_), *options_.run);
        }
        const ExportReport report = options_.output ? export_to_file(database, wanted)
                                                    : export_to(database, wanted, stdout);
        std::ostream& about = options_.output ? out_ : problems_;
        if (options_.json) {
            about << core::write_json(json::object{{"runs", report.runs},
                                                   {"records", report.records},
                                                   {"lines", report.lines},
                                                   {"problems", as_json(report.problems)}})
                  << '\n';
        } else {
            tell(report.problems);
            about << amount(report.records, "record") << " of " << amount(report.runs, "run")
                  << (options_.lines ? ", " + amount(report.lines, "line") : "") << '\n';
        }
        return report.problems.empty() ? ExitStatus::Ok : ExitStatus::RunFailed;
    }

    [[nodiscard]] ExportReport export_to_file(SqliteDatabase& database,
                                              const ExportOptions& wanted) const {
        struct Closer {
            void operator()(std::FILE* file) const noexcept { std::fclose(file); }
        };
        const std::string name = options_.output->string();
        const std::unique_ptr<std::FILE, Closer> file(std::fopen(name.c_str(), "wxe"));
        if (!file) {
            throw StoreError("cannot make " + name + ": " + std::strerror(errno));
        }
        return export_to(database, wanted, file.get());
    }

    [[nodiscard]] static ExportReport export_to(SqliteDatabase& database,
                                                const ExportOptions& wanted,
                                                std::FILE* file) {
        ExportReport report = export_store(database, wanted, [file](std::string_view line) {
            if (std::fwrite(line.data(), 1, line.size(), file) != line.size() ||
                std::fputc('\n', file) == EOF) {
                throw std::runtime_error(std::string("cannot write what is exported: ") +
                                         std::strerror(errno));
            }
        });
        if (std::fflush(file) != 0) {
            throw std::runtime_error(std::string("cannot write what is exported: ") +
                                     std::strerror(errno));
        }
        return report;
    }

    ExitStatus salvage() {
        SqliteDatabase database(reading());
        const SalvageReport report = salvage_store(database, options_.path);
        const bool is_whole = report.left.empty() && report.problems.empty();
        if (options_.json) {
            json::array left;
            for (const SalvageReport::Left& run : report.left) {
                left.push_back(json::object{{"run", run.run},
                                            {"sound", run.sound},
                                            {"records", run.records},
                                            {"reason", run.reason}});
            }
            print({{"store", folder_.string()},
                   {"salvaged", options_.path.string()},
                   {"runs", report.runs},
                   {"records", report.records},
                   {"lines", report.lines},
                   {"left", std::move(left)},
                   {"problems", as_json(report.problems)}});
            return is_whole ? ExitStatus::Ok : ExitStatus::RunFailed;
        }
        tell(report.problems);
        for (const SalvageReport::Left& run : report.left) {
            problems_ << "oa: run " << printable(run.run) << " is left; " << run.sound << " of "
                      << amount(run.records, "record")
                      << " could be read: " << printable(run.reason) << '\n';
        }
        out_ << options_.path.string() << ": " << amount(report.runs, "run") << ", "
             << amount(report.records, "record") << ", " << amount(report.lines, "line")
             << " copied; " << amount(report.left.size(), "run") << " left\n";
        return is_whole ? ExitStatus::Ok : ExitStatus::RunFailed;
    }

    void print(const json::object& document) {
        out_ << core::write_json(document, core::JsonStyle::Indented) << '\n';
    }
    void tell(const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
            problems_ << "oa: " << printable(text) << '\n';
        }
    }

    const StoreOptions& options_;
    const fs::path& folder_;
    std::ostream& out_;
    std::ostream& problems_;
};

}  // namespace

ExitStatus store(const StoreOptions& options,
                 const std::filesystem::path& folder,
                 std::ostream& out,
                 std::ostream& problems) {
    try {
        return StoreCommand(options, folder, out, problems).run();
    } catch (const StoreMissing& error) {
        problems << "oa: " << printable(error.what()) << '\n';
        return ExitStatus::Usage;
    } catch (const std::invalid_argument& error) {
        problems << "oa: " << printable(error.what()) << '\n';
        return ExitStatus::Usage;
    } catch (const std::exception& error) {
        problems << "oa: " << printable(error.what()) << '\n';
        return ExitStatus::PluginTrouble;
    }
}

}  // namespace oa::host
