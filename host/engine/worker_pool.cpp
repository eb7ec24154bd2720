#include "host/engine/worker_pool.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "host/engine/start_thread.hpp"

namespace oa::host {

struct WorkerPool::Shared {
    mutable std::mutex mutex;
    std::condition_variable work;   // for threads: a job, or closing
    std::condition_variable quiet;  // for the destructor: the last thread has gone
    std::deque<std::shared_ptr<Job>> queue;
    std::size_t threads_max = 1;
    std::size_t threads = 0;  // without those written off
    std::size_t idle = 0;
    std::size_t written_off = 0;
    // One thread is on its way to the queue, woken or just made. It sends the next one when it has
    // taken its job, so that a burst of short jobs does not wake more threads than it keeps busy:
    // waking costs more than a short job.
    bool waking = false;
    bool closing = false;
    std::unordered_map<std::thread::id, std::thread> handles;  // of threads that are in their loop
    std::vector<std::thread> ended;                            // of those that have left it

    // What the thread that runs this function is doing; null on threads that are not the pool's.
    struct Current {
        Shared* pool = nullptr;
        std::shared_ptr<Job> next;
    };
    static thread_local Current* current;

    static void wake_if_needed(const std::shared_ptr<Shared>& self);
    static void make_thread(const std::shared_ptr<Shared>& self);
    static void work_loop(const std::shared_ptr<Shared>& self);
    [[nodiscard]] std::thread take_own_handle();
    enum class Fate { GoOn, ThreadEnds };
    Fate run_one(const std::shared_ptr<Job>& job);
};

thread_local WorkerPool::Shared::Current* WorkerPool::Shared::current = nullptr;

WorkerPool::Shared::Fate WorkerPool::Shared::run_one(const std::shared_ptr<Job>& job) {
    {
        const std::lock_guard lock(mutex);
        if (job->state_ == Job::State::WrittenOff) {
            --written_off;
            return Fate::GoOn;
        }
        job->state_ = Job::State::Running;
    }
    job->run();
    const std::lock_guard lock(mutex);
    if (job->state_ == Job::State::WrittenOff) {
        --written_off;
        return Fate::ThreadEnds;
    }
    job->state_ = Job::State::Done;
    return Fate::GoOn;
}

// With the mutex held.
void WorkerPool::Shared::wake_if_needed(const std::shared_ptr<Shared>& self) {
    if (self->waking || self->queue.empty()) {
        return;
    }
    if (self->idle > 0) {
        self->waking = true;
        self->work.notify_one();
    } else if (self->threads < self->threads_max && (self->threads == 0 || has_room_for_thread())) {
        try {
            make_thread(self);
        } catch (const NoThread&) {
            return;  // those that there are take the job when they have the time
        }
    }
}

// With the mutex held.
void WorkerPool::Shared::make_thread(const std::shared_ptr<Shared>& self) {
    std::thread thread = start_thread([self] { work_loop(self); });
    const auto id = thread.get_id();
    self->handles.emplace(id, std::move(thread));
    self->waking = true;
    ++self->threads;
}

// With the mutex held.
std::thread WorkerPool::Shared::take_own_handle() {
    return std::move(handles.extract(std::this_thread::get_id()).mapped());
}

void WorkerPool::Shared::work_loop(const std::shared_ptr<Shared>& self) {
    Current here;
    here.pool = self.get();
    current = &here;
    bool just_woken = true;
    for (;;) {
        std::shared_ptr<Job> job = std::move(here.next);
        here.next.reset();
        if (!job) {
            std::unique_lock lock(self->mutex);
            for (;;) {
                if (just_woken) {
                    self->waking = false;
                    just_woken = false;
                }
                if (self->closing || !self->queue.empty()) {
                    break;
                }
                ++self->idle;
                self->work.wait(lock);
                --self->idle;
                just_woken = true;
            }
            if (self->queue.empty()) {
                break;
            }
            job = std::move(self->queue.front());
            self->queue.pop_front();
            wake_if_needed(self);
        }
        if (self->run_one(job) == Fate::ThreadEnds) {
            // What it kept for itself goes to the others; it was already taken off the count.
            const std::lock_guard lock(self->mutex);
            if (here.next) {
                self->queue.push_front(std::move(here.next));
            }
            wake_if_needed(self);  // there may be room for a thread again
            current = nullptr;
            if (!self->handles.empty()) {
                self->take_own_handle().detach();
            }
            return;
        }
    }
    current = nullptr;
    const std::lock_guard lock(self->mutex);
    --self->threads;
    self->ended.push_back(self->take_own_handle());
    self->quiet.notify_all();
}

WorkerPool::WorkerPool(std::size_t threads_max) : shared_(std::make_shared<Shared>()) {
    shared_->threads_max = threads_max;
    const std::lock_guard lock(shared_->mutex);
    Shared::make_thread(shared_);
}

WorkerPool::~WorkerPool() {
    std::unique_lock lock(shared_->mutex);
    shared_->closing = true;
    shared_->work.notify_all();
    shared_->quiet.wait(lock, [&] { return shared_->threads == 0; });
    for (auto& [id, thread] : shared_->handles) {
        thread.detach();  // written off
    }
    shared_->handles.clear();
    std::vector<std::thread> ended = std::move(shared_->ended);
    lock.unlock();
    // Libraries free what they keep for a thread when it ends, and must do so before the process
    // tears them down.
    for (std::thread& thread : ended) {
        thread.join();
    }
}

void WorkerPool::submit(std::shared_ptr<Job> job) {
    if (Shared::current != nullptr && Shared::current->pool == shared_.get() &&
        !Shared::current->next) {
        Shared::current->next = std::move(job);
        return;
    }
    const std::lock_guard lock(shared_->mutex);
    shared_->queue.push_back(std::move(job));
    Shared::wake_if_needed(shared_);
}

void WorkerPool::write_off(Job& job) {
    const std::lock_guard lock(shared_->mutex);
    if (job.state_ == Job::State::Running) {
        --shared_->threads;
    } else if (job.state_ != Job::State::Waiting) {
        return;
    }
    job.state_ = Job::State::WrittenOff;
    ++shared_->written_off;
    shared_->quiet.notify_all();
    Shared::wake_if_needed(shared_);
}

std::size_t WorkerPool::written_off() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->written_off;
}

}  // namespace oa::host
