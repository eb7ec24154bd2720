#pragma once

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/isolation/protocol/channel.hpp"
#include "host/isolation/protocol/messages.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host::isolation {

/// Long enough for a loaded machine; reached only when something is broken.
inline std::chrono::steady_clock::time_point patience() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(60);
}

inline std::filesystem::path worker_fixture(const std::string& name) {
    return std::filesystem::path(OA_FIXTURE_DIR) / name / (name + ".so");
}

/// The real program oa-worker, driven as the host would do it.
class ZygoteDriver {
public:
    explicit ZygoteDriver(const std::string& program = OA_WORKER_PROGRAM) {
        SocketPair pair = make_socket_pair();
        const std::string number = std::to_string(pair.theirs.get());
        std::array<std::string, 3> words{program, "zygote", number};
        std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
        // No other test thread starts programs meanwhile.
        fcntl(pair.theirs.get(), F_SETFD, 0);
        setenv("OA_TEST_SECRET", "of the host", 1);
        if (posix_spawn(&pid_, program.c_str(), nullptr, nullptr, arguments.data(), environ) != 0) {
            throw std::runtime_error("cannot start " + program);
        }
        control_ = std::make_unique<Channel>(std::move(pair.ours));
    }
    ~ZygoteDriver() {
        close();
        if (pid_ > 0) {
            kill(SIGKILL);
            static_cast<void>(wait());
        }
    }
    ZygoteDriver(const ZygoteDriver&) = delete;
    ZygoteDriver& operator=(const ZygoteDriver&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    void kill(int number) const { ::kill(pid_, number); }
    /// Closes the control connection, as the end of the host does.
    void close() { control_.reset(); }
    /// Its wait status.
    int wait() {
        int status = 0;
        waitpid(std::exchange(pid_, -1), &status, 0);
        return status;
    }
    void send(const ZygoteRequest& request, const std::vector<int>& descriptors = {}) {
        std::string frame;
        encode(request, frame);
        if (!control_->send(frame, descriptors)) {
            throw std::runtime_error("the zygote is gone");
        }
    }
    [[nodiscard]] ZygoteReport receive() {
        ReceivedFrame frame;
        if (control_->receive(frame, patience()) != Channel::Received::Frame) {
            throw std::runtime_error("the zygote says nothing");
        }
        return decode_zygote_report(frame.frame);
    }
    /// The end of that worker; keeps those of others for later.
    [[nodiscard]] Exited wait_exited(std::uint64_t id) {
        while (!exited_.contains(id)) {
            const auto report = receive();
            if (const auto* exited = std::get_if<Exited>(&report)) {
                exited_[exited->id] = *exited;
            }
        }
        return exited_.at(id);
    }
    /// The number of the worker that was asked for last.
    [[nodiscard]] pid_t wait_spawned() {
        while (true) {
            const auto report = receive();
            if (const auto* spawned = std::get_if<Spawned>(&report)) {
                return spawned->pid;
            }
            const auto& exited = std::get<Exited>(report);
            exited_[exited.id] = exited;
        }
    }
    [[nodiscard]] std::uint64_t next_id() { return ++last_id_; }

private:
    pid_t pid_ = -1;
    std::unique_ptr<Channel> control_;
    std::uint64_t last_id_ = 0;
    std::map<std::uint64_t, Exited> exited_;
};

/// One worker, and what a host would know of it.
class WorkerDriver {
public:
    explicit WorkerDriver(ZygoteDriver& zygote) : zygote_(zygote), id_(zygote.next_id()) {
        SocketPair socket = make_socket_pair();
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error("no pipe");
        }
        output_ = Descriptor(ends[0]);
        const Descriptor output_end(ends[1]);
        zygote_.send(Spawn{.id = id_}, {socket.theirs.get(), output_end.get()});
        channel_ = std::make_unique<Channel>(std::move(socket.ours));
        pid_ = zygote_.wait_spawned();
    }

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] std::uint64_t id() const { return id_; }
    [[nodiscard]] const oa::test::TemporaryFolder& folder() const { return folder_; }
    [[nodiscard]] Channel& channel() { return *channel_; }
    void close() { channel_.reset(); }

    [[nodiscard]] Load load(const std::string& fixture) const {
        Load out;
        out.file = worker_fixture(fixture).string();
        out.config = "{}";
        out.threads = 4;
        out.output_bytes_max = 1U << 20U;
        out.blob_bytes_max = 1U << 20U;
        out.log_level = 2;
        out.sandbox.temporary_folder = folder_.path().string();
        return out;
    }
    void send(const HostMessage& message, std::uint64_t call = 0) {
        std::string frame;
        encode(message, call, frame);
        send_bytes(frame);
    }
    void send_bytes(const std::string& bytes) {
        if (!channel_->send(bytes)) {
            throw std::runtime_error("the worker is gone");
        }
    }
    /// The next message and its call. Nothing once the worker has closed its end.
    [[nodiscard]] std::optional<std::pair<std::uint64_t, WorkerMessage>> receive() {
        ReceivedFrame frame;
        switch (channel_->receive(frame, patience())) {
            case Channel::Received::Closed: return std::nullopt;
            case Channel::Received::Timeout: throw std::runtime_error("the worker says nothing");
            case Channel::Received::Frame: break;
        }
        return std::pair(frame.frame.call, decode_worker_message(frame.frame));
    }
    /// The next message, which must be of this kind.
    template <typename Message>
    [[nodiscard]] Message expect() {
        auto message = receive();
        if (!message) {
            throw std::runtime_error("the worker has closed its end");
        }
        if (auto* const refused = std::get_if<Refused>(&message->second);
            refused != nullptr && !std::holds_alternative<Message>(message->second)) {
            throw std::runtime_error("refused: " + refused->problem + ": " + refused->reason);
        }
        return std::get<Message>(std::move(message->second));
    }
    Ready start(const Load& message) {
        send(message);
        return expect<Ready>();
    }
    Ready start(const std::string& fixture) { return start(load(fixture)); }

    static Run run(std::uint32_t function, std::string params = "{}") {
        Run out;
        out.function = function;
        out.task = "the_task";
        out.params = std::move(params);
        out.log_level = 2;
        return out;
    }
    /// Runs a call and gives its result; what else comes meanwhile is dropped.
    [[nodiscard]] Result call(std::uint32_t function, std::string params = "{}") {
        const std::uint64_t number = ++last_call_;
        send(run(function, std::move(params)), number);
        while (true) {
            auto message = receive();
            if (!message) {
                throw std::runtime_error("the worker has closed its end");
            }
            if (message->first == number && std::holds_alternative<Result>(message->second)) {
                return std::get<Result>(std::move(message->second));
            }
        }
    }
    /// Everything that it writes to standard output and error, up to its end.
    [[nodiscard]] std::string read_output() const {
        std::string out;
        std::array<char, 4096> part{};
        while (true) {
            const ssize_t count = read(output_.get(), part.data(), part.size());
            if (count <= 0) {
                return out;
            }
            out.append(part.data(), static_cast<std::size_t>(count));
        }
    }
    [[nodiscard]] Exited wait_exited() { return zygote_.wait_exited(id_); }

private:
    ZygoteDriver& zygote_;
    std::uint64_t id_;
    oa::test::TemporaryFolder folder_;
    std::unique_ptr<Channel> channel_;
    Descriptor output_;
    pid_t pid_ = 0;
    std::uint64_t last_call_ = 1000;
};

}  // namespace oa::host::isolation
