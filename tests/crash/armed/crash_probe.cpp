// Hits a crash point from several threads: crash_probe <threads> <hits of each>. Says so in the
// end.

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "host/crash/crash_point.hpp"

int main(int argc, char** argv) {
    const long threads = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1;
    const long hits = argc > 2 ? std::strtol(argv[2], nullptr, 10) : 1;
    std::vector<std::thread> running;
    for (long i = 0; i < threads; ++i) {
        running.emplace_back([hits] {
            for (long hit = 0; hit < hits; ++hit) {
                oa::host::crash_point("audit.written");
            }
        });
    }
    for (std::thread& thread : running) {
        thread.join();
    }
    std::puts("alive");
    return 0;
}
