#include "host/vault/secret_command.hpp"

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/vault/descriptor.hpp"
#include "tests/host/vault/vault_scene.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

using host::vault::allowed_environment;
using host::vault::CommandSettings;
using host::vault::Descriptor;
using host::vault::SecretCommand;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

class SecretCommandTest : public testing::Test {
protected:
    std::string script(const std::string& text, const std::string& name = "program") const {
        std::string file = folder_.write(name, "#!/bin/sh\n" + text + "\n");
        fs::permissions(file, fs::perms(0700));
        return file;
    }
    SecretCommand command(const std::string& text, std::vector<std::string> arguments = {}) const {
        CommandSettings settings;
        settings.command = std::move(arguments);
        settings.command.insert(settings.command.begin(), script(text));
        settings.timeout = timeout_;
        return {settings, environment_};
    }
    std::string refusal(const CommandSettings& settings) const {
        try {
            const SecretCommand made(settings, environment_);
            return "(fine)";
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
    }

    TemporaryFolder folder_;
    std::vector<std::string> environment_{"PATH=/usr/bin:/bin", "HOME=/nowhere", "LC_ALL=C"};
    std::chrono::milliseconds timeout_ = 60s;
};

TEST_F(SecretCommandTest, GivesWhatTheProgramPrints) {
    EXPECT_EQ(found(command("printf '%s' \"value of $1\""), "team/db"), "value of team/db");
    EXPECT_EQ(command("").name(), "the secret_command " + folder_.at("program"));
}

TEST_F(SecretCommandTest, KeepsWhatItPrintedForAWhile) {
    CommandSettings settings;
    settings.command = {script("echo ran >> \"" + folder_.at("runs") + "\"; echo value")};
    settings.timeout = timeout_;
    auto now = std::chrono::steady_clock::now();
    host::vault::VaultTime time;
    time.now = [&now] { return now; };
    const SecretCommand program(settings, environment_, time);
    const auto runs = [this] { return folder_.read("runs").size() / std::string("ran\n").size(); };
    EXPECT_EQ(found(program, "x"), "value");
    EXPECT_EQ(found(program, "x"), "value");
    EXPECT_EQ(runs(), 1U);
    EXPECT_EQ(found(program, "y"), "value");
    EXPECT_EQ(runs(), 2U);
    now += settings.cache;
    EXPECT_EQ(found(program, "x"), "value");
    EXPECT_EQ(runs(), 3U);
}

TEST_F(SecretCommandTest, TakesOneLineEndOff) {
    EXPECT_EQ(found(command("printf 'a\\n'"), "x"), "a");
    EXPECT_EQ(found(command("printf 'a\\n\\n'"), "x"), "a\n");
    EXPECT_EQ(found(command("printf ' a\\nb '"), "x"), " a\nb ");
    EXPECT_EQ(found(command("printf '\\n'"), "x"), "");
    EXPECT_EQ(found(command("printf ''"), "x"), "");
    EXPECT_EQ(found(command("printf 'a\\000b'"), "x"), std::string("a\0b", 3));
}

TEST_F(SecretCommandTest, PutsTheNameWhereTheArgumentsSay) {
    const std::string show = "for a in \"$@\"; do printf '[%s]' \"$a\"; done";
    EXPECT_EQ(found(command(show), "n"), "[n]");
    EXPECT_EQ(found(command(show, {"show", "--"}), "n"), "[show][--][n]");
    EXPECT_EQ(found(command(show, {"{name}", "-q"}), "n"), "[n][-q]");
    EXPECT_EQ(found(command(show, {"--entry=a/{name}/{name}.x"}), "n"), "[--entry=a/n/n.x]");
    EXPECT_EQ(found(command(show, {"{name}"}), "{name}"), "[{name}]");
}

TEST_F(SecretCommandTest, ReadsNothingIntoAName) {
    const std::string show = "for a in \"$@\"; do printf '[%s]' \"$a\"; done";
    for (const char* const name :
         {"a b", "a  'b\"", "$(touch x)", "`id`", "a;b", "*", "~", "\\n", "a|b", "%s", "l\u00f8"}) {
        EXPECT_EQ(found(command(show, {"-n", "{name}"}), name), "[-n][" + std::string(name) + "]");
    }
}

TEST_F(SecretCommandTest, RefusesNamesThatCouldBeOptions) {
    const SecretCommand program = command("touch \"$0.ran\"", {"--entry={name}"});
    for (const std::string& name :
         {std::string(), std::string("-o"), std::string("--help"), std::string("a\nb"),
          std::string("a\0b", 3), std::string(1025, 'a')}) {
        EXPECT_TRUE(contains(failure(program, name), "is no name")) << name;
    }
    EXPECT_FALSE(fs::exists(folder_ / "program.ran"));
}

TEST_F(SecretCommandTest, ReadsLargeValuesAndRefusesLargerOnes) {
    const std::string large(1'048'576, 'x');
    folder_.write("value", large);
    EXPECT_EQ(found(command("cat \"${0%/*}/value\""), "x"), large);
    folder_.write("value", large + 'x');
    EXPECT_TRUE(contains(failure(command("cat \"${0%/*}/value\""), "x"), "more than 1048576"));
    EXPECT_TRUE(contains(failure(command("cat /dev/zero"), "x"), "more than 1048576"));
}

TEST_F(SecretCommandTest, TellsAMissingSecretFromAFailure) {
    EXPECT_EQ(found(command("echo no such entry >&2; exit 44"), "x"), "(none)");
    const std::string why = failure(command("echo half-a-value; exit 1"), "team/db");
    EXPECT_TRUE(contains(why, "gives no 'team/db': it ended with status 1")) << why;
    EXPECT_FALSE(contains(why, "half-a-value")) << why;
    CommandSettings settings;
    settings.command = {script("exit 1")};
    settings.missing_status = 1;
    EXPECT_EQ(found(SecretCommand(settings, environment_), "x"), "(none)");
    EXPECT_TRUE(contains(failure(command("kill -TERM $$"), "x"), "signal 15 ended it"));
}

TEST_F(SecretCommandTest, ShowsTheFirstLineOfStandardError) {
    const std::string why =
        failure(command("printf '\\n gpg: \\033[31mno key\\nsecond line\\n' >&2; exit 2"), "x");
    EXPECT_TRUE(contains(why, "status 2: gpg: ")) << why;
    EXPECT_TRUE(contains(why, "no key")) << why;
    EXPECT_FALSE(contains(why, "\x1b")) << why;
    EXPECT_FALSE(contains(why, "second line")) << why;
    const std::string much = failure(command("head -c 9000000 /dev/zero >&2; exit 3"), "x");
    EXPECT_TRUE(contains(much, "status 3")) << much;
    EXPECT_LT(much.size(), 1000U);
    const std::string told =
        failure(command("echo open-sesame; echo it is open-sesame >&2; exit 1"), "x");
    EXPECT_FALSE(contains(told, "open-sesame")) << told;
}

/// All that comes through a pipe until nobody has it open for writing.
std::string read_to_end(const Descriptor& pipe) {
    std::string out;
    for (;;) {
        pollfd ready{pipe.get(), POLLIN, 0};
        if (::poll(&ready, 1, 20'000) != 1) {
            return "(somebody still has it open)";
        }
        char c = 0;
        if (::read(pipe.get(), &c, 1) != 1) {
            return out;
        }
        out += c;
    }
}

TEST_F(SecretCommandTest, EndsAProgramThatTakesTooLongWithAllThatItStarted) {
    const std::string pipe = folder_.at("pipe");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const Descriptor reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    std::string said;
    // A busy machine may need longer to start it all.
    for (timeout_ = 300ms; said.empty() && timeout_ < 60s; timeout_ *= 5) {
        Descriptor writer(::open(pipe.c_str(), O_WRONLY | O_CLOEXEC));
        const std::string why = failure(
            command("trap '' TERM\n"
                    "sh -c \"trap '' TERM; echo started; exec sleep 1000\" >\"${0%/*}/pipe\" &\n"
                    "sleep 1000"),
            "x");
        EXPECT_TRUE(contains(why, "took longer than")) << why;
        writer.close();
        said = read_to_end(reader);
    }
    EXPECT_EQ(said, "started\n");
}

TEST_F(SecretCommandTest, WaitsForNobodyWhomTheProgramLeavesBehind) {
    // It holds standard output open, and is ended with its group.
    EXPECT_EQ(found(command("sleep 1000 & echo value"), "x"), "value");
}

TEST_F(SecretCommandTest, GivesTheProgramNothingButItsOwn) {
    const Descriptor open(::open("/dev/null", O_RDONLY));  // not closed on exec
    ASSERT_GT(open.get(), 2);
    EXPECT_EQ(found(command("for f in 3 4 5 6 7 8 9; do if { true <&$f; } 2>/dev/null; "
                            "then echo $f; fi; done; cat"),
                    "x"),
              "");
    EXPECT_EQ(found(command("if ( : </dev/tty ) 2>/dev/null; then echo terminal; fi"), "x"), "");
}

TEST_F(SecretCommandTest, PassesOnlyWhatIsAllowedOfTheEnvironment) {
    const std::vector<std::string> all{
        "PATH=/bin",    "HOME=/h",       "LANG=C",
        "LC_ALL=C",     "USER=u",        "LOGNAME=l",
        "XDG_X=1",      "GNUPGHOME=/g",  "PASSWORD_STORE_DIR=/p",
        "LD_PRELOAD=x", "VAULT_TOKEN=t", "DBUS_SESSION_BUS_ADDRESS=d",
        "PATHS=no",     "OA_X=no",       "BW_SESSION=s"};
    const std::vector<std::string> expected{"PATH=/bin",
                                            "HOME=/h",
                                            "LANG=C",
                                            "LC_ALL=C",
                                            "USER=u",
                                            "LOGNAME=l",
                                            "XDG_X=1",
                                            "GNUPGHOME=/g",
                                            "PASSWORD_STORE_DIR=/p",
                                            "DBUS_SESSION_BUS_ADDRESS=d",
                                            "BW_SESSION=s"};
    EXPECT_EQ(allowed_environment(all, {"BW_SESSION", "NOT_THERE"}), expected);
    environment_.emplace_back("VAULT_TOKEN=t");
    const std::string seen = found(command("env"), "x");
    EXPECT_TRUE(contains(seen, "HOME=/nowhere")) << seen;
    EXPECT_FALSE(contains(seen, "VAULT_TOKEN")) << seen;
}

TEST_F(SecretCommandTest, LooksForTheProgramInPath) {
    script("echo value", "bin/give");
    environment_ = {"PATH=relative::" + folder_.at("none") + ':' + folder_.at("bin")};
    CommandSettings settings;
    settings.command = {"give"};
    const SecretCommand program(settings, environment_);
    EXPECT_EQ(program.name(), "the secret_command " + folder_.at("bin/give"));
    EXPECT_EQ(found(program, "x"), "value");
    settings.command = {"take"};
    EXPECT_TRUE(contains(refusal(settings), "'take' is not in PATH"));
    settings.command = {"bin/give"};
    EXPECT_TRUE(contains(refusal(settings), "absolute path"));
}

TEST_F(SecretCommandTest, RefusesAProgramThatOthersCanChange) {
    CommandSettings settings;
    settings.command = {script("echo value", "bin/give")};
    const SecretCommand program(settings, environment_);
    fs::permissions(folder_ / "bin/give", fs::perms(0720));
    EXPECT_TRUE(contains(refusal(settings), "chmod go-w"));
    EXPECT_TRUE(contains(failure(program, "x"), "chmod go-w"));
    fs::permissions(folder_ / "bin/give", fs::perms(0700));
    fs::permissions(folder_ / "bin", fs::perms(0777));
    EXPECT_TRUE(contains(refusal(settings), "a folder that others can write to"));
    fs::permissions(folder_ / "bin", fs::perms(0700));
    EXPECT_EQ(refusal(settings), "(fine)");
    fs::permissions(folder_ / "bin/give", fs::perms(0600));
    EXPECT_TRUE(contains(refusal(settings), "no file that can be executed"));
    settings.command = {folder_.at("none")};
    EXPECT_TRUE(contains(refusal(settings), "cannot be found"));
}

TEST_F(SecretCommandTest, RefusesSettingsThatCannotWork) {
    CommandSettings settings;
    EXPECT_TRUE(contains(refusal(settings), "names no program"));
    settings.command = {"/usr/bin/{name}"};
    EXPECT_TRUE(contains(refusal(settings), "in arguments alone"));
    settings.command = {"/bin/sh"};
    EXPECT_EQ(refusal(settings), "(fine)");
    settings.missing_status = 0;
    EXPECT_TRUE(contains(refusal(settings), "between 1 and 255"));
    settings.missing_status = 44;
    settings.timeout = 0ms;
    EXPECT_TRUE(contains(refusal(settings), "time-out"));
}

}  // namespace
}  // namespace oa::test
