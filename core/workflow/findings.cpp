#include "core/workflow/findings.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace oa::core {
namespace {

constexpr std::size_t kept_max = 1'000;  // of errors, and of warnings

std::size_t dropped(std::size_t count) {
    return count - std::min(count, kept_max);
}

}  // namespace

std::size_t Findings::add_file(const std::string& file) {
    files_.push_back(file);
    return files_.size() - 1;
}

void Findings::add(std::size_t file,
                   Severity severity,
                   SourcePosition position,
                   std::string message,
                   std::string hint,
                   std::string_view code) {
    std::size_t& count = severity == Severity::Error ? errors_ : warnings_;
    if (++count <= kept_max) {
        findings_.push_back(
            {file, {severity, files_[file], position, std::move(message), std::move(hint), code}});
    }
}

bool Findings::full() const noexcept {
    return errors_ >= kept_max;
}

bool Findings::give_up() noexcept {
    gave_up_ = gave_up_ || full();
    return full();
}

Diagnostics Findings::take() {
    std::stable_sort(findings_.begin(), findings_.end(), [](const auto& left, const auto& right) {
        return std::tie(left.file, left.diagnostic.position) <
               std::tie(right.file, right.diagnostic.position);
    });
    Diagnostics all;
    all.reserve(findings_.size() + 1);
    for (Finding& finding : findings_) {
        all.push_back(std::move(finding.diagnostic));
    }
    // A node that aliases repeat is read more than once, and so are its mistakes.
    all.erase(std::unique(all.begin(), all.end()), all.end());
    if (gave_up_) {
        all.push_back({Severity::Error, files_.front(), {}, "further mistakes are not shown", {}});
    } else if (dropped(errors_) + dropped(warnings_) > 0) {
        const bool errors = dropped(errors_) > 0;
        all.push_back({errors ? Severity::Error : Severity::Warning,
                       files_.front(),
                       {},
                       std::to_string(dropped(errors_) + dropped(warnings_)) + " further " +
                           (errors ? "mistakes" : "warnings") + " are not shown",
                       {}});
    }
    findings_.clear();
    errors_ = 0;
    warnings_ = 0;
    gave_up_ = false;
    return all;
}

}  // namespace oa::core
