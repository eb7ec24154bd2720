#include "host/kit/dev_loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <ctime>
#include <map>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "host/kit/command.hpp"

namespace oa::host {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
constexpr int settle_ms = 150;
constexpr std::uint32_t changes =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

class Descriptor {
public:
    Descriptor(int number, const char* what) : number_(number) {
        if (number < 0) {
            fail(what);
        }
    }
    ~Descriptor() { close(number_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }

private:
    int number_;
};

/// SIGINT and SIGTERM, to be waited for instead of ending the process.
class Interrupts {
public:
    Interrupts() : descriptor_(prepare(), "signalfd") {}
    ~Interrupts() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;
    [[nodiscard]] int get() const { return descriptor_.get(); }
    [[nodiscard]] bool came() const {
        pollfd waiting{get(), POLLIN, 0};
        return poll(&waiting, 1, 0) > 0;
    }

private:
    int prepare() {
        sigset_t wanted;
        sigemptyset(&wanted);
        sigaddset(&wanted, SIGINT);
        sigaddset(&wanted, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &wanted, &before_);
        return signalfd(-1, &wanted, SFD_CLOEXEC);
    }
    sigset_t before_{};
    Descriptor descriptor_;
};

/// Folders whose files are made by building, or are no sources.
bool is_left_out(const fs::path& folder) {
    constexpr std::array<std::string_view, 4> names{"build", "target", "node_modules",
                                                    "__pycache__"};
    const std::string name = folder.filename().string();
    return (name.size() > 1 && name.front() == '.') ||
           std::find(names.begin(), names.end(), name) != names.end();
}

/// Files that editors write beside the one that is saved.
bool is_noise(std::string_view name) {
    return name.empty() || name.front() == '.' || name.back() == '~' || name.ends_with(".swp") ||
           name.ends_with(".tmp") || name == "4913";
}

/// Tells of changes to the sources of a folder.
class Watch {
public:
    explicit Watch(const fs::path& folder)
        : descriptor_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK), "inotify") {
        add(folder);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    [[nodiscard]] int get() const { return descriptor_.get(); }

    /// Takes what happened; the first source that changed, or an empty text.
    std::string take() {
        std::string changed;
        alignas(inotify_event) std::array<char, 16384> buffer{};
        for (;;) {
            const ssize_t got = read(get(), buffer.data(), buffer.size());
            if (got <= 0) {
                return changed;
            }
            for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
                const auto* const event =
                    reinterpret_cast<const inotify_event*>(buffer.data() + at);
                const std::string name = event->len == 0 ? "" : event->name;
                if (note(*event, name) && changed.empty()) {
                    changed = name;
                }
                at += sizeof(inotify_event) + event->len;
            }
        }
    }

private:
    void add(const fs::path& folder) {
        const int watch = inotify_add_watch(get(), folder.c_str(), changes);
        if (watch < 0) {
            return;  // gone already, or unreadable
        }
        folders_[watch] = folder;
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator(folder, ignored)) {
            if (entry.is_directory(ignored) && !entry.is_symlink(ignored) &&
                !is_left_out(entry.path())) {
                add(entry.path());
            }
        }
    }

    bool note(const inotify_event& event, const std::string& name) {
        if ((event.mask & IN_ISDIR) != 0) {
            const auto folder = folders_.find(event.wd);
            if ((event.mask & (IN_CREATE | IN_MOVED_TO)) == 0 || folder == folders_.end() ||
                is_left_out(folder->second / name)) {
                return false;
            }
            add(folder->second / name);
            return true;
        }
        // A new file is told of once more when it has been written.
        return !is_noise(name) && (event.mask & IN_CREATE) == 0;
    }

    Descriptor descriptor_;
    std::map<int, fs::path> folders_;
};

std::string clock_text() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    std::array<char, 16> text{};
    std::strftime(text.data(), text.size(), "%H:%M:%S", &parts);
    return text.data();
}

