#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/manifest/elf_note.hpp"
#include "tests/host/plugin/call_fixture.hpp"

namespace oa::host {

/// What the instances and entry functions of `steps` tell: "created 1".
class StepsLog final : public PluginLog {
public:
    void log(std::string_view,
             core::TaskLogLevel,
             std::string_view message,
             std::string_view) override {
        const std::lock_guard lock(mutex_);
        lines_.emplace_back(message);
    }
    [[nodiscard]] bool wants(core::TaskLogLevel) const override { return true; }

    [[nodiscard]] std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }
    [[nodiscard]] auto count(const std::string& line) const {
        const auto all = lines();
        return std::count(all.begin(), all.end(), line);
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

/// What a build of `steps` says of itself.
inline std::string steps_manifest(const std::string& version = "1.0.0",
                                  const std::string& summary = "Answers") {
    return R"({"manifest":1,"abi":"1.0","abi_min":"1.0","id":"com.example.steps","name":"steps",)"
           R"("version":")" +
           version + R"(","aliases":["stairs"],"summary":")" + summary +
           R"(","functions":[{"name":"answer","aliases":["old-steps.answer"],)"
           R"("flags":["thread_safe"],"params_schema":{"type":"object"}}]})";
}

/// Puts a copy of a fixture into a place as a careful person does: by renaming it over what is
/// there. With a manifest where one is given.
inline void install(const std::string& fixture_name,
                    const std::filesystem::path& file,
                    const std::optional<std::string>& manifest = std::nullopt) {
    auto beside = file;
    beside += ".new";
    std::filesystem::copy_file(fixture(fixture_name), beside);
    if (manifest) {
        manifest::embed(beside, *manifest);
    }
    std::filesystem::rename(beside, file);
}

/// Calls a function without parameters.
inline core::Outcome call(const core::FunctionInfo* function) {
    InProcessInvoker invoker;
    RecordingObserver observer;
    core::Invocation invocation;
    invocation.function = function;
    const auto control =
        invoker.prepare(std::make_shared<const core::Invocation>(std::move(invocation)), observer);
    return invoker.invoke(*control);
}

/// The answer of a module of `steps`; 0 when the call fails.
inline std::int64_t answer(const PluginRegistry& registry, std::string_view module = "steps") {
    const auto* function = registry.find(module, "answer");
    if (function == nullptr) {
        return -1;
    }
    const auto outcome = call(function);
    return outcome.failure ? 0 : outcome.output.as_int64();
}

/// Describes every file alike.
class FakeDescriber final : public ModuleDescriber {
public:
    std::string describe(const std::filesystem::path& load_from) override {
        asked.push_back(load_from);
        if (refusal) {
            throw PluginRefused(*refusal);
        }
        return manifest;
    }

    std::string manifest = steps_manifest();
    std::optional<PluginRefused> refusal;
    std::vector<std::filesystem::path> asked;
};

/// Takes copies into a folder of its own, and judges as the test says.
class FakeAdmission final : public PluginAdmission {
public:
    AdmittedFile take(const std::filesystem::path& file) override {
        auto copy = folder / (std::to_string(++taken) + ".so");
        std::filesystem::copy_file(file, copy);
        return {.load_from = copy, .sha256 = hash(copy)};
    }
    PluginVerdict judge(const AdmittedFile& content, const PluginClaims& claims) override {
        claimed.push_back(claims);
        if (denied.contains(content.sha256)) {
            throw PluginRefused(PluginProblem::Untrusted, "is on the list of denied files", "");
        }
        return verdict;
    }
    /// A hash that is good enough for a test.
    static std::string hash(const std::filesystem::path& file) {
        return std::to_string(std::hash<std::string>{}(read_bytes(file)));
    }

    test::TemporaryFolder folder;
    int taken = 0;
    PluginVerdict verdict;
    std::set<std::string> denied;
    std::vector<PluginClaims> claimed;
};

}  // namespace oa::host
