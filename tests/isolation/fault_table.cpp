#include "tests/isolation/fault_table.hpp"

#include <cstdio>
#include <string>

#include <boost/json.hpp>

#include "tests/isolation/faults.hpp"
#include "tests/isolation/house.hpp"
#include "tests/isolation/inside.hpp"
#include "tests/isolation/scene.hpp"

namespace oa::test {
namespace {

/// Half a sentence of a failure's message: what the process did.
std::string cause_of(const std::string& message) {
    for (const std::string_view start : {"crashed with", "ended its process with", "broke the",
                                         "used more than", "was killed", "ran out of memory"}) {
        const auto at = message.find(start);
        if (at != std::string::npos) {
            const auto end = message.find_first_of(":;,", at);
            return " (" + message.substr(at, std::min(end, message.find(" while ", at)) - at) + ")";
        }
    }
    return "";
}

std::string describe(const Fault& fault, const core::Outcome& outcome) {
    if (outcome.failure &&
        (outcome.failure->code == "deadline" || outcome.failure->code == "cancelled")) {
        return "`deadline`, the worker is ended";  // the word that the engine has for both
    }
    if (outcome.failure) {
        return "`" + outcome.failure->code + "`" + cause_of(outcome.failure->message);
    }
    const std::string output = boost::json::serialize(outcome.output);
    if (output.find(R"("allowed":false)") != std::string::npos) {
        return "denied";
    }
    const auto* object = outcome.output.if_object();
    const auto* count = object == nullptr ? nullptr : object->if_contains("count");
    if (count != nullptr && fault.title.find("without end") != std::string_view::npos) {
        const auto number = boost::json::serialize(*count);
        return number == "0" ? "denied" : "ends at the limit (" + number + ")";
    }
    return "nothing outside of the worker";
}

}  // namespace

int print_fault_table() {
    const TemporaryFolder folder;
    for (const Fault& fault : all_faults()) {
        if (fault.title.empty()) {
            continue;
        }
        std::string inside = "not tried";
        if (fault.inside != "-") {
            const Scene scene;
            const std::string params =
                scene.fill(fault.inside.empty() ? fault.params : fault.inside, 0);
            inside = run_inside(std::string(fault.function), params, scene.name()).words;
            if (const std::string harm = scene.harm(); !harm.empty()) {
                inside += "; **" + harm.substr(0, harm.size() - 2) + "**";
            }
            if (inside.starts_with("no harm seen; ")) {
                inside.erase(0, std::string_view("no harm seen; ").size());
            }
        }
        std::string apart;
        {
            const Scene scene;
            House house(settings_for(fault), folder);
            static_cast<void>(house.is_well("isolated", "rest"));
            apart =
                describe(fault, house
                                    .call(modules(), fault.module, fault.function,
                                          scene.fill(fault.params, house.zygote()), time_for(fault))
                                    .outcome);
        }
        std::printf("| %s | %s | %s |\n", std::string(fault.title).c_str(), inside.c_str(),
                    apart.c_str());
        std::fflush(stdout);
    }
    return 0;
}

}  // namespace oa::test