std::string seconds_since(Clock::time_point start) {
    const auto tenths =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count() / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

class Developer {
public:
    Developer(const DevSettings& settings, ProjectBuild build, std::ostream& out)
        : settings_(settings), build_(std::move(build)), out_(out) {}

    /// Builds and tries. False when either fails.
    bool go() {
        const auto started = Clock::now();
        say("building");
        for (const auto& command : commands()) {
            if (run_command(command, settings_.folder) != 0) {
                say("the build failed after " + seconds_since(started), "31");
                return false;
            }
        }
        const fs::path plugin = newest_plugin(settings_.folder / build_.output);
        if (plugin.empty()) {
            say("the build made no plug-in (*.so) in " +
                    (settings_.folder / build_.output).lexically_normal().string(),
                "31");
            return false;
        }
        say("built " + plugin.lexically_normal().string() + " in " + seconds_since(started), "32");
        return try_out(plugin);
    }

    void say(const std::string& text, const char* colour = "1") {
        out_ << (settings_.colours
                     ? "\x1b[2m" + clock_text() + "\x1b[0m  \x1b[" + colour + "m" + text + "\x1b[0m"
                     : clock_text() + "  " + text)
             << '\n'
             << std::flush;
    }

private:
    std::vector<std::vector<std::string>> commands() const {
        // What configures is needed once.
        const bool configured = fs::exists(settings_.folder / "build" / "CMakeCache.txt");
        auto out = build_.commands;
        if (configured && out.size() > 1) {
            out.erase(out.begin());
        }
        return out;
    }

    bool try_out(const fs::path& plugin) {
        const auto started = Clock::now();
        std::vector<std::string> command{fs::read_symlink("/proc/self/exe").string()};
        const auto arguments = settings_.trial(plugin);
        command.insert(command.end(), arguments.begin(), arguments.end());
        const int status = run_command(command, ".");
        say((status == 0 ? "fine, after " : "it failed, after ") + seconds_since(started),
            status == 0 ? "32" : "31");
        return status == 0;
    }

    const DevSettings& settings_;
    const ProjectBuild build_;
    std::ostream& out_;
};

/// Waits for a change that is followed by a moment of calm; its name, or nothing when interrupted.
std::optional<std::string> wait_for_change(Watch& watch, const Interrupts& interrupts) {
    std::string changed;
    for (;;) {
        std::array<pollfd, 2> waiting{pollfd{interrupts.get(), POLLIN, 0},
                                      pollfd{watch.get(), POLLIN, 0}};
        const int ready = poll(waiting.data(), waiting.size(), changed.empty() ? -1 : settle_ms);
        if (ready < 0 && errno != EINTR) {
            fail("poll");
        }
        if (waiting[0].revents != 0) {
            return std::nullopt;
        }
        if (ready == 0) {
            return changed;
        }
        const std::string more = watch.take();
        changed = changed.empty() ? more : changed;
    }
}

}  // namespace

std::optional<ProjectBuild> find_build(const fs::path& folder) {
    const auto has = [&folder](const char* name) {
        std::error_code ignored;
        return fs::is_regular_file(folder / name, ignored);
    };
    if (has("CMakeLists.txt")) {
        return ProjectBuild{{{"cmake", "-S", ".", "-B", "build"}, {"cmake", "--build", "build"}},
                            "build"};
    }
    if (has("build.sh")) {
        return ProjectBuild{{{"sh", "build.sh"}}, "build"};
    }
    if (has("Makefile") || has("makefile")) {
        return ProjectBuild{{{"make"}}, "."};
    }
    if (has("Cargo.toml")) {
        return ProjectBuild{{{"cargo", "build", "--release"}}, "target/release"};
    }
    return std::nullopt;
}

fs::path newest_plugin(const fs::path& folder) {
    fs::path out;
    fs::file_time_type newest{};
    std::error_code ignored;
    for (auto entry = fs::recursive_directory_iterator(folder, ignored);
         entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
        const fs::path& path = entry->path();
        if (entry->is_directory(ignored) &&
            (path.filename() == "CMakeFiles" || path.filename() == "deps" || entry.depth() > 3)) {
            entry.disable_recursion_pending();
        }
        if (path.extension() == ".so" && entry->is_regular_file(ignored)) {
            const auto time = entry->last_write_time(ignored);
            if (out.empty() || time > newest) {
                out = path;
                newest = time;
            }
        }
    }
    return out;
}

DevEnd develop(const DevSettings& settings, std::ostream& out, std::ostream& problems) {
    auto build = find_build(settings.folder);
    if (!build) {
        problems
            << "oa: " << settings.folder.string()
            << " has no CMakeLists.txt, build.sh, Makefile or Cargo.toml; name the folder of a "
               "project, or begin one with `oa plugin new`\n";
        return DevEnd::NoProject;
    }
    const Interrupts interrupts;
    Watch watch(settings.folder);
    Developer developer(settings, *std::move(build), out);
    for (;;) {
        const bool ok = developer.go();
        if (interrupts.came()) {
            return DevEnd::Interrupted;
        }
        if (settings.once) {
            return ok ? DevEnd::Ok : DevEnd::Failed;
        }
        developer.say("waiting for changes; Ctrl-C ends", "2");
        const auto changed = wait_for_change(watch, interrupts);
        if (!changed) {
            return DevEnd::Interrupted;
        }
        out << '\n';
        developer.say(*changed + " changed");
    }
}

}  // namespace oa::host
