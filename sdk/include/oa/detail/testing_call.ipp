// A part of oa/testing.hpp, which includes it: one call, as a plug-in sees it.

namespace oa {
inline namespace v1 {
namespace testing {
namespace detail {

/// A text of the plug-in. What is wrong with it is told to `report`.
template <typename Report>
[[nodiscard]] std::string take_text(const char* text,
                                    std::size_t length,
                                    const std::string& what,
                                    const Report& report) {
    if (text == nullptr) {
        if (length != 0) {
            report(what + " is NULL, but has a length");
        }
        return {};
    }
    std::string out(text, length);
    if (!is_utf8(out)) {
        report(what + " is not valid UTF-8");
    }
    return out;
}

/// A JSON object of the plug-in, or null for none.
template <typename Report>
[[nodiscard]] Json take_object(const char* text,
                               std::size_t length,
                               const std::string& what,
                               const Report& report) {
    if (text == nullptr || length == 0) {
        return {};
    }
    try {
        Json out = Json::parse({text, length});
        if (!out.is_object()) {
            report(what + " is not a JSON object");
        }
        return out;
    } catch (const JsonError& error) {
        report(what + " is not JSON: " + error.what());
        return {};
    }
}

template <typename Report>
void take_error(const oa_error& error,
                const std::string& who,
                Result& result,
                const Report& report) {
    if (!OA_FITS(&error, oa_error, retry_after_ms)) {
        report(who + ": struct_size is too small");
        return;
    }
    if (error.code < OA_CANCELLED || error.code > OA_INTERNAL) {
        report(who + ": there is no error code " + std::to_string(error.code));
    }
    result.failed = true;
    result.message = take_text(error.message, error.message_len, who + ": the message", report);
    if (result.message.empty()) {
        report(who + ": the message is missing");
    }
    result.pointer = take_text(error.pointer, error.pointer_len, who + ": the pointer", report);
    if (!result.pointer.empty() && result.pointer.front() != '/') {
        report(who + ": '" + result.pointer + "' is no JSON Pointer, it lacks the leading '/'");
    }
    result.details =
        take_object(error.details, error.details_len, who + ": the member details", report);
    result.retry = error.retry;
    result.retry_after_ms = error.retry_after_ms;
}

/// The output blobs that a value names and that are not there.
inline void find_unknown_blobs(const Json& json,
                               std::size_t count,
                               std::vector<std::string>& problems) {
    if (json.is_array()) {
        for (const Json& item : json.as_array()) {
            find_unknown_blobs(item, count, problems);
        }
    } else if (json.is_object()) {
        if (const Json* index = json.find("$blob");
            index != nullptr && !(index->is_integer() && index->as_double() >= 0 &&
                                  index->as_double() < static_cast<double>(count))) {
            problems.push_back("the output names the blob " + index->dump() +
                               ", but the call has " + std::to_string(count));
        }
        for (const Json::Member& member : json.as_object()) {
            find_unknown_blobs(member.value, count, problems);
        }
    }
}

/// What is behind an oa_call. It outlives the call, so that a late use is told and does no harm.
class CallState {
public:
    explicit CallState(CallOptions options) : options_(std::move(options)) {
        if (options_.function.empty()) {
            options_.function = options_.function_name;
        }
        info_.struct_size = sizeof(oa_call_info);
        info_.attempt = options_.attempt;
        info_.run_id = options_.run_id.c_str();
        info_.workflow = options_.workflow.c_str();
        info_.task = options_.task.c_str();
        info_.module_name = options_.module_name.c_str();
        info_.function_name = options_.function_name.c_str();
        info_.idempotency_key = options_.idempotency_key.c_str();
        info_.function = options_.function.c_str();
        cancelled_ = options_.cancelled || options_.cancel_after_polls == 0U;
        if (options_.deadline) {
            end_ = std::chrono::steady_clock::now() + *options_.deadline;
            timer_ = std::thread([this] { wait_for_deadline(); });
        }
    }
    CallState(const CallState&) = delete;
    CallState& operator=(const CallState&) = delete;
    ~CallState() { join_timer(); }

    [[nodiscard]] oa_call* raw() noexcept { return reinterpret_cast<oa_call*>(this); }
    static CallState& of(oa_call* call) noexcept { return *reinterpret_cast<CallState*>(call); }

    void cancel() {
        const std::lock_guard running(running_callbacks_);
        std::map<std::uint64_t, Callback> callbacks;
        {
            const std::lock_guard lock(mutex_);
            cancelled_ = true;
            callbacks.swap(callbacks_);
            callback_thread_ = std::this_thread::get_id();
        }
        for (const auto& [token, callback] : callbacks) {
            callback.fn(callback.user);
        }
        const std::lock_guard lock(mutex_);
        callback_thread_ = {};
    }

    [[nodiscard]] bool has_callbacks() {
        const std::lock_guard lock(mutex_);
        return !callbacks_.empty();
    }

    [[nodiscard]] Result result() {
        const std::lock_guard lock(mutex_);
        return result_;
    }

    /// Ends the call and judges it.
    void finish(std::int32_t status) {
        join_timer();
        const std::lock_guard running(running_callbacks_);
        const std::lock_guard lock(mutex_);
        ended_ = true;
        if (!callbacks_.empty()) {
            violated("on_cancel(): " + std::to_string(callbacks_.size()) +
                     " callback(s) were not taken back by off_cancel()");
            callbacks_.clear();
        }
        result_.status = status;
        result_.blobs.assign(blobs_.begin(), blobs_.end());
        find_unknown_blobs(result_.json, next_blob(), result_.violations);
        judge();
    }

    static void fill(oa_host& table) noexcept;
    void log(LogLine line) {
        const std::lock_guard lock(mutex_);
        if (open("log")) {
            result_.logs.push_back(std::move(line));
        }
    }
    [[nodiscard]] std::int32_t level_min() const noexcept { return options_.level_min; }
    void report(const std::string& violation) {
        const std::lock_guard lock(mutex_);
        violated(violation);
    }

private:
    struct Callback {
        void(OA_CALL* fn)(void*) = nullptr;
        void* user = nullptr;
    };
    // The table's functions.
    static const oa_call_info* OA_CALL info(oa_call* call) noexcept;
    static void OA_CALL params(oa_call* call, const char** json, std::size_t* length) noexcept;
    static std::int32_t OA_CALL blob_in(oa_call* call,
                                        std::uint32_t index,
                                        const void** data,
                                        std::size_t* length) noexcept;
    static std::int32_t OA_CALL set_result(oa_call* call,
                                           const char* json,
                                           std::size_t length) noexcept;
    static void* OA_CALL blob_alloc(oa_call* call,
                                    std::size_t length,
                                    std::uint32_t* index) noexcept;
    static std::int32_t OA_CALL blob_give(oa_call* call,
                                          const void* data,
                                          std::size_t length,
                                          void(OA_CALL* release)(void*),
                                          void* user,
                                          std::uint32_t* index) noexcept;
    static void OA_CALL fail(oa_call* call, const oa_error* error) noexcept;
    static std::int32_t OA_CALL cancelled(oa_call* call) noexcept;
    static std::int64_t OA_CALL remaining_ms(oa_call* call) noexcept;
    static std::uint64_t OA_CALL on_cancel(oa_call* call,
                                           void(OA_CALL* fn)(void*),
                                           void* user) noexcept;
    static void OA_CALL off_cancel(oa_call* call, std::uint64_t token) noexcept;
    static void OA_CALL progress(oa_call* call,
                                 double fraction,
                                 const char* message,
                                 std::size_t length) noexcept;

    /// Blobs have one row of numbers: first those of the input, then those of the output.
    [[nodiscard]] std::uint32_t next_blob() const noexcept {
        return static_cast<std::uint32_t>(options_.blobs.size() + blobs_.size());
    }
    void violated(const std::string& what) { result_.violations.push_back(what); }
    /// Whether the call still runs; otherwise its use is a violation.
    [[nodiscard]] bool open(const char* slot) {
        if (ended_) {
            violated(std::string(slot) + "() was called after the call had ended");
        }
        return !ended_;
    }

    void judge() {
        const std::int32_t status = result_.status;
        if (status < OA_OK || status > OA_INTERNAL) {
            violated("run() returned " + std::to_string(status) + ", which is no status");
        }
        if (result_.failed && status != failed_code_) {
            violated("run() returned " + std::to_string(status) + ", but fail() told code " +
                     std::to_string(failed_code_));
        }
        std::int32_t code = status;
        if (output_broken_) {
            code = OA_INTERNAL;
        } else if (status == OA_OK && result_.failed) {
            code = failed_code_;
        }
        result_.code = code < OA_OK || code > OA_INTERNAL ? OA_INTERNAL : code;
    }

    void wait_for_deadline() {
        {
            std::unique_lock lock(mutex_);
            if (finished_.wait_until(lock, *end_, [this] { return finishing_; })) {
                return;
            }
        }
        cancel();
    }
    void join_timer() {
        if (!timer_.joinable()) {
            return;
        }
        {
            const std::lock_guard lock(mutex_);
            finishing_ = true;
        }
        finished_.notify_all();
        timer_.join();
    }

    CallOptions options_;
    oa_call_info info_{};
    std::optional<std::chrono::steady_clock::time_point> end_;

    mutable std::mutex mutex_;
    std::mutex running_callbacks_;
    std::condition_variable finished_;
    bool finishing_ = false;
    bool ended_ = false;
    bool cancelled_ = false;
    std::uint32_t polls_ = 0;
    std::uint64_t next_token_ = 1;
    std::map<std::uint64_t, Callback> callbacks_;
    std::thread::id callback_thread_;
    std::deque<std::string> blobs_;
    bool output_broken_ = false;
    std::int32_t failed_code_ = OA_OK;
    Result result_;
    std::thread timer_;
};

inline void CallState::fill(oa_host& table) noexcept {
    table.info = info;
    table.params = params;
    table.blob_in = blob_in;
    table.result = set_result;
    table.blob_alloc = blob_alloc;
    table.blob_give = blob_give;
    table.fail = fail;
    table.cancelled = cancelled;
    table.remaining_ms = remaining_ms;
    table.on_cancel = on_cancel;
    table.off_cancel = off_cancel;
    table.progress = progress;
}

inline const oa_call_info* CallState::info(oa_call* call) noexcept {
    CallState& self = of(call);
    const std::lock_guard lock(self.mutex_);
    static_cast<void>(self.open("info"));
    return &self.info_;
}

inline void CallState::params(oa_call* call, const char** json, std::size_t* length) noexcept {
    CallState& self = of(call);
    const std::lock_guard lock(self.mutex_);
    static_cast<void>(self.open("params"));
    *json = self.options_.params.c_str();
    *length = self.options_.params.size();
}

inline std::int32_t CallState::blob_in(oa_call* call,
                                       std::uint32_t index,
                                       const void** data,
                                       std::size_t* length) noexcept {
    CallState& self = of(call);
    const std::lock_guard lock(self.mutex_);
    if (!self.open("blob_in") || index >= self.options_.blobs.size()) {
        *data = nullptr;
        *length = 0;
        return OA_NOT_FOUND;
    }
    *data = self.options_.blobs[index].data();
    *length = self.options_.blobs[index].size();
    return OA_OK;
}

inline std::int32_t CallState::set_result(oa_call* call,
                                          const char* json,
                                          std::size_t length) noexcept {
    CallState& self = of(call);
    const std::lock_guard lock(self.mutex_);
    if (!self.open("result")) {
        return OA_CANCELLED;
    }
    if (length > self.options_.output_max) {
        return OA_EXHAUSTED;
    }
    try {
        self.result_.json = Json::parse(json == nullptr ? "" : std::string_view(json, length));
        return OA_OK;
    } catch (const JsonError& error) {
        self.violated(std::string("the output is not JSON: ") + error.what());
        self.output_broken_ = true;
        return OA_INVALID_PARAMS;
    }
}

inline void* CallState::blob_alloc(oa_call* call,
                                   std::size_t length,
                                   std::uint32_t* index) noexcept {
    CallState& self = of(call);
    const std::lock_guard lock(self.mutex_);
    if (!self.open("blob_alloc") || self.options_.blob_alloc_fails ||
        length > self.options_.blob_max) {
        return nullptr;
    }
    *index = self.next_blob();
    return self.blobs_.emplace_back(length, '\0').data();
}

inline std::int32_t CallState::blob_give(oa_call* call,
                                         const void* data,
                                         std::size_t length,
                                         void(OA_CALL* release)(void*),
                                         void* user,
                                         std::uint32_t* index) noexcept {
    CallState& self = of(call);
    {
        const std::lock_guard lock(self.mutex_);
        if (!self.open("blob_give")) {
            return OA_CANCELLED;
        }
        if (release == nullptr || (data == nullptr && length != 0)) {
            self.violated("blob_give() was given no data or no release function");
            return OA_INVALID_PARAMS;
        }
        if (length > self.options_.blob_max) {
            return OA_EXHAUSTED;
        }
        *index = self.next_blob();
        self.blobs_.emplace_back(static_cast<const char*>(data), length);
        ++self.result_.released;
    }
    release(user);
    return OA_OK;
}

inline void CallState::fail(oa_call* call, const oa_error* error) noexcept {
    CallState& self = of(call);
    const std::lock_guard lock(self.mutex_);
    if (!self.open("fail")) {
        return;
    }
    if (error == nullptr) {
        self.violated("fail() was given no error");
        return;
    }
    self.failed_code_ = error->code;
    take_error(*error, "fail()", self.result_,
               [&self](const std::string& violation) { self.violated(violation); });
}

inline std::int32_t CallState::cancelled(oa_call* call) noexcept {
    CallState& self = of(call);
    bool due = false;
    {
        const std::lock_guard lock(self.mutex_);
        if (!self.open("cancelled")) {
            return 1;
        }
        due = !self.cancelled_ && self.options_.cancel_after_polls &&
              ++self.polls_ > *self.options_.cancel_after_polls;
        if (!due) {
            return self.cancelled_ ? 1 : 0;
        }
    }
    self.cancel();
    return 1;
}

inline std::int64_t CallState::remaining_ms(oa_call* call) noexcept {
    CallState& self = of(call);
    const std::lock_guard lock(self.mutex_);
    if (!self.open("remaining_ms")) {
        return 0;
    }
    if (self.options_.remaining_ms || !self.end_) {
        return self.options_.remaining_ms.value_or(-1);
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        *self.end_ - std::chrono::steady_clock::now());
    return std::max<std::int64_t>(left.count(), 0);
}

inline std::uint64_t CallState::on_cancel(oa_call* call,
                                          void(OA_CALL* fn)(void*),
                                          void* user) noexcept {
    CallState& self = of(call);
    std::unique_lock lock(self.mutex_);
    const std::uint64_t token = self.next_token_++;
    if (fn == nullptr) {
        self.violated("on_cancel() was given no function");
        return token;
    }
    if (self.open("on_cancel") && !self.cancelled_) {
        self.callbacks_[token] = {fn, user};
        return token;
    }
    lock.unlock();
    fn(user);
    return token;
}

inline void CallState::off_cancel(oa_call* call, std::uint64_t token) noexcept {
    CallState& self = of(call);
    {
        const std::lock_guard lock(self.mutex_);
        if (!self.open("off_cancel")) {
            return;
        }
        if (token == 0 || token >= self.next_token_) {
            self.violated("off_cancel() was given a token that on_cancel() never returned");
            return;
        }
        self.callbacks_.erase(token);
        if (self.callback_thread_ == std::this_thread::get_id()) {
            self.violated("off_cancel() was called from within a callback");
            return;
        }
    }
    const std::lock_guard not_running(self.running_callbacks_);
}

inline void CallState::progress(oa_call* call,
                                double fraction,
                                const char* message,
                                std::size_t length) noexcept {
    CallState& self = of(call);
    const std::lock_guard lock(self.mutex_);
    if (!self.open("progress")) {
        return;
    }
    if (!(fraction <= 1)) {
        self.violated("progress() was given a fraction that is not 0 to 1, or negative");
    }
    const auto report = [&self](const std::string& violation) { self.violated(violation); };
    self.result_.progress.push_back(
        {fraction, take_text(message, length, "progress(): the message", report)});
}

}  // namespace detail

inline FakeCall::FakeCall(CallOptions options)
    : state_(std::make_shared<detail::CallState>(std::move(options))) {}

inline void FakeCall::cancel() {
    state_->cancel();
}

inline bool FakeCall::has_callbacks() const {
    return state_->has_callbacks();
}

inline oa_call* FakeCall::raw() const noexcept {
    return state_->raw();
}

inline Result FakeCall::result() const {
    return state_->result();
}

inline std::ostream& operator<<(std::ostream& out, const Result& result) {
    out << "code " << result.code << ", output " << result.json;
    if (result.failed) {
        out << ", " << result.message;
    }
    for (const std::string& violation : result.violations) {
        out << "\n  violation: " << violation;
    }
    return out;
}

}  // namespace testing
}  // namespace v1
}  // namespace oa
