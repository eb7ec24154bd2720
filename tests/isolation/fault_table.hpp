#pragma once

namespace oa::test {

/// Writes the table of docs/isolation.md to standard output: what each fault does in the host's
/// process and in a worker. Gives an exit status.
int print_fault_table();

}  // namespace oa::test
