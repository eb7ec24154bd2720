#include "host/store/store_restore.hpp"

#include <string>
#include <system_error>

#include "host/store/run_schema.hpp"
#include "host/store/store_files.hpp"
#include "host/store/store_lock.hpp"

namespace oa::host {
namespace {

std::filesystem::path with_ending(std::filesystem::path file, const char* ending) {
    file += ending;
    return file;
}

void copy_private_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    make_private_file(to);
    std::error_code error;
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing, error);
    if (!error) {
        std::filesystem::permissions(
            to, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
    }
    if (error) {
        throw StoreError("cannot copy " + from.string() + " to " + to.string() + ": " +
                         error.message());
    }
}

/// The copy while it is not known to be sound. Gone in the end, unless it has been kept.
class PartialStore {
public:
    PartialStore(const std::filesystem::path& backup, const std::filesystem::path& folder)
        : target_(store_file(folder)), file_(with_ending(target_, ".partial")) {
        remove();
        copy_private_file(backup, file_);
        // What a store's file was copied without is in its log.
        const std::filesystem::path log = with_ending(backup, "-wal");
        std::error_code error;
        if (std::filesystem::exists(log, error)) {
            copy_private_file(log, with_ending(file_, "-wal"));
        }
    }
    ~PartialStore() { remove(); }
    PartialStore(const PartialStore&) = delete;
    PartialStore& operator=(const PartialStore&) = delete;

    [[nodiscard]] StoreCheckReport check() const {
        SqliteDatabase::Settings settings;
        settings.file = file_;
        SqliteDatabase database(settings);
        bring_up_to_date(database, OlderCopy::Skip);
        return check_store(database);
    }
    void keep() const {
        sync(file_);
        std::error_code error;
        std::filesystem::rename(file_, target_, error);
        if (error) {
            throw StoreError("cannot make " + target_.string() + ": " + error.message());
        }
        sync(folder_of(target_));
    }

private:
    void remove() const noexcept {
        std::error_code ignored;
        for (const char* ending : {"", "-wal", "-shm"}) {
            std::filesystem::remove(with_ending(file_, ending), ignored);
        }
    }

    std::filesystem::path target_;
    std::filesystem::path file_;
};

}  // namespace

void demand_empty_folder(const std::filesystem::path& folder) {
    std::error_code error;
    if (std::filesystem::exists(folder, error) && !std::filesystem::is_empty(folder, error)) {
        throw StoreError(folder.string() + " is not empty; choose a folder that is not there yet");
    }
}

StoreCheckReport restore_store(const std::filesystem::path& backup,
                               const std::filesystem::path& folder) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(backup, error)) {
        throw StoreError("there is no file " + backup.string());
    }
    demand_empty_folder(folder);
    const StoreLock lock(folder);
    const PartialStore partial(backup, folder);
    StoreCheckReport report = partial.check();
    if (!report.is_sound()) {
        throw StoreError(backup.string() +
                         " is not sound, and is not restored: " + report.problems.front() +
                         (report.problems.size() > 1
                              ? " (and " + std::to_string(report.problems.size() - 1) + " more)"
                              : ""));
    }
    partial.keep();
    return report;
}

}  // namespace oa::host
