// What is below a folder, by name, type, size and age.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "functions.hpp"
#include "glob.hpp"
#include "support.hpp"
#include "tree.hpp"
#include "walk.hpp"

namespace oa::files {

namespace {

constexpr std::size_t limit_default = 1000;

/// A number of bytes, or a text such as "10k", "1.5MiB" or "2G"; units are powers of 1024.
std::optional<std::int64_t> size_of_text(std::string_view text) {
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || number < 0) {
        return std::nullopt;
    }
    std::string_view unit(read.ptr, static_cast<std::size_t>(text.data() + text.size() - read.ptr));
    while (unit.starts_with(' ')) {
        unit.remove_prefix(1);
    }
    if (unit.ends_with("iB")) {
        unit.remove_suffix(2);
    } else if (unit.ends_with('B')) {
        unit.remove_suffix(1);
    }
    constexpr std::string_view units = "KMGT";
    if (unit.size() > 1) {
        return std::nullopt;
    }
    if (!unit.empty()) {
        const auto power = units.find(unit == "k" ? "K" : unit);
        if (power == std::string_view::npos) {
            return std::nullopt;
        }
        number *= static_cast<double>(std::int64_t{1} << (10 * (power + 1)));
    }
    if (!(number < 9e18)) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(number);
}

std::optional<std::int64_t> bytes_param(Call& call, std::string_view name) {
    const Json* given = call.find_param(name);
    if (given == nullptr || given->is_null()) {
        return std::nullopt;
    }
    const auto size =
        given->is_string() ? size_of_text(given->as_string()) : call.find_param<std::int64_t>(name);
    if (!size || *size < 0) {
        throw invalid_params(pointer_to(name), std::string(name) +
                                                   " is neither a number of bytes nor a text such "
                                                   "as \"10MiB\"");
    }
    return size;
}

/// The moment that lies the parameter's time back, as far as timespec tells.
std::optional<timespec> ago_param(Call& call, std::string_view name) {
    const auto age = call.find_param<std::chrono::milliseconds>(name);
    if (!age) {
        return std::nullopt;
    }
    const auto moment = std::chrono::system_clock::now().time_since_epoch() - *age;
    const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(moment).count();
    return timespec{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
}

bool is_before(const timespec& left, const timespec& right) {
    return std::tie(left.tv_sec, left.tv_nsec) < std::tie(right.tv_sec, right.tv_nsec);
}

struct Found {
    std::string path;
    std::string relative;
    std::string name;
    std::string target;  // of a link
    mode_t mode = 0;
    std::int64_t size = 0;
    timespec modified{};
    std::size_t place = 0;  // in the order of the walk
};

enum class Order { Path, Size, Modified };

class Finder {
public:
    explicit Finder(Call& call)
        : call_(call),
          root_(path_param(call, "path")),
          patterns_(globs_param(call, "patterns")),
          exclude_(globs_param(call, "exclude")),
          type_(call.choice<std::string_view>("type",
                                              {{"any", ""},
                                               {"file", "file"},
                                               {"directory", "directory"},
                                               {"symlink", "symlink"},
                                               {"other", "other"}},
                                              "")),
          size_min_(bytes_param(call, "min_size").value_or(0)),
          size_max_(bytes_param(call, "max_size")),
          older_(ago_param(call, "older_than")),
          newer_(ago_param(call, "newer_than")),
          hidden_(call.param<bool>("hidden", true)),
          follow_(call.param<bool>("follow_symlinks", false)),
          depth_max_(call.param<std::int64_t>("max_depth", std::numeric_limits<int>::max())),
          order_(call.choice<Order>(
              "sort",
              {{"path", Order::Path}, {"size", Order::Size}, {"modified", Order::Modified}},
              Order::Path)),
          descending_(call.param<bool>("descending", false)),
          limit_(size_param(call, "limit", limit_default)) {}

    Json run() {
        WalkOptions options;
        options.links = follow_ ? Links::Follow : Links::Keep;
        options.unreadable = [this](const std::string& path, int error) {
            ++unreadable_;
            call_.log().warn("'" + with_marks(path) +
                             "' is left out: " + std::generic_category().message(error));
        };
        walk(root_, options, checkpoint(call_),
             [this](const WalkEntry& entry) { return visit(entry); });
        std::sort_heap(found_.begin(), found_.end(), before());
        return output();
    }

private:
    Visit visit(const WalkEntry& entry) {
        if ((!hidden_ && entry.name.starts_with('.')) || exclude_.matches(entry.relative)) {
            return Visit::Skip;
        }
        if (fits(entry)) {
            add(entry);
        }
        return entry.depth < depth_max_ ? Visit::Into : Visit::Skip;
    }

    [[nodiscard]] bool fits(const WalkEntry& entry) const {
        const struct stat& info = entry.info;
        if (!type_.empty() && type_name(info.st_mode) != type_) {
            return false;
        }
        // The size of a folder says nothing about what it holds.
        const bool sized = size_min_ > 0 || size_max_;
        if (sized && (!S_ISREG(info.st_mode) || info.st_size < size_min_ ||
                      (size_max_ && info.st_size > *size_max_))) {
            return false;
        }
        if ((older_ && !is_before(info.st_mtim, *older_)) ||
            (newer_ && is_before(info.st_mtim, *newer_))) {
            return false;
        }
        return patterns_.empty() || patterns_.matches(entry.relative);
    }

    /// Keeps the first `limit` entries of the order in a heap whose top is the last of them.
    void add(const WalkEntry& entry) {
        Found found{entry.path,         entry.relative,     entry.name,         {},
                    entry.info.st_mode, entry.info.st_size, entry.info.st_mtim, count_++};
        if (found_.size() == limit_) {
            if (!before()(found, found_.front())) {
                return;
            }
            std::pop_heap(found_.begin(), found_.end(), before());
            found_.pop_back();
        }
        if (S_ISLNK(entry.info.st_mode)) {
            found.target = read_link(entry.parent, entry.name, entry.path);
        }
        found_.push_back(std::move(found));
        std::push_heap(found_.begin(), found_.end(), before());
    }

    [[nodiscard]] std::function<bool(const Found&, const Found&)> before() const {
        const auto ascending = [order = order_](const Found& left, const Found& right) {
            if (order == Order::Size && left.size != right.size) {
                return left.size < right.size;
            }
            if (order == Order::Modified && (is_before(left.modified, right.modified) ||
                                             is_before(right.modified, left.modified))) {
                return is_before(left.modified, right.modified);
            }
            return left.place < right.place;
        };
        if (!descending_) {
            return ascending;
        }
        return
            [ascending](const Found& left, const Found& right) { return ascending(right, left); };
    }

    Json output() {
        Json::Array entries;
        entries.reserve(found_.size());
        for (const Found& found : found_) {
            Json entry = Json::object();
            put_name(entry, "name", found.name);
            put_name(entry, "path", found.path);
            put_name(entry, "relative", found.relative);
            entry["type"] = type_name(found.mode);
            entry["size"] = found.size;
            entry["modified"] = time_text(found.modified);
            if (S_ISLNK(found.mode)) {
                put_name(entry, "target", found.target);
            }
            entries.push_back(std::move(entry));
        }
        const auto listed = entries.size();
        return {{"path", root_},     {"entries", std::move(entries)}, {"count", listed},
                {"matches", count_}, {"more", count_ > listed},       {"unreadable", unreadable_}};
    }

    Call& call_;
    std::string root_;
    Globs patterns_;
    Globs exclude_;
    std::string_view type_;
    std::int64_t size_min_;
    std::optional<std::int64_t> size_max_;
    std::optional<timespec> older_;
    std::optional<timespec> newer_;
    bool hidden_;
    bool follow_;
    std::int64_t depth_max_;
    Order order_;
    bool descending_;
    std::size_t limit_;
    std::vector<Found> found_;
    std::size_t count_ = 0;       // of all that fit
    std::size_t unreadable_ = 0;  // folders
};

}  // namespace

Json find(Call& call) {
    return Finder(call).run();
}

}  // namespace oa::files
