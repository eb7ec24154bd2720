// A part of oa/testing.hpp, which includes it: the host and its module.

namespace oa {
inline namespace v1 {
namespace testing {
namespace detail {

/// How long the host's table was in ABI 1.<minor>.
[[nodiscard]] inline std::uint32_t host_size(std::uint32_t minor) {
    if (minor > OA_ABI_MINOR) {
        throw std::runtime_error("oa/testing.hpp knows no ABI 1." + std::to_string(minor));
    }
    if (minor == OA_ABI_MINOR) {
        return sizeof(oa_host);
    }
    return offsetof(oa_host, progress) + sizeof(oa_host::progress);  // 1.0
}

[[nodiscard]] inline std::string abi_text(std::uint32_t abi) {
    return std::to_string(abi >> 16U) + "." + std::to_string(abi & 0xFFFFU);
}

[[nodiscard]] inline bool answers_to(const oa_function& function, std::string_view name) {
    if (name == function.name) {
        return true;
    }
    for (const char* const* alias = function.aliases; alias != nullptr && *alias != nullptr;
         ++alias) {
        if (name == *alias) {
            return true;
        }
    }
    return false;
}

}  // namespace detail

inline FakeHost::FakeHost(oa_module_entry_fn entry) {
    fill_table();
    if (entry != nullptr) {
        enter_module(entry);
    }
}

inline void FakeHost::fill_table() noexcept {
    table_.self = this;
    table_.struct_size = sizeof(oa_host);
    table_.abi = OA_ABI_VERSION;
    table_.name = "fake";
    table_.version = "1.0.0";
    table_.get_extension = get_extension;
    table_.log = log;
    table_.log_enabled = log_enabled;
    detail::CallState::fill(table_);
}

inline void FakeHost::enter_module(oa_module_entry_fn entry) {
    std::array<char, 256> why{};
    module_ = entry(&table_, why.data(), why.size());
    if (module_ == nullptr) {
        throw std::runtime_error(std::string("the module refuses the host: ") + why.data());
    }
    require_compatible();
}

inline void FakeHost::require_compatible() const {
    if (module_->abi >> 16U != OA_ABI_MAJOR) {
        throw std::runtime_error("the module names ABI " + detail::abi_text(module_->abi) +
                                 " behind the entry of ABI 1");
    }
    if (module_->abi_min > table_.abi) {
        throw std::runtime_error("the module needs ABI " + detail::abi_text(module_->abi_min) +
                                 "; this host has " + detail::abi_text(table_.abi));
    }
}

#if !defined(_WIN32)
inline oa_module_entry_fn FakeHost::open(const std::string& path) {
    void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        throw std::runtime_error(::dlerror());
    }
    void* entry = ::dlsym(library, OA_ENTRY_SYMBOL);
    if (entry == nullptr) {
        throw std::runtime_error(path + " is no plug-in: it has no " OA_ENTRY_SYMBOL);
    }
    return reinterpret_cast<oa_module_entry_fn>(entry);
}
#endif

inline FakeHost& FakeHost::options(CallOptions options) {
    options_ = std::move(options);
    return *this;
}

inline FakeHost& FakeHost::with_blob(std::string bytes) {
    options_.blobs.push_back(std::move(bytes));
    return *this;
}

inline FakeHost& FakeHost::deadline(std::chrono::milliseconds time) {
    options_.deadline = time;
    return *this;
}

inline FakeHost& FakeHost::cancel_after_polls(std::uint32_t polls) {
    options_.cancel_after_polls = polls;
    return *this;
}

inline FakeHost& FakeHost::fail_blob_alloc() {
    options_.blob_alloc_fails = true;
    return *this;
}

inline FakeHost& FakeHost::log_level(std::int32_t level) {
    options_.level_min = level;
    return *this;
}

inline FakeHost& FakeHost::extension(const std::string& id, const void* table) {
    extensions_[id] = table;
    return *this;
}

inline FakeHost& FakeHost::config(std::string json) {
    config_ = std::move(json);
    return *this;
}

inline FakeHost& FakeHost::old_host(std::uint32_t minor) {
    table_.struct_size = detail::host_size(minor);
    table_.abi = (std::uint32_t{OA_ABI_MAJOR} << 16U) | minor;
    if (module_ != nullptr) {
        require_compatible();
    }
    return *this;
}

inline const oa_module& FakeHost::module() const {
    if (module_ == nullptr) {
        throw std::runtime_error("this host was made without a module");
    }
    return *module_;
}

inline const oa_function& FakeHost::function(std::string_view name) const {
    for (std::uint32_t i = 0; i < module().function_count; ++i) {
        if (detail::answers_to(*module().functions[i], name)) {
            return *module().functions[i];
        }
    }
    throw std::runtime_error("the module has no function " + std::string(name));
}

inline Result FakeHost::start() {
    Result result;
    if (started_) {
        return result;
    }
    const auto report_it = [this](const std::string& violation) { report(violation); };
    const auto judge = [&](const char* who, std::int32_t status, const oa_error& error) {
        result.code = result.status = status;
        // Without words the plug-in leaves the error as it was.
        if (status != OA_OK && (error.code != OA_OK || error.message != nullptr)) {
            detail::take_error(error, who, result, report_it);
        }
        return status == OA_OK;
    };
    oa_error error{};
    error.struct_size = sizeof(error);
    if (module().create != nullptr &&
        !judge("create()",
               module_->create(&table_, config_.data(), config_.size(), &instance_, &error),
               error)) {
        instance_ = nullptr;
        return result;
    }
    error = {};
    error.struct_size = sizeof(error);
    if (module_->start != nullptr && !judge("start()", module_->start(instance_, &error), error)) {
        if (module_->destroy != nullptr) {
            module_->destroy(std::exchange(instance_, nullptr));
        }
        return result;
    }
    started_ = true;
    return result;
}

inline void FakeHost::stop() noexcept {
    if (!std::exchange(started_, false)) {
        return;
    }
    if (module_->stop != nullptr) {
        module_->stop(instance_);
    }
    if (module_->destroy != nullptr) {
        module_->destroy(instance_);
    }
    instance_ = nullptr;
}

inline Result FakeHost::run(std::string_view function, std::string_view params) {
    const oa_function& found = this->function(function);
    CallOptions options = options_;
    options.params = params;
    options.module_name = module().name;
    options.function_name = function;
    options.function = found.name;
    return run(function, FakeCall(std::move(options)));
}

inline Result FakeHost::run(std::string_view function, const FakeCall& call) {
    const oa_function& found = this->function(function);
    if (Result started = start(); started.code != OA_OK) {
        return started;
    }
    return run(found, call, instance_);
}

inline Result FakeHost::run(const oa_function& function, std::string_view params) {
    if (module_ != nullptr) {
        if (Result started = start(); started.code != OA_OK) {
            return started;
        }
    }
    CallOptions options = options_;
    options.params = params;
    options.function_name = function.name;
    return run(function, FakeCall(std::move(options)), instance_);
}

inline Result FakeHost::run(const oa_function& function,
                            const FakeCall& call,
                            oa_instance* instance) {
    {
        const std::lock_guard lock(mutex_);
        calls_.push_back(call.state_);
    }
    call.state_->finish(function.run(instance, &table_, call.raw()));
    return call.result();
}

inline std::vector<LogLine> FakeHost::logs() const {
    const std::lock_guard lock(mutex_);
    return logs_;
}

inline std::vector<std::string> FakeHost::violations() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all = violations_;
    for (const auto& call : calls_) {
        const Result result = call->result();
        all.insert(all.end(), result.violations.begin(), result.violations.end());
    }
    return all;
}

inline void FakeHost::report(const std::string& violation) {
    const std::lock_guard lock(mutex_);
    violations_.push_back(violation);
}

inline const void* FakeHost::get_extension(const oa_host* host, const char* id) noexcept {
    FakeHost& self = of(host);
    if (id == nullptr) {
        self.report("get_extension() was given no id");
        return nullptr;
    }
    const auto found = self.extensions_.find(std::string_view(id));
    return found == self.extensions_.end() ? nullptr : found->second;
}

inline void FakeHost::log(const oa_host* host,
                          oa_call* call,
                          std::int32_t level,
                          const char* message,
                          std::size_t message_len,
                          const char* fields,
                          std::size_t fields_len) noexcept {
    FakeHost& self = of(host);
    const auto report = [&](const std::string& violation) {
        call == nullptr ? self.report(violation) : detail::CallState::of(call).report(violation);
    };
    if (level < OA_LOG_TRACE || level > OA_LOG_ERROR) {
        report("log(): there is no level " + std::to_string(level));
    }
    LogLine line{level, detail::take_text(message, message_len, "log(): the message", report),
                 detail::take_object(fields, fields_len, "log(): the member fields", report)};
    if (log_enabled(host, call, level) == 0) {
        return;
    }
    if (call != nullptr) {
        detail::CallState::of(call).log(std::move(line));
        return;
    }
    const std::lock_guard lock(self.mutex_);
    self.logs_.push_back(std::move(line));
}

inline std::int32_t FakeHost::log_enabled(const oa_host* host,
                                          oa_call* call,
                                          std::int32_t level) noexcept {
    const std::int32_t level_min =
        call == nullptr ? of(host).options_.level_min : detail::CallState::of(call).level_min();
    return level >= level_min ? 1 : 0;
}

}  // namespace testing
}  // namespace v1
}  // namespace oa
