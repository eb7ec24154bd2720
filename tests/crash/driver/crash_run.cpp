#include "tests/crash/driver/crash_run.hpp"

#include <csignal>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "core/workflow/reader.hpp"
#include "host/document/workflow_files.hpp"
#include "host/store/run_store.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t document_bytes_max = 4U << 20U;

core::WallTime now() {
    return std::chrono::system_clock::now();
}

std::string content_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

CrashRun::CrashRun(CrashHouse house, fs::path folder)
    : house_(std::move(house)), folder_(std::move(folder)) {
    for (const char* function : {"step", "die"}) {
        catalog_.add("witness", function, R"({"type": "object", "additionalProperties": true})");
    }
}

int CrashRun::live(const LifePlan& plan) {
    Subprocess::Options options;
    for (const std::string& name : plan.workflows) {
        options.input += "request" + std::to_string(++wanted_) + ' ' + name + '\n';
    }
    options.environment["OA_CRASH_LOG"] = (folder_ / "deaths").string();
    if (!plan.crash_at.empty()) {
        options.environment["OA_CRASH_AT"] = plan.crash_at;
    }
    if (plan.keep) {
        evidence_.keep = plan.keep;
    }
    HostLife life;
    life.started = now();
    Subprocess host(command(plan), options);
    life.process = host.pid();
    if (plan.kill_after) {
        if (plan.before_ready || host.wait_for("ready\n")) {
            std::this_thread::sleep_for(*plan.kill_after);
        }
        host.signal(SIGKILL);
    }
    const ProcessResult result = host.wait();
    last_died_ = result.exit_status != 0;
    if (last_died_) {
        life.died = now();
    }
    evidence_.lives.push_back(life);
    listen(result.out);
    if (result.exit_status == 2 || result.exit_status == 3) {  // it never dies of these
        throw std::runtime_error("the host does not work: " + result.err);
    }
    return result.exit_status;
}

std::vector<std::string> CrashRun::command(const LifePlan& plan) const {
    std::vector<std::string> words{house_.host.string(), (folder_ / "data").string(),
                                   (folder_ / "witness").string(), house_.workflows.string(),
                                   house_.plugin.string()};
    if (last_died_) {
        words.emplace_back("--after-death");
    }
    if (plan.operator_seed) {
        words.insert(words.end(), {"--operator", std::to_string(*plan.operator_seed)});
    }
    if (plan.keep) {
        words.insert(words.end(), {"--keep", std::to_string(*plan.keep)});
    }
    if (plan.until_idle) {
        words.emplace_back("--until-idle");
    }
    words.insert(words.end(), plan.options.begin(), plan.options.end());
    return words;
}

/// Of what a host said, whole lines count.
void CrashRun::listen(const std::string& said) {
    std::istringstream lines(said);
    std::string line;
    while (std::getline(lines, line) && !lines.eof()) {
        std::istringstream words(line);
        std::string what;
        std::string request;
        std::string run;
        words >> what >> request >> run;
        if (what == "answered") {  // of which run, and how
            evidence_.answers.push_back({request, run == "yes"});
        } else if (what == "ack") {
            evidence_.acknowledged.push_back({run, request});
        } else if (what == "refused") {
            ++refused_;
        }
    }
}

void CrashRun::check_store() {
    const host::RunStore store({.folder = folder_ / "data"});
    for (const std::string& problem : store.check().problems) {
        evidence_.store_problems.push_back(problem);
    }
}

Verdict CrashRun::judge() {
    check_store();
    read_runs();
    std::ifstream witness(folder_ / "witness");
    evidence_.witness = read_witness(witness, evidence_.store_problems);
    evidence_.left_over.clear();
    const std::set<std::string> expected{"runs.db", "lock"};
    for (const auto& entry : fs::directory_iterator(folder_ / "data")) {
        if (expected.count(entry.path().filename().string()) == 0) {
            evidence_.left_over.push_back(entry.path().string());
        }
    }
    return test::judge(evidence_);
}

void CrashRun::read_runs() {
    evidence_.runs.clear();
    const host::RunStore store({.folder = folder_ / "data"});
    std::vector<std::optional<std::string>> parents{std::nullopt};
    while (!parents.empty()) {
        host::RunQuery query;
        query.parent_run_id = parents.back();
        query.limit = 1'000;
        parents.pop_back();
        do {
            const host::RunPage page = store.list(query);
            for (const host::RunSummary& run : page.runs) {
                evidence_.runs.push_back({run.id, workflow(run.workflow), store.load(run.id)});
                if (run.workflow.rfind("nested", 0) == 0) {
                    parents.emplace_back(run.id);
                }
            }
            query.after = page.next;
        } while (query.after);
    }
}

std::shared_ptr<const core::Workflow> CrashRun::workflow(const std::string& name) {
    auto& workflow = workflows_[name];
    if (!workflow) {
        const std::string file = (house_.workflows / (name + ".yaml")).string();
        const host::WorkflowFiles files(file, document_bytes_max);
        core::ReadOptions options;
        options.workflows = &files;
        const core::ReadResult read =
            core::read_workflow(content_of(file), file, catalog_, options);
        if (!read.workflow) {
            throw std::runtime_error(to_string(read.diagnostics.at(0)));
        }
        workflow = read.workflow;
    }
    return workflow;
}

std::map<std::string, std::size_t> CrashRun::deaths_by_point() const {
    std::map<std::string, std::size_t> deaths;
    std::ifstream log(folder_ / "deaths");
    std::string line;
    while (std::getline(log, line)) {
        ++deaths[line.substr(0, line.find(' '))];
    }
    return deaths;
}

}  // namespace oa::test
