#include "host/kit/check/call_threads.hpp"

#include <cerrno>
#include <exception>
#include <system_error>

#include <pthread.h>

namespace oa::host {
namespace {

struct Work {
    const std::function<void()>* run;
    std::exception_ptr thrown;
};

void* run_work(void* argument) {
    auto* const work = static_cast<Work*>(argument);
    try {
        (*work->run)();
    } catch (...) {
        work->thrown = std::current_exception();
    }
    return nullptr;
}

}  // namespace

void run_on_stack(std::size_t bytes, const std::function<void()>& work) {
    Work job{&work, nullptr};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, bytes);
    pthread_t thread{};
    const int error = pthread_create(&thread, &attributes, run_work, &job);
    pthread_attr_destroy(&attributes);
    if (error != 0) {
        throw std::system_error(error, std::generic_category(), "pthread_create");
    }
    pthread_join(thread, nullptr);
    if (job.thrown) {
        std::rethrow_exception(job.thrown);
    }
}

CancelLater::CancelLater(TrialCall& call, std::chrono::milliseconds after)
    : thread_([this, &call, after] {
          std::unique_lock lock(mutex_);
          if (!changed_.wait_for(lock, after, [this] { return over_; })) {
              lock.unlock();
              call.cancel();
          }
      }) {}

CancelLater::~CancelLater() {
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

}  // namespace oa::host
