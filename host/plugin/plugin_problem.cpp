#include "host/plugin/plugin_problem.hpp"

namespace oa::host {

std::string_view to_string(PluginProblem problem) {
    switch (problem) {
        case PluginProblem::Missing: return "missing";
        case PluginProblem::NotAFile: return "not_a_file";
        case PluginProblem::Unreadable: return "unreadable";
        case PluginProblem::Untrusted: return "untrusted";
        case PluginProblem::NotALibrary: return "not_a_library";
        case PluginProblem::Damaged: return "damaged";
        case PluginProblem::WrongMachine: return "wrong_machine";
        case PluginProblem::NoEntry: return "no_entry";
        case PluginProblem::WrongMajor: return "wrong_major";
        case PluginProblem::AbiTooNew: return "abi_too_new";
        case PluginProblem::Unloadable: return "unloadable";
        case PluginProblem::Declined: return "declined";
        case PluginProblem::InvalidDescriptor: return "invalid_descriptor";
        case PluginProblem::Duplicate: return "duplicate";
        case PluginProblem::Changed: return "changed";
        case PluginProblem::ManifestDiffers: return "manifest_differs";
    }
    return "unknown";
}

}  // namespace oa::host
