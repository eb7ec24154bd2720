#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/kit/check/fence.hpp"

namespace oa::host {

/// Each level holds the checks of those before it.
enum class CheckLevel { Quick, Standard, Strict };
enum class CheckSeverity { Warning, Error };

/// Which room a check belongs to, in the order in which they are run.
enum class CheckGroup { File, Load, Descriptor, State, Run, Cancel, Failure, LifeCycle, Isolation };
[[nodiscard]] std::string_view to_string(CheckGroup group);

class CheckBench;

/// One rule of the contract and how it is looked at. Texts are one sentence each.
struct Check {
    std::string_view id;  ///< "OA204"; never given to another rule
    CheckLevel level;
    CheckSeverity severity;
    std::string_view title;   ///< what holds where it passes: "Loads without an environment"
    std::string_view reason;  ///< why that matters
    std::string_view fix;
    void (*run)(CheckBench& bench);  ///< null: examined by the caller (isolation)
    /// When it fails, those after it have nothing to stand on.
    bool gate = false;

    [[nodiscard]] CheckGroup group() const;
};

/// In the order of their ids.
[[nodiscard]] std::span<const Check> all_checks();
[[nodiscard]] const Check* find_check(std::string_view id);

/// Thrown by a check that does not apply to this plug-in, with the reason: "has no create()".
struct NotApplicable {
    std::string why;
};

/// Thrown by a check that cannot go on after what it found.
struct CheckFailed {
    std::string finding;
};

/// What a check works with, and where it tells what it finds.
class CheckBench {
public:
    CheckBench(std::filesystem::path file, std::uint64_t seed, Fence fence)
        : file_(std::move(file)), seed_(seed), fence_(fence) {}
    virtual ~CheckBench() = default;
    CheckBench(const CheckBench&) = delete;
    CheckBench& operator=(const CheckBench&) = delete;

    /// Canonical.
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }
    [[nodiscard]] std::uint64_t seed() const { return seed_; }
    [[nodiscard]] const Fence& fence() const { return fence_; }
    /// A sentence on what is wrong, which begins with the thing: "run of greet returned 77".
    virtual void find(const std::string& finding) = 0;
    /// What is about to be done, should the process not survive it: "running greet".
    virtual void step(const std::string& what) noexcept = 0;

private:
    std::filesystem::path file_;
    std::uint64_t seed_;
    Fence fence_;
};

struct CheckResult {
    const Check* check = nullptr;
    enum class Verdict { Passed, Failed, NotRun } verdict = Verdict::Passed;
    std::vector<std::string> findings;  ///< of a failed one
    std::string why_not;                ///< of one that was not run
    std::chrono::milliseconds duration{0};

    [[nodiscard]] bool is(CheckSeverity severity) const {
        return verdict == Verdict::Failed && check->severity == severity;
    }
};

/// All results for one file.
struct CheckReport {
    std::filesystem::path file;
    CheckLevel level = CheckLevel::Standard;
    std::uint64_t seed = 0;
    std::string module;  ///< "greeter 1.0.0 (com.acme.greeter)"; empty when it is not known
    std::vector<CheckResult> results;
    std::chrono::milliseconds duration{0};

    [[nodiscard]] std::size_t count(CheckSeverity severity) const;
};

/// Runs one check on this thread; what it finds goes to the bench. Returns why it was not run, or
/// an empty text. A crash of the plug-in ends the process.
[[nodiscard]] std::string run_check(const Check& check, CheckBench& bench);

}  // namespace oa::host
