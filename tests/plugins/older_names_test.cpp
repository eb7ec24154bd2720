// Every name that documents and pages of versions 2 and 3 call functions by leads to one of a
// bundled module, which says what to use now.

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "host/plugin/plugin_registry.hpp"

namespace oa::host {
namespace {

const PluginRegistry& registry() {
    static const PluginRegistry plugins({{{OA_PLUGIN_DIR, "test"}}, TrustPolicy::Ignore});
    return plugins;
}

struct OlderName {
    const char* module;
    const char* function;
    const char* now_in;
};

constexpr OlderName older_names[] = {
    // What the modules offered, and what older versions of them did.
    {"oa-docker", "container_run", "docker"},
    {"oa-docker", "container_stop", "docker"},
    {"oa-docker", "container_logs", "docker"},
    {"oa-git", "clone", "git"},
    {"oa-git", "pull", "git"},
    {"oa-git", "push", "git"},
    {"oa-git", "tag", "git"},
    {"oa-git", "branch", "git"},
    {"oa-git", "status", "git"},
    {"oa-io", "copy", "files"},
    {"oa-io", "zip", "files"},
    {"oa-io", "unzip", "files"},
    {"oa-io", "readfile", "files"},
    {"oa-io", "writefile", "files"},
    {"oa-io", "replace", "files"},
    {"oa-io", "loadvarfromjson", "files"},
    {"oa-io", "rename", "files"},
    {"oa-io", "remove", "files"},
    {"oa-io", "findfile", "files"},
    {"oa-io", "regexreplaceinfile", "files"},
    {"oa-io", "template", "files"},
    {"oa-json", "jsonfilter", "json"},
    {"oa-json", "jsonextract", "json"},
    {"oa-json", "jsontransform", "json"},
    {"oa-json", "jsonmerge", "json"},
    {"oa-json", "jsonaggregate", "json"},
    {"oa-json", "jsonvalidate", "json"},
    {"oa-json", "jsonsort", "json"},
    {"oa-network", "httpget", "http"},
    {"oa-network", "httpsget", "http"},
    {"oa-network", "httppost", "http"},
    {"oa-network", "httpspost", "http"},
    {"oa-network", "httpput", "http"},
    {"os-network", "httpget", "http"},
    {"os-network", "httpsget", "http"},
    {"os-network", "httppost", "http"},
    {"os-network", "httpspost", "http"},
    {"os-network", "httpput", "http"},
    {"oahttp", "httpget", "http"},
    {"oahttp", "httpsget", "http"},
    {"oahttp", "httppost", "http"},
    {"oahttp", "httpspost", "http"},
    {"oahttp", "httpput", "http"},
    {"oahttp", "get_request", "http"},
    {"oa-network", "get_request", "http"},
    {"oa-notify", "sendtelegramnotify", "notify"},
    {"oa-notify", "sendmailbygmail", "notify"},
    {"oa-notify", "formatmessage", "notify"},
    {"oa-pg", "select", "database"},
    {"oa-pg", "execute", "database"},
    {"oa-pg", "insert", "database"},
    {"oa-system", "runcmd", "system"},
    {"oa-system", "execute_script", "system"},
    {"oa-system", "systemd", "ssh"},
    {"oa-system", "remotecommand", "ssh"},
    {"oa-system", "scp", "ssh"},
    {"oa-system", "remoteunzip", "ssh"},
    {"oa-utility", "setsleep", "utils"},
    {"oa-utility", "printvar", "utils"},
    {"oa-utility", "setvar", "utils"},
    {"oa-utility", "dumpvar", "utils"},
    {"oa-utility", "transform", "utils"},
    {"oa-utility", "condition", "utils"},
    {"oa-utility", "merge", "utils"},
    // What only their pages named.
    {"oadatabase", "insert_records", "database"},
    {"oadataframe", "filter", "json"},
    {"oafiles", "read_csv", "files"},
    {"oafiles", "write_json", "files"},
    {"oa-io", "makezip", "files"},
    {"oa-io", "loadvarfromjeson", "files"},
    {"oa-notify", "send", "notify"},
    {"oa-notify", "send_slack", "notify"},
    {"oanotify", "send_alert", "notify"},
    {"oanotify", "send_email", "notify"},
    {"oa-pg", "exexute", "database"},
    {"oa-utility", "conditional", "utils"},
    {"oa-utility", "jsonvalidate", "json"},
    {"oa-utility", "sleep", "utils"},
    {"oautils", "extract_field", "json"},
    {"oautils", "log_message", "utils"},
    {"oautils", "print_text", "utils"},
    {"oautils", "process_json", "json"},
};

struct OlderNamesTest : ::testing::TestWithParam<OlderName> {};

TEST_P(OlderNamesTest, LeadToWhatDoesTheirJobNow) {
    const OlderName& name = GetParam();
    EXPECT_TRUE(registry().has_module(name.module));
    const core::FunctionInfo* function = registry().find(name.module, name.function);
    ASSERT_NE(function, nullptr);
    EXPECT_EQ(function->module, name.now_in);
    EXPECT_TRUE(function->deprecated);
    const std::size_t dot = function->replaced_by.find('.');
    ASSERT_NE(dot, std::string::npos) << function->replaced_by;
    const core::FunctionInfo* now = registry().find(function->replaced_by.substr(0, dot),
                                                    function->replaced_by.substr(dot + 1));
    ASSERT_NE(now, nullptr) << function->replaced_by;
    EXPECT_FALSE(now->deprecated);
}

std::string printed(const ::testing::TestParamInfo<OlderName>& name) {
    std::string text = std::string(name.param.module) + "_" + name.param.function;
    std::replace(text.begin(), text.end(), '-', '_');
    return text;
}

INSTANTIATE_TEST_SUITE_P(Names, OlderNamesTest, ::testing::ValuesIn(older_names), printed);

}  // namespace
}  // namespace oa::host
