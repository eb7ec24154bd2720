// The crash_point() that kills. A program that is linked with this file dies as the environment
// says:
//   OA_CRASH_AT   what parse_crash_plan() reads; parsed once, before main()
//   OA_CRASH_LOG  a file that takes a line `name hit death` for each death, before it

#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <utility>
#include <variant>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "host/crash/crash_point.hpp"
#include "tests/crash/armed/crash_plan.hpp"

namespace oa::host {
namespace {

std::vector<test::PlannedDeath> plan_from_environment() {
    const char* text = std::getenv("OA_CRASH_AT");
    auto parsed = test::parse_crash_plan(text == nullptr ? "" : text);
    if (const auto* problem = std::get_if<std::string>(&parsed)) {
        static_cast<void>(std::fprintf(stderr, "OA_CRASH_AT: %s\n", problem->c_str()));
        _exit(2);
    }
    return std::get<std::vector<test::PlannedDeath>>(std::move(parsed));
}

int log_from_environment() {
    const char* file = std::getenv("OA_CRASH_LOG");
    return file == nullptr ? -1 : ::open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

/// Never destroyed: threads hit points until the very end.
struct Arms {
    test::CrashCounter counter{plan_from_environment()};
    int log = log_from_environment();
};
Arms& arms = *new Arms;

[[noreturn]] void die(CrashPoint point, std::uint64_t hit, test::Death death) {
    char line[128];
    const int size =
        std::snprintf(line, sizeof line, "%s %llu %s\n", point.name().data(),
                      static_cast<unsigned long long>(hit), test::to_string(death).data());
    if (arms.log >= 0 && size > 0) {
        [[maybe_unused]] const ssize_t written =
            ::write(arms.log, line, static_cast<std::size_t>(size));
    }
    if (death == test::Death::Exit) {
        _exit(1);
    }
    if (death == test::Death::Kill) {
        ::kill(::getpid(), SIGKILL);
    }
    std::abort();
}

}  // namespace

void crash_point(CrashPoint point) noexcept {
    const test::CrashCounter::Hit hit = arms.counter.hit(point);
    if (hit.death) {
        die(point, hit.number, *hit.death);
    }
}

}  // namespace oa::host
