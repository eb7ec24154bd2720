#include "tests/crash/checker/checker.hpp"

namespace oa::test {

std::string to_string(const Breach& breach) {
    std::string text = "I" + std::to_string(breach.invariant);
    if (!breach.run.empty()) {
        text += " run " + breach.run;
    }
    if (!breach.task.empty()) {
        text += ", task " + breach.task;
    }
    if (breach.record > 0) {
        text += ", record " + std::to_string(breach.record);
    }
    return text + ": " + breach.what;
}

Verdict judge(const Evidence& evidence) {
    Verdict verdict;
    judge_runs(evidence, verdict);
    judge_host(evidence, verdict);
    return verdict;
}

}  // namespace oa::test
