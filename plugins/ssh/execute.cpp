#include "execute.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "oa/error.hpp"
#include "plugins/common/fault.hpp"

namespace oa::ssh {

namespace {

constexpr std::size_t piece = std::size_t{64} * 1024;

/// Where standard input comes from: a text, or a file that is read piece by piece.
class Input {
public:
    explicit Input(const ExecutePlan& plan) : path_(plan.input_file), rest_(plan.input) {
        if (path_.empty()) {
            return;
        }
        file_ = Descriptor(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
        if (!file_.is_open()) {
            fail();
        }
        buffer_.resize(piece);
    }

    /// What is to be sent next; empty at the end.
    std::string_view next() {
        while (rest_.empty() && file_.is_open()) {
            const ssize_t count = ::read(file_.get(), buffer_.data(), buffer_.size());
            if (count < 0) {
                fail();
            }
            if (count == 0) {
                break;
            }
            rest_ = {buffer_.data(), static_cast<std::size_t>(count)};
        }
        return rest_;
    }
    void sent(std::size_t count) { rest_.remove_prefix(count); }

private:
    [[noreturn]] void fail() const {
        const int error = errno;
        throw Error(error == ENOENT ? ErrorCode::NotFound : ErrorCode::Permission,
                    "standard input " + path_ + ": " + std::generic_category().message(error))
            .with_pointer("/stdin_file");
    }

    std::string path_;
    Descriptor file_;
    std::vector<char> buffer_;
    std::string_view rest_;
};

/// A command that runs on the other side.
class RemoteCommand {
public:
    RemoteCommand(Session& session, const ExecutePlan& plan) : session_(session), input_(plan) {
        channel_ = session_.drive([&] { return ::libssh2_channel_open_session(session_.raw()); });
        if (channel_ == nullptr) {
            throw session_.failure("opening a channel");
        }
        try {
            start(plan);
        } catch (...) {
            ::libssh2_channel_free(channel_);
            throw;
        }
    }
    // What cannot be sent now is freed with the session.
    ~RemoteCommand() { ::libssh2_channel_free(channel_); }
    RemoteCommand(const RemoteCommand&) = delete;
    RemoteCommand& operator=(const RemoteCommand&) = delete;

    ExecuteEnd run(common::OutputCapture& output, common::OutputCapture& errors) {
        while (true) {
            session_.stopper().check();
            const bool wrote = write();
            // While a packet is half sent, libssh2 can send nothing else, which reading may need.
            const bool half_sent = !wrote && !input_done_ && session_.is_sending();
            const bool got_output = !half_sent && read(0, output);
            const bool got_errors = !half_sent && read(SSH_EXTENDED_DATA_STDERR, errors);
            if (::libssh2_channel_eof(channel_) == 1) {
                return end();
            }
            if (!wrote && !got_output && !got_errors) {
                session_.wait();
            }
        }
    }

private:
    void start(const ExecutePlan& plan) {
        for (const auto& variable : plan.environment) {
            const std::string& name = variable.first;
            const std::string& value = variable.second;
            const int result = session_.drive([&] {
                return ::libssh2_channel_setenv_ex(channel_, name.data(),
                                                   static_cast<unsigned>(name.size()), value.data(),
                                                   static_cast<unsigned>(value.size()));
            });
            if (result == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED) {
                throw failed_precondition(
                    session_.target().name() + " does not accept the variable " + name +
                    "; AcceptEnv in its sshd_config lists those that it does");
            }
            require(result, "setting a variable");
        }
        if (plan.terminal) {
            require(session_.drive([&] {
                return ::libssh2_channel_request_pty_ex(channel_, "dumb", 4, nullptr, 0, 200, 50, 0,
                                                        0);
            }),
                    "asking for a terminal");
        }
        require(session_.drive([&] {
            return ::libssh2_channel_process_startup(channel_, "exec", 4, plan.command.data(),
                                                     static_cast<unsigned>(plan.command.size()));
        }),
                "starting the command");
    }

    void require(int result, const std::string& doing) const {
        if (result != 0) {
            throw session_.failure(doing);
        }
    }

    /// Sends input; whether there was something to do.
    bool write() {
        if (input_done_) {
            return false;
        }
        const std::string_view bytes = input_.next();
        const auto result =
            bytes.empty() ? ::libssh2_channel_send_eof(channel_)
                          : ::libssh2_channel_write_ex(channel_, 0, bytes.data(), bytes.size());
        if (result == LIBSSH2_ERROR_EAGAIN) {
            return false;
        }
        if (result < 0) {
            // Nobody reads it any more; what the command says is worth more.
            input_done_ = true;
            return true;
        }
        input_.sent(bytes.empty() ? 0 : static_cast<std::size_t>(result));
        input_done_ = bytes.empty();
        return true;
    }

    /// Takes what came on one stream; whether there was anything.
    bool read(int stream, common::OutputCapture& capture) {
        const auto count =
            ::libssh2_channel_read_ex(channel_, stream, buffer_.data(), buffer_.size());
        if (count == LIBSSH2_ERROR_EAGAIN || count == 0) {
            return false;
        }
        if (count < 0) {
            throw broken();
        }
        capture.add({buffer_.data(), static_cast<std::size_t>(count)});
        return true;
    }

    ExecuteEnd end() {
        if (session_.drive([this] { return ::libssh2_channel_close(channel_); }) < 0 ||
            session_.drive([this] { return ::libssh2_channel_wait_closed(channel_); }) < 0) {
            throw broken();
        }
        ExecuteEnd end;
        char* signal = nullptr;
        std::size_t size = 0;
        ::libssh2_channel_get_exit_signal(channel_, &signal, &size, nullptr, nullptr, nullptr,
                                          nullptr);
        if (signal != nullptr) {
            end.signal.assign(signal, size);
            ::libssh2_free(session_.raw(), signal);
        }
        end.exit_code = ::libssh2_channel_get_exit_status(channel_);
        return end;
    }

    /// Nobody knows how far the command came: it may only be repeated where the author says so.
    [[nodiscard]] Error broken() const {
        const Error error = session_.failure("the command");
        return common::fault(error.code(), Retry::Unknown, error.what());
    }

    Session& session_;
    Input input_;
    LIBSSH2_CHANNEL* channel_ = nullptr;
    bool input_done_ = false;
    std::array<char, piece> buffer_{};
};

}  // namespace

ExecuteEnd execute(Session& session,
                   const ExecutePlan& plan,
                   common::OutputCapture& output,
                   common::OutputCapture& errors) {
    const auto command = std::make_unique<RemoteCommand>(session, plan);
    ExecuteEnd end = command->run(output, errors);
    output.finish();
    errors.finish();
    return end;
}

}  // namespace oa::ssh
