#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/port/clock.hpp"
#include "core/workflow/reader.hpp"
#include "core/workflow/workflow.hpp"
#include "host/service/service_error.hpp"
#include "host/store/run_store.hpp"

namespace oa::host {

/// A document that was read and checked, with all that it runs.
struct LibraryDocument {
    std::shared_ptr<const core::Workflow> workflow;  ///< null when there are errors
    core::Diagnostics diagnostics;                   ///< warnings too
    std::vector<core::SecretUse> secrets;            ///< that it needs
    std::string bundle;                              ///< of DocumentBundle
};

/// A workflow of the library, as it is now. It never changes; a change makes another one.
struct LibraryWorkflow {
    std::string name;
    std::filesystem::path file;
    std::string text;  ///< of the file
    LibraryDocument checked;
    std::string documents;      ///< as the store names them; empty where there are errors
    std::uint64_t version = 0;  ///< counts its changes from 1; 0 where there are errors
    core::WallTime changed;     ///< when this version was seen first
    std::string etag;           ///< with its quotes
};

/// Whether a workflow may be called so where its name becomes that of a file: letters, digits, '.',
/// '_' and '-', not one of the last three at the beginning, no "..", at most 128.
[[nodiscard]] bool is_workflow_name(std::string_view name);

/// The workflows that a host offers by name: the files `*.yaml` and `*.yml` of a folder, and what
/// they were before. A document that does not say its name has that of its file. Thread safe.
class WorkflowLibrary {
public:
    using Entry = std::shared_ptr<const LibraryWorkflow>;
    /// Reads and checks a document; `file` is what findings call it, and its folder is where it
    /// looks for others.
    using Check = std::function<LibraryDocument(std::string_view text, const std::string& file)>;

    struct Settings {
        std::filesystem::path folder;
        std::size_t bytes_max = 4U << 20U;  ///< of a document
        Check check;
    };
    /// What reading the folder has found.
    struct Report {
        std::size_t workflows = 0;
        std::size_t added = 0;
        std::size_t changed = 0;
        std::size_t removed = 0;
        core::Diagnostics diagnostics;  ///< errors of documents, and files that cannot be read
    };

    /// The store and the clock are borrowed. Makes the folder where it is missing; reads nothing
    /// yet. Throws ServiceError.
    WorkflowLibrary(Settings settings, RunStore& store, const core::Clock& clock);

    /// Reads the folder. A document that has errors is there with them and cannot be run; of one
    /// that had none before, what it was before goes on being offered. Throws ServiceError.
    Report reload();

    [[nodiscard]] std::vector<Entry> list() const;  ///< by name
    /// Throws ServiceError: there is none.
    [[nodiscard]] Entry get(const std::string& name) const;
    /// One of its versions, which may be gone from the folder. Throws ServiceError.
    [[nodiscard]] Entry version(const std::string& name, std::uint64_t version) const;
    [[nodiscard]] LibraryDocument check(std::string_view text, const std::string& name) const;

    struct Expected {
        std::optional<std::string> etag = {};  ///< what it has to be now
        bool is_new = false;                   ///< there has to be none
    };
    struct Saved {
        Entry entry;
        bool is_new = false;
    };
    /// Keeps a document as a file, after checking it. With an empty name, that of the document.
    /// Throws ServiceError: Invalid with all mistakes, Stale, Conflict, Unavailable.
    Saved put(const std::string& name,
              std::string_view text,
              const Expected& expected,
              const std::string& by);
    /// Removes the file; its versions stay for as long as runs need them. Throws ServiceError.
    void remove(const std::string& name, const Expected& expected, const std::string& by);

    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return settings_.folder; }

private:
    using Book = std::map<std::string, Entry, std::less<>>;

    [[nodiscard]] std::shared_ptr<const Book> book() const;
    void set_book(Book book);
    [[nodiscard]] Entry read(const std::filesystem::path& file,
                             std::string text,
                             const Book& before,
                             const std::string& by);
    [[nodiscard]] Entry made(const std::filesystem::path& file,
                             std::string text,
                             LibraryDocument checked,
                             const std::string& by);
    void read_again(Book& book, const std::filesystem::path& changed, const std::string& by);
    static void expect(const Entry& entry, const Expected& expected, const std::string& name);

    Settings settings_;
    RunStore& store_;
    const core::Clock& clock_;
    std::mutex changing_;  // held by whoever changes the folder or reads it anew
    mutable std::mutex mutex_;
    std::shared_ptr<const Book> book_;
};

}  // namespace oa::host
