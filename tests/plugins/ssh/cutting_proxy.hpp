#pragma once

#include <cstdint>
#include <thread>

namespace oa::test {

/// Passes one connection on to 127.0.0.1:port and cuts it when that many bytes have gone through,
/// both ways together. It takes the connections after it, and closes them.
class CuttingProxy {
public:
    CuttingProxy(int port, std::uint64_t bytes);
    ~CuttingProxy();
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;

    [[nodiscard]] int port() const { return port_; }

private:
    void serve(int target, std::uint64_t bytes) const;

    int listener_ = -1;
    int stop_ = -1;  // readable when it is over
    int port_ = 0;
    std::thread thread_;
};

/// Takes connections on the loopback and never says anything.
class SilentListener {
public:
    SilentListener();
    ~SilentListener();
    SilentListener(const SilentListener&) = delete;
    SilentListener& operator=(const SilentListener&) = delete;

    [[nodiscard]] int port() const { return port_; }

private:
    int port_ = 0;
    int fd_;  // set with port_
};

}  // namespace oa::test
