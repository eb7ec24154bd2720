#pragma once

#include <atomic>
#include <cstdint>

namespace oa::host {
class HttpApplication;
}

namespace oa::host::http {

/// The way to the application, which ends with the server while exchanges may live on. Thread safe.
class ApplicationGate {
public:
    /// The application, for as long as this lives; or none any more.
    class Use {
    public:
        explicit Use(ApplicationGate& gate) noexcept;
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

        explicit operator bool() const noexcept { return application_ != nullptr; }
        HttpApplication* operator->() const noexcept { return application_; }

    private:
        ApplicationGate& gate_;
        HttpApplication* application_;
    };

    explicit ApplicationGate(HttpApplication& application) noexcept : application_(application) {}

    /// Lets nobody in any more and waits for those who are there.
    void close() noexcept;

private:
    static constexpr std::uint64_t closed = std::uint64_t{1} << 63U;

    void leave() noexcept;

    HttpApplication& application_;
    std::atomic<std::uint64_t> users_{0};  // how many, and whether it is closed
};

}  // namespace oa::host::http
