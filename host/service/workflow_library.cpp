#include "host/service/workflow_library.hpp"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/nearest.hpp"
#include "host/document/document_bundle.hpp"
#include "host/document/document_file.hpp"
#include "host/service/diagnostics_json.hpp"
#include "host/store/run_documents.hpp"

namespace oa::host {

namespace fs = std::filesystem;
using Kind = ServiceError::Kind;

namespace {

constexpr std::string_view from_folder = "folder";

bool is_document(const fs::path& file) {
    return (file.extension() == ".yaml" || file.extension() == ".yml") &&
           file.filename().string().front() != '.';
}

std::string etag_of(const std::string& documents, std::string_view text) {
    // "sha256:" and digits
    const std::string name = documents.empty() ? document_name(text) : documents;
    return '"' + name.substr(name.find(':') + 1, 16) + '"';
}

}  // namespace

bool is_workflow_name(std::string_view name) {
    const auto is_plain = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9');
    };
    return !name.empty() && name.size() <= 128 && is_plain(name.front()) &&
           name.find("..") == std::string_view::npos &&
           std::all_of(name.begin(), name.end(), [&](char letter) {
               return is_plain(letter) || letter == '.' || letter == '_' || letter == '-';
           });
}

WorkflowLibrary::WorkflowLibrary(Settings settings, RunStore& store, const core::Clock& clock)
    : settings_(std::move(settings)),
      store_(store),
      clock_(clock),
      book_(std::make_shared<const Book>()) {
    std::error_code error;
    fs::create_directories(settings_.folder, error);
    if (error) {
        throw ServiceError(Kind::Unavailable, "workflow_folder",
                           "the folder of the workflows, " + settings_.folder.string() +
                               ", is not there and cannot be made: " + error.message());
    }
}

std::shared_ptr<const WorkflowLibrary::Book> WorkflowLibrary::book() const {
    const std::lock_guard lock(mutex_);
    return book_;
}

void WorkflowLibrary::set_book(Book book) {
    auto made = std::make_shared<const Book>(std::move(book));
    const std::lock_guard lock(mutex_);
    book_ = std::move(made);
}

// ----- reading the folder -----

