#include <string>

#include "host/kit/check/check_report.hpp"

namespace oa::host {
namespace {

constexpr std::string_view introduction = R"(# What `oa plugin check` looks at

`oa plugin check FILE.so` tries a plug-in against the contract and tells what breaks it, why that
matters and how to mend it. Each check runs in a process of its own with a time limit, so a crash
or a hang is a finding like any other.

| level | option | when |
|---|---|---|
| quick | `--quick` | after every build; takes less than a second |
| standard | | before a commit |
| strict | `--strict` | before a release |

`--only ID` repeats one check, `--in-process` runs it in the program itself for a debugger, and
`--seed N` gives the generated parameters of an earlier run. `--format json` and `--format junit`
are for programs. The exit status is 0 when no check of severity *error* failed, 1 when one did,
and 2 for a wrong command line.

**No harm is done.** The processes of the checks may write only to a private folder that is
removed afterwards, and can neither open sockets nor start programs. Where the system does not offer
that, functions with `OA_F_FILESYSTEM`, `OA_F_NETWORK` or `OA_F_PROCESSES` are not run. Outcomes of
their examples are never compared with what the examples promise, as the world around them is not
there.

**How far schemas are looked at.** Examples and outputs are held against `type`, `enum`, `const`,
`required`, `properties`, `additionalProperties`, `items`, limits of numbers, lengths and counts,
and `allOf`, `anyOf`, `oneOf`. `pattern`, `format`, `$ref`, `not`, `if` and `patternProperties` are
taken as fulfilled.
)";

}  // namespace

std::string check_page() {
    std::string out(introduction);
    const CheckGroup* last = nullptr;
    CheckGroup group{};
    for (const Check& check : all_checks()) {
        if (last == nullptr || group != check.group()) {
            group = check.group();
            last = &group;
            out += "\n## " + std::string(to_string(group)) + "\n";
        }
        out += "\n### " + std::string(check.id) + "\n\n";
        out += "**" + std::string(check.title) + ".** " + std::string(check.reason) + "\n\n";
        out += "*Fix:* " + std::string(check.fix) + "\n\n";
        out += std::string(check.severity == CheckSeverity::Error ? "Error" : "Warning") +
               ", from level " + std::string(to_string(check.level)) + " on.\n";
    }
    return out;
}

}  // namespace oa::host
