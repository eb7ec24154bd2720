#include "host/http/application_gate.hpp"

namespace oa::host::http {

ApplicationGate::Use::Use(ApplicationGate& gate) noexcept
    : gate_(gate),
      application_((gate.users_.fetch_add(1) & closed) == 0 ? &gate.application_ : nullptr) {}

ApplicationGate::Use::~Use() {
    gate_.leave();
}

void ApplicationGate::leave() noexcept {
    if (users_.fetch_sub(1) == (closed | 1U)) {
        users_.notify_all();
    }
}

void ApplicationGate::close() noexcept {
    users_.fetch_or(closed);
    for (auto now = users_.load(); now != closed; now = users_.load()) {
        users_.wait(now);
    }
}

}  // namespace oa::host::http