WorkflowLibrary::Report WorkflowLibrary::reload() {
    const std::lock_guard changing(changing_);
    Report report;
    std::set<fs::path> files;  // in an order that does not depend on the disk
    std::error_code error;
    for (fs::directory_iterator entry(settings_.folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (is_document(entry->path())) {
            files.insert(entry->path());
        }
    }
    if (error) {
        throw ServiceError(Kind::Unavailable, "workflow_folder",
                           "the folder of the workflows, " + settings_.folder.string() +
                               ", cannot be read: " + error.message());
    }
    const std::shared_ptr<const Book> before = book();
    Book now;
    for (const fs::path& file : files) {
        auto text = read_document_file(file.string(), settings_.bytes_max);
        if (auto* problem = std::get_if<DocumentProblem>(&text)) {
            report.diagnostics.push_back({.file = file.string(), .message = problem->message});
            continue;
        }
        Entry entry =
            read(file, std::get<std::string>(std::move(text)), *before, std::string(from_folder));
        report.diagnostics.insert(report.diagnostics.end(), entry->checked.diagnostics.begin(),
                                  entry->checked.diagnostics.end());
        const auto [place, is_first] = now.emplace(entry->name, entry);
        if (!is_first) {
            report.diagnostics.push_back({.file = file.string(),
                                          .message = "there is a workflow '" + entry->name +
                                                     "' already, in " +
                                                     place->second->file.string(),
                                          .hint = "give one of them another name"});
        }
    }
    for (const auto& [name, entry] : now) {
        const auto known = before->find(name);
        report.added += known == before->end() ? 1 : 0;
        report.changed +=
            known != before->end() && known->second->version != entry->version ? 1 : 0;
    }
    for (const auto& [name, entry] : *before) {
        if (now.find(name) == now.end()) {
            ++report.removed;
            if (entry->version > 0) {
                store_.remove_workflow(name, std::string(from_folder), clock_.wall());
            }
        }
    }
    report.workflows = now.size();
    set_book(std::move(now));
    return report;
}

WorkflowLibrary::Entry WorkflowLibrary::read(const fs::path& file,
                                             std::string text,
                                             const Book& before,
                                             const std::string& by) {
    LibraryDocument checked = settings_.check(text, file.string());
    if (checked.workflow) {
        return made(file, std::move(text), std::move(checked), by);
    }
    const auto known = std::find_if(before.begin(), before.end(), [&](const auto& other) {
        return other.second->file == file && other.second->checked.workflow;
    });
    if (known != before.end()) {
        auto entry = std::make_shared<LibraryWorkflow>(*known->second);
        entry->checked.diagnostics = std::move(checked.diagnostics);
        return entry;
    }
    auto entry = std::make_shared<LibraryWorkflow>();
    entry->name = file.stem().string();
    entry->file = file;
    entry->etag = etag_of({}, text);
    entry->text = std::move(text);
    entry->checked = std::move(checked);
    entry->changed = clock_.wall();
    return entry;
}

WorkflowLibrary::Entry WorkflowLibrary::made(const fs::path& file,
                                             std::string text,
                                             LibraryDocument checked,
                                             const std::string& by) {
    auto entry = std::make_shared<LibraryWorkflow>();
    entry->name = checked.workflow->name;
    entry->file = file;
    entry->text = std::move(text);
    entry->documents = store_.keep_documents(checked.bundle);
    entry->version = store_.keep_version(entry->name, entry->documents, by, clock_.wall());
    const auto newest = store_.newest_version(entry->name);
    entry->changed = newest ? newest->created : clock_.wall();
    entry->etag = etag_of(entry->documents, entry->text);
    entry->checked = std::move(checked);
    return entry;
}

// Those that run a document that has changed; perhaps one or another more, which does no harm.
void WorkflowLibrary::read_again(Book& book, const fs::path& changed, const std::string& by) {
    std::string quoted;
    core::append_json(quoted, boost::json::value(changed.string()));
    for (auto& [name, entry] : book) {
        if (entry->file == changed || entry->checked.bundle.find(quoted) == std::string::npos) {
            continue;
        }
        LibraryDocument checked = settings_.check(entry->text, entry->file.string());
        if (checked.workflow) {
            entry = made(entry->file, entry->text, std::move(checked), by);
        } else {
            auto with_errors = std::make_shared<LibraryWorkflow>(*entry);
            with_errors->checked.diagnostics = std::move(checked.diagnostics);
            entry = std::move(with_errors);
        }
    }
}

// ----- looking -----

std::vector<WorkflowLibrary::Entry> WorkflowLibrary::list() const {
    std::vector<Entry> entries;
    for (const auto& [name, entry] : *book()) {
        entries.push_back(entry);
    }
    return entries;
}

WorkflowLibrary::Entry WorkflowLibrary::get(const std::string& name) const {
    const std::shared_ptr<const Book> now = book();
    const auto found = now->find(name);
    if (found != now->end()) {
        return found->second;
    }
    std::vector<std::string> names;
    for (const auto& [known, entry] : *now) {
        names.push_back(known);
    }
    throw ServiceError(Kind::NotFound, "no_such_workflow", "there is no workflow '" + name + "'",
                       core::did_you_mean(name, names));
}

WorkflowLibrary::Entry WorkflowLibrary::version(const std::string& name,
                                                std::uint64_t version) const {
    const std::shared_ptr<const Book> now = book();
    const auto found = now->find(name);
    if (found != now->end() && found->second->version == version) {
        return found->second;
    }
    const std::vector<WorkflowVersion> kept = store_.versions(name, 1, version + 1);
    const bool is_there =
        !kept.empty() && kept.front().version == version && !kept.front().is_removal();
    const std::optional<std::string> bundle =
        is_there ? store_.documents(kept.front().documents) : std::nullopt;
    if (!bundle) {
        throw ServiceError(
            Kind::NotFound, "no_such_version",
            "there is no version " + std::to_string(version) + " of the workflow '" + name + "'");
    }
    auto entry = std::make_shared<LibraryWorkflow>();
    const DocumentBundle documents{std::string_view(*bundle)};
    entry->name = name;
    entry->file = documents.file();
    entry->text = documents.document();
    entry->documents = kept.front().documents;
    entry->version = version;
    entry->changed = kept.front().created;
    entry->etag = etag_of(entry->documents, entry->text);
    entry->checked.bundle = *bundle;
    return entry;
}

LibraryDocument WorkflowLibrary::check(std::string_view text, const std::string& name) const {
    const std::string stem = is_workflow_name(name) ? name : "workflow";
    return settings_.check(text, (settings_.folder / (stem + ".yaml")).string());
}

// ----- changing -----

void WorkflowLibrary::expect(const Entry& entry,
                             const Expected& expected,
                             const std::string& name) {
    if (expected.is_new && entry) {
        throw ServiceError(Kind::Stale, "workflow_exists",
                           "there is a workflow '" + name + "' already");
    }
    if (expected.etag && *expected.etag != "*" && (!entry || entry->etag != *expected.etag)) {
        throw ServiceError(Kind::Stale, "workflow_changed",
                           "the workflow '" + name +
                               "' is not the one that was read: its ETag is " +
                               (entry ? entry->etag : "none, since it is not there"),
                           "read it again, and make the change to what it is now");
    }
    if (expected.etag == "*" && !entry) {
        throw ServiceError(Kind::Stale, "workflow_changed", "there is no workflow '" + name + "'");
    }
}

WorkflowLibrary::Saved WorkflowLibrary::put(const std::string& name,
                                            std::string_view text,
                                            const Expected& expected,
                                            const std::string& by) {
    static constexpr std::string_view unnamed = "a-workflow-without-a-name";
    const std::lock_guard changing(changing_);
    Book now = *book();
    const auto known = now.find(name);
    // A new one becomes a file of its name; one that is there stays in its file.
    if (!name.empty() && known == now.end() && !is_workflow_name(name)) {
        throw ServiceError(Kind::Invalid, "invalid_name", "'" + name + "' is no name of a workflow",
                           "use letters, digits, '.', '_' and '-', 128 at most, and begin with a "
                           "letter or a digit");
    }
    fs::path file = known != now.end()
                        ? known->second->file
                        : settings_.folder / (std::string(name.empty() ? unnamed : name) + ".yaml");
    LibraryDocument checked = settings_.check(text, file.string());
    if (!checked.workflow) {
        throw ServiceError(Kind::Invalid, "invalid_workflow", "the workflow has errors", {},
                           to_json(checked.diagnostics));
    }
    const std::string& own = checked.workflow->name;
    if (!name.empty() && own != name) {
        throw ServiceError(
            Kind::Invalid, "name_mismatch",
            "the document calls itself '" + own + "', and was sent as '" + name + "'",
            "make the two names the same");
    }
    if (name.empty()) {
        if (own == unnamed || !is_workflow_name(own)) {
            throw ServiceError(
                Kind::Invalid, "invalid_name",
                own == unnamed ? "the document has no name" : "'" + own + "' is no name of a file",
                "begin the document with 'name:' and letters, digits, '.', '_', '-'");
        }
        const auto there = now.find(own);
        file = there != now.end() ? there->second->file : settings_.folder / (own + ".yaml");
        checked = settings_.check(text, file.string());
    }
    const std::string called = checked.workflow->name;
    const auto there = now.find(called);
    expect(there == now.end() ? nullptr : there->second, expected, called);
    std::error_code ignored;
    if (there == now.end() && fs::exists(file, ignored)) {
        throw ServiceError(Kind::Conflict, "file_exists",
                           file.string() + " is there already, and holds another workflow",
                           "choose another name");
    }
    if (const std::string why = write_document_file(file, text); !why.empty()) {
        throw ServiceError(Kind::Unavailable, "workflow_folder", file.string() + " " + why);
    }
    Saved saved{made(file, std::string(text), std::move(checked), by), there == now.end()};
    now[called] = saved.entry;
    read_again(now, file, by);
    set_book(std::move(now));
    return saved;
}

void WorkflowLibrary::remove(const std::string& name,
                             const Expected& expected,
                             const std::string& by) {
    const std::lock_guard changing(changing_);
    Book now = *book();
    const auto known = now.find(name);
    if (known == now.end()) {
        static_cast<void>(get(name));  // says so
    }
    expect(known->second, expected, name);
    const fs::path file = known->second->file;
    std::error_code error;
    fs::remove(file, error);
    if (error) {
        throw ServiceError(Kind::Unavailable, "workflow_folder",
                           file.string() + " cannot be removed: " + error.message());
    }
    if (known->second->version > 0) {
        store_.remove_workflow(name, by, clock_.wall());
    }
    now.erase(known);
    read_again(now, file, by);
    set_book(std::move(now));
}

}  // namespace oa::host
