#pragma once

namespace oa::host::isolation::worker {

// What a worker writes to standard error when a signal ends it: a line with the signal's name and
// one for each of the calls that led there, as a library and an offset into it, which addr2line
// turns into a line of source. Afterwards the signal ends the process as it would have done.

/// Once, in the zygote: loads what walking the stack needs, so that a handler need not.
void prepare_crash_report();

/// After the plug-in is loaded: notes where which library lies, and installs the handlers.
void install_crash_report();

/// A stack for the handlers, so that they also work when a thread's own is used up. One for each
/// thread that runs calls; lives as long as the thread.
class CrashStack {
public:
    CrashStack();
    ~CrashStack();
    CrashStack(const CrashStack&) = delete;
    CrashStack& operator=(const CrashStack&) = delete;

private:
    void* memory_;
};

}  // namespace oa::host::isolation::worker
