#include "host/isolation/quarantine.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

#include <boost/json.hpp>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/isolation/private_file.hpp"
#include "host/isolation/protocol/channel.hpp"
#include "host/isolation/running_marks.hpp"

namespace oa::host::isolation {
namespace {

using SystemTime = std::chrono::system_clock::time_point;

constexpr std::size_t file_bytes_max = 4U << 20U;
constexpr std::size_t hash_start_min = 8;
constexpr std::chrono::seconds look_again_after{1};

std::int64_t to_milliseconds(SystemTime time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}
SystemTime to_time(std::int64_t milliseconds) {
    return SystemTime(std::chrono::milliseconds(milliseconds));
}

std::string_view word(QuarantineEntry::State state) {
    switch (state) {
        case QuarantineEntry::State::Refused: return "refused";
        case QuarantineEntry::State::Isolated: return "isolated";
        case QuarantineEntry::State::Watched: break;
    }
    return "watched";
}

QuarantineEntry::State state_of(std::string_view text) {
    if (text == "refused") {
        return QuarantineEntry::State::Refused;
    }
    return text == "isolated" ? QuarantineEntry::State::Isolated : QuarantineEntry::State::Watched;
}

boost::json::object to_json(const QuarantineEntry& entry) {
    boost::json::array crashes;
    for (const auto& time : entry.crashes) {
        crashes.push_back(to_milliseconds(time));
    }
    return {{"content", entry.content.hash},   {"module", entry.content.module},
            {"id", entry.content.id},          {"version", entry.content.version},
            {"file", entry.content.file},      {"state", word(entry.state)},
            {"reason", entry.reason},          {"since_ms", to_milliseconds(entry.since)},
            {"crashes_ms", std::move(crashes)}};
}

QuarantineEntry from_json(const boost::json::object& object) {
    const auto text = [&](const char* name) { return std::string(object.at(name).as_string()); };
    QuarantineEntry out;
    out.content = {.hash = text("content"),
                   .module = text("module"),
                   .id = text("id"),
                   .version = text("version"),
                   .file = text("file")};
    out.state = state_of(text("state"));
    out.reason = text("reason");
    out.since = to_time(object.at("since_ms").as_int64());
    for (const auto& time : object.at("crashes_ms").as_array()) {
        out.crashes.push_back(to_time(time.as_int64()));
    }
    return out;
}

/// 64 bits of FNV-1a: it only has to change with the text.
std::string short_hash(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (int shift = 60; shift >= 0; shift -= 4) {
        out += digits[(hash >> static_cast<unsigned>(shift)) & 15U];
    }
    return out;
}

/// One process at a time changes the file.
class StateLock {
public:
    explicit StateLock(const std::filesystem::path& folder) {
        make_private_folder(folder);
        const auto file = folder / "quarantine.lock";
        descriptor_ = Descriptor(
            ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
        while (!descriptor_ || ::flock(descriptor_.get(), LOCK_EX) != 0) {
            if (!descriptor_ || errno != EINTR) {
                throw std::system_error(errno, std::generic_category(),
                                        "cannot lock " + file.string());
            }
        }
    }

private:
    Descriptor descriptor_;
};

bool is_named(const PluginContent& content, std::string_view name) {
    return content.module == name || content.id == name ||
           (name.size() >= hash_start_min && content.hash.compare(0, name.size(), name) == 0);
}

}  // namespace

PluginContent content_of(const LoadedModule& module) {
    const ModuleSource& source = module.source();
    PluginContent out{.hash = source.sha256,
                      .module = module.info().name,
                      .id = module.info().id,
                      .version = module.info().version,
                      .file = source.file.string()};
    if (out.hash.empty()) {
        struct stat facts {};
        ::stat(source.file.c_str(), &facts);
        std::string text = out.file;
        for (const auto number :
             {static_cast<std::int64_t>(facts.st_dev), static_cast<std::int64_t>(facts.st_ino),
              static_cast<std::int64_t>(facts.st_size),
              static_cast<std::int64_t>(facts.st_mtim.tv_sec),
              static_cast<std::int64_t>(facts.st_mtim.tv_nsec)}) {
            text += "/" + std::to_string(number);
        }
        out.hash = "file" + short_hash(text);
    }
    return out;
}

Quarantine::Quarantine(std::filesystem::path state_folder,
                       const core::Clock& clock,
                       QuarantineRule rule)
    : folder_(std::move(state_folder)), clock_(clock), rule_(rule) {
    const std::lock_guard lock(mutex_);
    collect_dead_marks();
}

Quarantine::~Quarantine() {
    leave_process();
}

void Quarantine::leave_process() noexcept {
    const std::lock_guard lock(mutex_);
    for (const std::string& mark : marks_) {
        std::error_code ignored;
        std::filesystem::remove(mark, ignored);
    }
    marks_.clear();
}

// With the mutex held, as all below that say nothing else.
void Quarantine::load() {
    const auto text = read_small_file(folder_ / "quarantine.json", file_bytes_max);
    Entries entries;
    if (!text.empty()) {
        try {
            const auto document = core::parse_json(text);
            for (const auto& each : document.at("entries").as_array()) {
                auto entry = from_json(each.as_object());
                entries[entry.content.hash] = std::move(entry);
            }
        } catch (const std::exception& error) {
            // What was in it is lost; what this process knows goes on to hold.
            problem_ = "the file " + (folder_ / "quarantine.json").string() +
                       " cannot be read: " + error.what();
            return;
        }
    }
    entries_ = std::move(entries);
}

void Quarantine::save() {
    const auto now = clock_.wall();
    std::erase_if(entries_, [&](const auto& each) {
        const QuarantineEntry& entry = each.second;
        return entry.state == QuarantineEntry::State::Watched &&
               std::all_of(entry.crashes.begin(), entry.crashes.end(),
                           [&](SystemTime time) { return now - time >= rule_.within; });
    });
    boost::json::array entries;
    for (const auto& [hash, entry] : entries_) {
        entries.push_back(to_json(entry));
    }
    const boost::json::object document{{"quarantine", 1}, {"entries", std::move(entries)}};
    replace_file(folder_ / "quarantine.json",
                 core::write_json(document, core::JsonStyle::Indented) + "\n");
}

/// Reads the file again when another process has changed it; looks at most once a second.
void Quarantine::refresh() {
    const auto now = clock_.now();
    if (folder_.empty() || (looked_at_ && now - *looked_at_ < look_again_after)) {
        return;
    }
    looked_at_ = now;
    struct stat facts {};
    std::string seen = "-";
    if (::stat((folder_ / "quarantine.json").c_str(), &facts) == 0) {
        seen = std::to_string(facts.st_ino) + "/" + std::to_string(facts.st_mtim.tv_sec) + "." +
               std::to_string(facts.st_mtim.tv_nsec);
    }
    if (seen != seen_file_) {
        seen_file_ = seen;
        load();
    }
}

template <typename Change>
void Quarantine::change(const Change& make) {
    if (folder_.empty()) {
        make();
        return;
    }
    bool made = false;
    try {
        const StateLock lock(folder_);
        looked_at_.reset();
        refresh();
        made = true;
        make();
        save();
        looked_at_.reset();
        refresh();
        problem_.clear();
    } catch (const std::system_error& error) {
        problem_ = error.what();
        if (!made) {
            make();  // at least as long as this process lives
        }
    }
}

void Quarantine::collect_dead_marks() {
    if (folder_.empty() || find_dead_marks(folder_ / "running").empty()) {
        return;
    }
    change([this] {
        // Once more, under the lock: another host may have been quicker.
        for (const RunningMark& mark : find_dead_marks(folder_ / "running")) {
            QuarantineEntry& entry = entries_[mark.content.hash];
            entry.content = mark.content;
            if (entry.state == QuarantineEntry::State::Watched) {
                entry.state = QuarantineEntry::State::Isolated;
                entry.since = clock_.wall();
                entry.reason = "the host died while it ran in the host's own process";
            }
            std::error_code ignored;
            std::filesystem::remove(mark.file, ignored);
        }
    });
}

std::optional<QuarantineEntry> Quarantine::find(const std::string& hash) {
    const std::lock_guard lock(mutex_);
    refresh();
    const auto found = entries_.find(hash);
    return found == entries_.end() ? std::nullopt : std::optional(found->second);
}

void Quarantine::record_crash(const PluginContent& content, const std::string& reason) {
    const std::lock_guard lock(mutex_);
    change([&] {
        const auto now = clock_.wall();
        QuarantineEntry& entry = entries_[content.hash];
        entry.content = content;
        std::erase_if(entry.crashes,
                      [&](SystemTime time) { return now - time >= rule_.within || time > now; });
        entry.crashes.push_back(now);
        if (entry.crashes.size() >= rule_.crashes &&
            entry.state != QuarantineEntry::State::Refused) {
            entry.state = QuarantineEntry::State::Refused;
            entry.since = now;
            entry.reason = "it crashed " + std::to_string(entry.crashes.size()) +
                           " times in a short time, at last it " + reason;
        } else if (entry.state == QuarantineEntry::State::Watched) {
            entry.since = now;
            entry.reason = "it " + reason;
        }
    });
}

void Quarantine::refuse_now(const PluginContent& content, const std::string& reason) {
    const std::lock_guard lock(mutex_);
    change([&] {
        QuarantineEntry& entry = entries_[content.hash];
        entry.content = content;
        if (entry.state != QuarantineEntry::State::Refused) {
            entry.state = QuarantineEntry::State::Refused;
            entry.since = clock_.wall();
            entry.reason = "it " + reason;
        }
    });
}

void Quarantine::enter_process(const PluginContent& content) {
    const std::lock_guard lock(mutex_);
    if (folder_.empty()) {
        return;
    }
    try {
        const StateLock only_one(folder_);
        marks_.insert(write_mark(folder_ / "running", content).string());
    } catch (const std::system_error& error) {
        problem_ = error.what();
    }
}

std::vector<QuarantineEntry> Quarantine::list() {
    const std::lock_guard lock(mutex_);
    refresh();
    std::vector<QuarantineEntry> out;
    for (const auto& [hash, entry] : entries_) {
        if (entry.state != QuarantineEntry::State::Watched) {
            out.push_back(entry);
        }
    }
    return out;
}

std::vector<QuarantineEntry> Quarantine::release(std::string_view name) {
    const std::lock_guard lock(mutex_);
    std::vector<QuarantineEntry> out;
    change([&] {
        out.clear();
        for (auto entry = entries_.begin(); entry != entries_.end();) {
            if (is_named(entry->second.content, name)) {
                out.push_back(std::move(entry->second));
                entry = entries_.erase(entry);
            } else {
                ++entry;
            }
        }
    });
    return out;
}

std::string Quarantine::problem() const {
    const std::lock_guard lock(mutex_);
    return problem_;
}

std::string utc_text(SystemTime time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::string out(32, '\0');
    out.resize(std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
    return out;
}

core::Failure refused_failure(const QuarantineEntry& entry) {
    const PluginContent& content = entry.content;
    return {.code = "unavailable",
            .message = "module " + content.module + " " + content.version + " (" + content.id +
                       ") is not called any more since " + utc_text(entry.since) + ": " +
                       entry.reason +
                       "; install another version, or let it run again with `oa "
                       "plugin release " +
                       content.module + "`"};
}

}  // namespace oa::host::isolation
