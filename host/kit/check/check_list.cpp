#include <algorithm>
#include <array>

#include "host/kit/check/check.hpp"
#include "host/kit/check/check_functions.hpp"

namespace oa::host {
namespace {

using enum CheckLevel;
using enum CheckSeverity;

// Ids are never used again. The first digit is the group.
constexpr std::array list{
    // ---- File
    Check{"OA101", Quick, Error, "Is a library for this machine with an entry function",
          "The host refuses everything else before it runs any of it.",
          "Build it with oa_add_plugin(), for this machine.", checks::is_plugin_file, true},
    Check{"OA102", Quick, Error, "Offers nothing but its entry function",
          "What two plug-ins both offer is confused in one process.",
          "Link with the version script of the SDK: oa_add_plugin() does.",
          checks::exports_entry_alone},
    Check{
        "OA103", Quick, Error, "Carries its manifest",
        "Without one the host has to run the plug-in to learn what it is.",
        "Build it with oa_add_plugin(), or run `$(pkg-config --variable=manifest oa-sdk) FILE.so` "
        "after linking.",
        checks::has_manifest},
    Check{"OA104", Quick, Error, "Changes none of its own code while it is loaded",
          "Hardened systems refuse it, and its code is not shared between processes.",
          "Compile every object with -fPIC.", checks::has_no_text_relocations},
    Check{"OA105", Quick, Error, "Needs no executable stack",
          "It would make the stacks of the whole process executable.",
          "Link with -Wl,-z,noexecstack; assembly sources need a .note.GNU-stack section.",
          checks::has_no_executable_stack},
    Check{"OA106", Quick, Error, "Brings no search path for libraries",
          "Whoever can write to that folder decides what the host runs.",
          "Link without -rpath; in CMake set SKIP_BUILD_RPATH and no INSTALL_RPATH.",
          checks::has_no_search_path},
    Check{"OA107", Quick, Warning, "Needs only libraries that every system has",
          "Each other one has to be installed wherever the plug-in is used.",
          "Link it statically, or name the package in your installation notes.",
          checks::needs_common_libraries},
    Check{"OA108", Quick, Error, "Needs no newer system libraries than those of Debian 12",
          "It would not load on the systems that the host supports.",
          "Build it on Debian 12, or with STATIC_RUNTIME in oa_add_plugin().",
          checks::needs_baseline_versions},
    Check{"OA109", Standard, Warning, "Has no symbols that the whole process shares",
          "GNU_UNIQUE symbols of two plug-ins become one, whatever their versions.",
          "Compile with -fno-gnu-unique and link with the version script of the SDK.",
          checks::has_no_unique_symbols},
    Check{"OA110", Standard, Warning, "Has a build id",
          "A crash report finds the matching debug information by it.", "Link with -Wl,--build-id.",
          checks::has_build_id},
    Check{"OA111", Standard, Warning, "Tells nothing of the machine that built it",
          "Such paths betray names, and make every build differ.",
          "Compile with -ffile-prefix-map=SOURCE=. (oa_add_plugin() does in release builds).",
          checks::tells_no_build_path},
    Check{"OA112", Strict, Warning, "Needs no static thread-local storage",
          "There is little of it in a process, and loading fails once it is used up.",
          "Compile without -ftls-model=initial-exec.", checks::has_no_static_tls},
    // ---- Load
    Check{"OA201", Quick, Error, "Loads and is entered",
          "A plug-in that does not load offers nothing.",
          "Read the reason: mostly a library or a symbol is missing.", checks::loads, true},
    Check{"OA202", Quick, Warning, "Is loaded and entered within 50 ms",
          "Every start of the host and of every worker waits for it.",
          "Move work from constructors of static objects and the entry function into start().",
          checks::loads_quickly},
    Check{"OA203", Standard, Error, "Loads while standard output is closed",
          "Services often run without one.", "Print nothing while it is loaded; log in calls.",
          checks::loads_without_output},
    Check{"OA204", Standard, Error, "Loads without an environment",
          "Workers run with an empty one.", "Treat every variable as one that may be missing.",
          checks::loads_without_environment},
    Check{"OA205", Quick, Error, "Gives the same description when it is entered again",
          "The host may enter a plug-in more than once.",
          "Return the address of static data and change nothing.", checks::enters_twice},
    Check{"OA206", Standard, Error, "Is entered by a host of a later minor version",
          "A plug-in for ABI 1.x has to load into every later 1.y.",
          "Ask OA_HAS for members, never compare struct_size or abi for equality.",
          checks::enters_later_host},
    Check{"OA207", Standard, Error, "Starts in a host without extensions",
          "What a host offers beyond the contract differs.",
          "Treat NULL from get_extension() as 'not there'.", checks::starts_without_extensions},
    Check{"OA208", Quick, Error, "Is what its manifest says",
          "The host believes the manifest until the first call.",
          "Build again: the manifest has to be written after the last link.",
          checks::manifest_is_true},
    // ---- Descriptor
    Check{"OA301", Quick, Error, "Describes itself as the contract asks",
          "The host refuses a plug-in whose ids, names, version or schemas break the rules.",
          "Correct the member that is named.", checks::describes_itself, true},
    Check{"OA302", Quick, Error, "Has a summary of itself and of each function",
          "It is what people see in lists, and search.",
          "Say in one sentence what it does; no Markdown in the first.", checks::has_summaries},
    Check{"OA303", Quick, Error, "Has sound JSON Schemas",
          "Forms, completion and validation are made from them.",
          "Correct the keyword that is named.", checks::has_sound_schemas},
    Check{"OA304", Quick, Warning, "Says whether other parameters are accepted",
          "Only a closed schema lets the host find misspelt parameters before a run.",
          "State \"additionalProperties\": false, or true where it is meant.",
          checks::has_closed_schemas},
    Check{"OA305", Quick, Warning, "Describes every parameter",
          "The page and the form of a function are made from it.",
          "Give each property a \"description\" with its unit.",
          checks::has_parameter_descriptions},
    Check{"OA306", Quick, Warning, "Has an example of each function",
          "Examples are what people copy, and what the other checks run.",
          "Add one: {\"title\", \"params\", \"output\" or \"error\"}.", checks::has_examples},
    Check{"OA307", Quick, Error, "Has examples that fit the schemas",
          "A wrong example is worse than none.", "Correct the example or the schema.",
          checks::examples_fit},
    Check{"OA308", Quick, Error, "Says what to use instead of a deprecated function",
          "Otherwise people only learn that something ends.",
          "Set replace_with to \"module.function\", or reason where there is none.",
          checks::deprecations_help},
    Check{"OA309", Quick, Error, "Has flags that do not contradict each other",
          "The host retries, caches and fences in by them.", "Set or clear the flag that is named.",
          checks::flags_are_plausible},
    // ---- State left behind
    Check{"OA401", Standard, Error, "Leaves no thread behind",
          "A thread that outlives stop() runs while its module is gone.",
          "Join threads in stop(); a language runtime that cannot sets OA_M_NO_UNLOAD.",
          checks::leaves_alone<StateAspect::Threads>},
    Check{"OA402", Standard, Error, "Leaves no file or socket open",
          "A host that runs for months runs out of descriptors.",
          "Close in stop() what start() opened.", checks::leaves_alone<StateAspect::Descriptors>},
    Check{"OA403", Standard, Error, "Installs no signal handlers",
          "They belong to the host, and to one plug-in at most.",
          "Use on_cancel(); a runtime that needs handlers sets OA_M_SIGNALS.",
          checks::leaves_alone<StateAspect::Signals>},
    Check{"OA404", Standard, Error, "Leaves the signal mask as it is",
          "The host's threads would no longer receive their signals.",
          "Restore the mask before returning.", checks::leaves_alone<StateAspect::SignalMask>},
    Check{"OA405", Standard, Error, "Leaves the locale as it is",
          "Numbers of the whole process would be read and written differently.",
          "Use newlocale() with the functions that take one, or std::to_chars.",
          checks::leaves_alone<StateAspect::Locale>},
    Check{"OA406", Standard, Error, "Leaves the working folder as it is",
          "Relative paths of other calls would mean something else.",
          "Use absolute paths, or openat().", checks::leaves_alone<StateAspect::Folder>},
    Check{"OA407", Standard, Error, "Leaves the umask as it is",
          "Other calls would write files that too many may read.",
          "Give the mode to open() and use fchmod().", checks::leaves_alone<StateAspect::Umask>},
    Check{"OA408", Standard, Error, "Leaves the environment as it is",
          "Changing it while another thread reads it is undefined.",
          "Hand settings to child processes in their own environment.",
          checks::leaves_alone<StateAspect::Environment>},
    Check{"OA409", Standard, Error, "Leaves floating-point arithmetic as it is",
          "Calculations of the next call on that thread would differ.",
          "Restore the rounding mode and the traps before returning.",
          checks::leaves_alone<StateAspect::FloatingPoint>},
    Check{"OA410", Standard, Error, "Leaves no child process behind",
          "Nobody else waits for it, or ends it.",
          "Wait for each child before run() or stop() returns.",
          checks::leaves_alone<StateAspect::Children>},
    // ---- Run
    Check{"OA501", Standard, Error, "Does what its examples promise", "They are its specification.",
          "Correct the function or the example.", checks::examples_keep_promises},
    Check{"OA502", Standard, Error, "Answers a call without parameters", "A task may give none.",
          "Check that required parameters are there; fail with OA_INVALID_PARAMS.",
          checks::answers_no_parameters},
    Check{"OA503", Standard, Error, "Answers unknown parameters",
          "An open schema lets everything through.", "Ignore or refuse them.",
          checks::answers_unknown_parameters},
    Check{"OA504", Standard, Error, "Answers parameters of wrong types",
          "Values come from other tasks, and are not always what was meant.",
          "Check the type of each parameter; fail with OA_INVALID_PARAMS and a pointer.",
          checks::answers_wrong_types},
    Check{"OA505", Standard, Error, "Answers random parameters",
          "Values within the schema are what users will give.",
          "Handle the parameters that are named.", checks::answers_random_parameters},
    Check{"OA506", Standard, Error, "Answers a text of 1 MiB",
          "Outputs of other tasks can be that long.",
          "Use no fixed buffers and no recursion over length.", checks::answers_huge_text},
    Check{"OA507", Standard, Error, "Answers values nested 64 deep on a stack of 512 KiB",
          "It is the deepest JSON and the smallest stack that the contract allows.",
          "Limit recursion, and keep large buffers off the stack.", checks::answers_deep_nesting},
    Check{"OA508", Standard, Error, "Runs 16 calls at a time", "OA_F_THREAD_SAFE says so.",
          "Guard what calls share, or clear the flag.", checks::runs_concurrently},
    Check{"OA509", Standard, Error, "Gives the same output for the same parameters",
          "OA_F_PURE says so, and the host may keep outputs.",
          "Clear the flag, or remove time, chance and state.", checks::is_pure},
    Check{"OA510", Standard, Warning, "Prints nothing",
          "Standard output belongs to the host's own results.", "Use log().",
          checks::prints_nothing},
    Check{"OA511", Standard, Error, "Gives output that fits its schema",
          "Workflows are validated against it.", "Correct the function or output_schema.",
          checks::output_fits_schema},
    Check{"OA512", Standard, Warning, "Explains its failures", "'it failed' helps nobody.",
          "Call fail() with a message that names the thing; OA_INVALID_PARAMS with a pointer.",
          checks::explains_failures},
    Check{"OA513", Standard, Error, "Uses the host as the contract says",
          "The host counts misuse, and quarantines for it.", "Correct the use that is named.",
          checks::keeps_contract},
    // ---- Cancel
    Check{"OA601", Standard, Error, "Returns when it was cancelled before it began",
          "OA_F_CANCELLABLE promises a second at most.",
          "Ask cancelled() before and in every wait.", checks::stops_before_start},
    Check{"OA602", Standard, Error, "Returns within a second of being cancelled",
          "OA_F_CANCELLABLE says so; the host gives up on calls that do not.",
          "Ask cancelled() in loops and use on_cancel() to interrupt waits.",
          checks::stops_while_running},
    Check{"OA603", Standard, Error, "Returns within a second of its deadline",
          "A time limit is a cancellation with notice.",
          "Use remaining_ms() for time-outs of your own.", checks::stops_at_deadline},
    // ---- Failure injection
    Check{"OA701", Strict, Error, "Survives a host without memory for blobs",
          "blob_alloc() gives NULL when the limit is reached.",
          "Check the pointer and fail with OA_EXHAUSTED.", checks::survives_lack_of_memory},
    Check{"OA702", Strict, Error, "Fails when the host refuses its output",
          "An output over the limit is dropped.", "Return what result() returned.",
          checks::survives_refused_output},
    Check{"OA703", Strict, Error, "Works the same while nothing is logged",
          "log_enabled() is often 0.", "Do nothing in logging code that the call needs.",
          checks::works_without_log},
    // ---- Life cycle
    Check{"OA801", Standard, Error, "Starts and stops 100 times and gives its memory back",
          "A host that reloads plug-ins does that for months.",
          "Free in destroy() what create() made.", checks::lives_many_times},
    Check{"OA802", Standard, Error, "Answers a wrong configuration", "People write it by hand.",
          "Check it in create(); fail with OA_INVALID_PARAMS and a message.",
          checks::refuses_bad_configuration},
    Check{"OA803", Strict, Warning, "Runs 200 times and gives its memory back",
          "A leak in a call ends a host in the end.",
          "Free what a call allocates before it returns.", checks::runs_without_leak},
    // ---- Isolation
    Check{"OA901", Strict, Error, "Gives the same results in a worker process",
          "The host may run it in one, fenced in by its flags.",
          "Declare what it reaches: OA_F_NETWORK, OA_F_FILESYSTEM, OA_F_PROCESSES.", nullptr},
};

}  // namespace

std::span<const Check> all_checks() {
    return list;
}

const Check* find_check(std::string_view id) {
    const auto found =
        std::find_if(list.begin(), list.end(), [id](const Check& check) { return check.id == id; });
    return found == list.end() ? nullptr : &*found;
}

CheckGroup Check::group() const {
    return static_cast<CheckGroup>(id[2] - '1');
}

std::string_view to_string(CheckGroup group) {
    constexpr std::array<std::string_view, 9> names{
        "File",     "Load",   "Description",       "State left behind",
        "Run",      "Cancel", "Failure injection", "Life cycle",
        "Isolation"};
    return names.at(static_cast<std::size_t>(group));
}

std::string run_check(const Check& check, CheckBench& bench) {
    try {
        check.run(bench);
    } catch (const NotApplicable& reason) {
        return reason.why;
    } catch (const CheckFailed& failed) {
        bench.find(failed.finding);
    }
    return {};
}

std::size_t CheckReport::count(CheckSeverity severity) const {
    return static_cast<std::size_t>(
        std::count_if(results.begin(), results.end(),
                      [severity](const CheckResult& result) { return result.is(severity); }));
}

}  // namespace oa::host
