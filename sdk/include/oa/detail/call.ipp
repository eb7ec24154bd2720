// A part of oa/call.hpp, which includes it: Call.

namespace oa {
inline namespace v1 {

inline const Json& Call::params() {
    if (!params_) {
        const char* json = nullptr;
        std::size_t length = 0;
        host_->params(call_, &json, &length);
        try {
            params_ = Json::parse({json, length});
        } catch (const JsonError& error) {
            throw invalid_params("", std::string("the parameters are not JSON: ") + error.what());
        }
        if (!params_->is_object()) {
            params_.reset();
            throw invalid_params("", "the parameters are not a JSON object");
        }
    }
    return *params_;
}

template <typename T>
T Call::convert(std::string_view name, const Json& value) {
    try {
        return value.as<T>();
    } catch (const JsonError& error) {
        throw invalid_params(pointer_to(name) + error.pointer(),
                             "parameter \"" + std::string(name) + "\"" +
                                 (error.pointer().empty() ? "" : " at " + error.pointer()) + ": " +
                                 error.what());
    }
}

template <typename T>
T Call::param(std::string_view name) {
    const Json* value = find_param(name);
    if (value == nullptr) {
        throw invalid_params(pointer_to(name),
                             "parameter \"" + std::string(name) + "\" is missing");
    }
    return convert<T>(name, *value);
}

template <typename T>
T Call::param(std::string_view name, std::type_identity_t<T> fallback) {
    const Json* value = find_param(name);
    return value == nullptr || value->is_null() ? std::move(fallback) : convert<T>(name, *value);
}

template <typename T>
std::optional<T> Call::find_param(std::string_view name) {
    const Json* value = find_param(name);
    return value == nullptr || value->is_null() ? std::nullopt
                                                : std::optional<T>(convert<T>(name, *value));
}

template <typename T>
T Call::choice(std::string_view name,
               std::initializer_list<std::pair<std::string_view, T>> choices,
               std::optional<std::type_identity_t<T>> fallback) {
    const auto word = find_param<std::string_view>(name);
    if (!word && fallback) {
        return *fallback;
    }
    std::string known;
    for (const auto& choice : choices) {
        if (word == choice.first) {
            return choice.second;
        }
        known += (known.empty() ? "\"" : ", \"") + std::string(choice.first) + "\"";
    }
    throw invalid_params(pointer_to(name),
                         "parameter \"" + std::string(name) + "\" " +
                             (word ? "has to be one of " : "is missing: expected one of ") + known);
}

inline std::span<const std::byte> Call::blob(std::uint32_t index) const {
    const void* data = nullptr;
    std::size_t length = 0;
    if (host_->blob_in(call_, index, &data, &length) != OA_OK) {
        throw not_found("there is no input blob " + std::to_string(index));
    }
    return {static_cast<const std::byte*>(data), length};
}

inline std::span<const std::byte> Call::blob_param(std::string_view name) {
    const Json* reference = find_param(name);
    const Json* index = reference != nullptr ? reference->find("$blob") : nullptr;
    if (index == nullptr) {
        throw invalid_params(pointer_to(name),
                             "parameter \"" + std::string(name) +
                                 "\": expected a blob, {\"$blob\": index}, found " +
                                 (reference != nullptr ? reference->describe() : "nothing"));
    }
    return blob(convert<std::uint32_t>(name, *index));
}

inline void Call::result_json(std::string_view json) {
    const std::int32_t status = host_->result(call_, json.data(), json.size());
    if (status == OA_EXHAUSTED) {
        throw exhausted("the output of " + std::to_string(json.size()) +
                        " bytes is larger than the host takes");
    }
    if (status != OA_OK) {
        throw internal("the host refuses the output: status " + std::to_string(status));
    }
}

inline OutputBlob Call::alloc_blob(std::size_t size) {
    std::uint32_t index = 0;
    void* memory = host_->blob_alloc(call_, size, &index);
    if (memory == nullptr) {
        throw exhausted("the host has no room for a blob of " + std::to_string(size) + " bytes");
    }
    return {{static_cast<std::byte*>(memory), size}, Json{{"$blob", index}}};
}

template <typename Bytes>
Json Call::give(Bytes bytes) {
    auto owned = std::make_unique<Bytes>(std::move(bytes));
    std::uint32_t index = 0;
    const std::int32_t status = host_->blob_give(
        call_, owned->data(), owned->size() * sizeof(typename Bytes::value_type),
        [](void* user) { std::unique_ptr<Bytes>(static_cast<Bytes*>(user)).reset(); }, owned.get(),
        &index);
    if (status != OA_OK) {
        throw exhausted("the host does not take a blob of " + std::to_string(owned->size()) +
                        " bytes");
    }
    static_cast<void>(owned.release());  // the host's callback frees it
    return Json{{"$blob", index}};
}

inline CallInfo Call::info() const noexcept {
    const oa_call_info& info = *host_->info(call_);
    return {info.run_id,        info.workflow,        info.task,    info.module_name,
            info.function_name, info.idempotency_key, info.attempt, info.function};
}

inline void Call::wait_for(std::chrono::milliseconds duration) const {
    std::mutex mutex;
    std::condition_variable changed;
    bool stop = false;
    const auto guard = on_cancel([&] {
        const std::lock_guard lock(mutex);
        stop = true;
        changed.notify_all();
    });
    std::unique_lock lock(mutex);
    // Longer than that overflows the clock.
    const auto longest = std::chrono::milliseconds(std::chrono::hours(24 * 366 * 100));
    const bool stopped = changed.wait_for(lock, std::min(duration, longest), [&] { return stop; });
    lock.unlock();  // before the guard, which waits for a callback that may want the lock
    if (stopped) {
        throw Cancelled();
    }
}

#if defined(__cpp_lib_jthread)
inline std::stop_token Call::stop_token() {
    if (!stopper_) {
        Stopper stopper;
        stop_token_ = stopper.source.get_token();
        stopper_.emplace(*host_, *call_, std::move(stopper));
    }
    return stop_token_;
}
#endif

}  // namespace v1
}  // namespace oa
