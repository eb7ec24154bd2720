#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

using oa::Json;

// systemd cannot run where the tests do. A stand-in for systemctl, first in PATH, answers as the
// real one does; it keeps the state of one unit in files.
constexpr const char* stand_in = R"sh(#!/bin/sh
here=$(dirname "$0")
echo "$*" >> "$here/asked"
while :; do
    case $1 in
    --user) echo user >> "$here/asked"; shift ;;
    --no-*) shift ;;
    *) break ;;
    esac
done
action=$1
[ "$LC_ALL" = C ] || { echo "LC_ALL is '$LC_ALL'" >&2; exit 1; }
for unit; do :; done
case $unit in
broken) [ "$action" = show ] || { echo "Job for broken.service failed." >&2; exit 1; } ;;
forbidden) echo "Failed to $action forbidden.service: Access denied" >&2; exit 4 ;;
nobus) echo "Failed to connect to bus: No such file or directory" >&2; exit 1 ;;
slow) exec sleep 1000 ;;
none)
    if [ "$action" = show ]; then
        printf 'LoadState=not-found\nActiveState=inactive\nSubState=dead\nUnitFileState=\n'
        printf 'Result=success\nMainPID=0\nDescription=none.service\n'
        exit 0
    fi
    echo "Failed to $action none.service: Unit none.service not found." >&2; exit 5 ;;
esac
case $action in
start | restart) echo active > "$here/state" ;;
stop) echo inactive > "$here/state" ;;
enable) echo enabled > "$here/file" ;;
disable) echo disabled > "$here/file" ;;
show)
    state=$(cat "$here/state" 2>/dev/null || echo inactive)
    printf 'LoadState=loaded\nActiveState=%s\nSubState=%s\n' "$state" \
        "$([ "$state" = active ] && echo running || echo dead)"
    printf 'UnitFileState=%s\n' "$(cat "$here/file" 2>/dev/null || echo disabled)"
    printf 'Result=success\nMainPID=%s\nDescription=A = b\n' \
        "$([ "$state" = active ] && echo 4711 || echo 0)" ;;
esac
)sh";

struct SystemServiceTest : ::testing::Test {
    SystemServiceTest() {
        const std::string program = folder.write("systemctl", stand_in);
        std::filesystem::permissions(program, std::filesystem::perms::owner_all);
        path_before = std::getenv("PATH");
        ::setenv("PATH", (folder.path().string() + ":" + path_before).c_str(), 1);
    }
    ~SystemServiceTest() override { ::setenv("PATH", path_before.c_str(), 1); }

    Reply service(const std::string& name,
                  const std::string& action,
                  Json params = Json::object()) {
        params["name"] = name;
        params["action"] = action;
        return system.run("service", params);
    }

    TemporaryFolder folder;
    std::string path_before;
    PluginHarness system{OA_PLUGIN_FILE};
};

TEST_F(SystemServiceTest, DoesWhatIsAskedAndTellsTheState) {
    const Reply started = service("web", "start");
    ASSERT_EQ(started.status, OA_OK) << started.message;
    EXPECT_EQ(started.json, Json({{"name", "web"},
                                  {"active", true},
                                  {"enabled", false},
                                  {"state", "active"},
                                  {"sub_state", "running"},
                                  {"load_state", "loaded"},
                                  {"unit_file_state", "disabled"},
                                  {"result", "success"},
                                  {"main_pid", 4711},
                                  {"description", "A = b"},
                                  {"action", "start"}}));
    EXPECT_EQ(service("web", "is_active").json["active"], Json(true));
    EXPECT_EQ(service("web", "enable").json["enabled"], Json(true));
    EXPECT_EQ(service("web", "disable").json["enabled"], Json(false));
    EXPECT_EQ(service("web", "restart").json["active"], Json(true));
    EXPECT_EQ(service("web", "reload").json["active"], Json(true));
    const Reply stopped = service("web", "stop");
    EXPECT_EQ(stopped.json["active"], Json(false));
    EXPECT_EQ(stopped.json["main_pid"], Json());
    EXPECT_EQ(service("web", "status").json["state"], Json("inactive"));
    EXPECT_EQ(system.run("service", {{"action", "daemon_reload"}}).json,
              Json({{"action", "daemon_reload"}}));
    EXPECT_EQ(service("web", "start", {{"user", true}}).status, OA_OK);
    EXPECT_NE(folder.read("asked").find("--no-pager --no-ask-password --user start -- web\nuser\n"),
              std::string::npos)
        << folder.read("asked");
}

TEST_F(SystemServiceTest, NamesWhatWentWrong) {
    EXPECT_EQ(service("none", "start").status, OA_NOT_FOUND);
    EXPECT_EQ(service("none", "status").status, OA_NOT_FOUND);
    EXPECT_EQ(service("none", "is_active").json["active"], Json(false));
    EXPECT_EQ(service("forbidden", "stop").status, OA_PERMISSION);
    const Reply broken = service("broken", "start");
    EXPECT_EQ(broken.status, OA_PRECONDITION);
    EXPECT_NE(broken.message.find("Job for broken.service failed."), std::string::npos)
        << broken.message;
    const Reply nobus = service("nobus", "start");
    EXPECT_EQ(nobus.status, OA_PRECONDITION);
    EXPECT_NE(nobus.message.find("systemd does not run here"), std::string::npos) << nobus.message;
    EXPECT_EQ(service("slow", "start", {{"timeout", "100ms"}}).status, OA_DEADLINE);
    EXPECT_EQ(service("", "start").pointer, "/name");
    EXPECT_EQ(service("web", "explode").status, OA_INVALID_PARAMS);
}

TEST_F(SystemServiceTest, SaysThatThereIsNoSystemd) {
    ::setenv("PATH", folder.at("empty").c_str(), 1);
    const Reply reply = service("web", "start");
    EXPECT_EQ(reply.status, OA_PRECONDITION);
    EXPECT_NE(reply.message.find("has no systemd"), std::string::npos) << reply.message;
}

}  // namespace
}  // namespace oa::test
