#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "tests/cli/attack_requests.hpp"
#include "tests/cli/serve_fixture.hpp"
#include "tests/support/raw_client.hpp"

namespace oa::test {

/// Of a file that no answer may show.
inline constexpr const char* canary = "canary-60721934";
inline constexpr const char* some_document = "tasks:\n  - name: a\n    utils.noop: {}\n";

[[nodiscard]] inline std::string glued(std::initializer_list<std::string_view> parts) {
    std::string whole;
    for (const std::string_view part : parts) {
        whole += part;
    }
    return whole;
}

/// What is opened, made, changed or removed in a folder, but for what may be.
class FolderWatch {
public:
    FolderWatch(const std::string& folder, std::set<std::string> expected)
        : descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)), expected_(std::move(expected)) {
        EXPECT_GE(::inotify_add_watch(descriptor_, folder.c_str(), IN_ALL_EVENTS), 0);
    }
    ~FolderWatch() { ::close(descriptor_); }
    FolderWatch(const FolderWatch&) = delete;
    FolderWatch& operator=(const FolderWatch&) = delete;

    [[nodiscard]] std::set<std::string> touched() const {
        std::set<std::string> names;
        alignas(inotify_event) std::array<char, 65'536> buffer{};
        for (;;) {
            const ssize_t size = ::read(descriptor_, buffer.data(), buffer.size());
            if (size <= 0) {
                return names;
            }
            for (const char* at = buffer.data(); at < buffer.data() + size;) {
                // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): inotify(7)
                const auto* event = reinterpret_cast<const inotify_event*>(at);
                const std::string name =
                    event->len > 0 ? static_cast<const char*>(event->name) : "";
                if ((event->mask & IN_Q_OVERFLOW) != 0) {
                    names.insert("too much to be told");
                } else if (!name.empty() && expected_.count(name) == 0) {
                    names.insert(name);
                }
                at += sizeof(inotify_event) + event->len;
            }
        }
    }

private:
    int descriptor_;
    std::set<std::string> expected_;
};

/// The real program, and what somebody asks of it who means harm.
struct AttackTest : ServeTest {
    std::string run;  ///< one that has ended

    AttackTest() {
        folder.write("outside.yaml", std::string("# ") + canary + "\n" + some_document);
    }

    /// With all that there is to attack, and a run.
    void start_all() {
        start({"--log-level", "warn"}, {{"OA_LEGACY_API", "true"}});
        const Answer ended = ask("POST", "/api/v1/workflows/hello/runs?wait=20s", "{}");
        ASSERT_EQ(ended.status, 200) << ended.body;
        run = ended.json().at("id").as_string();
    }
    [[nodiscard]] std::vector<Operation> operations() const {
        return operations_of(get("/api/v1/openapi.json"));
    }
    [[nodiscard]] static std::string body_for(const Operation& operation) {
        if (operation.body_type == "application/yaml") {
            return some_document;
        }
        return operation.body_type == "application/json" ? "{}" : "a=b";
    }
    /// With these fields and no token.
    [[nodiscard]] RawAnswer answer_to(const std::string& request_line,
                                      const std::string& fields,
                                      const std::string& body = "") const {
        RawClient client(port);
        client.send(request_line + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port) + "\r\n" +
                    fields + "\r\n" + body);
        return client.answer(request_line.starts_with("HEAD ")).value_or(RawAnswer{});
    }
    [[nodiscard]] std::string bearer(const std::string& text) const {
        return "Authorization: Bearer " + text + "\r\n";
    }
    [[nodiscard]] std::map<std::string, std::string> files() const {
        std::map<std::string, std::string> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
            const std::string name = entry.path().lexically_relative(folder.path()).string();
            if (entry.is_regular_file() && !name.starts_with("data/")) {
                found[name] = folder.read(name);
            }
        }
        return found;
    }
    [[nodiscard]] std::size_t runs() const {
        return get("/api/v1/runs").at("runs").as_array().size();
    }
};

}  // namespace oa::test
