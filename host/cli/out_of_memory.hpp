#pragma once

namespace oa::host {

/// From now on a program that has no memory left where it cannot do without ends with a word about
/// it and ExitStatus::PluginTrouble, and not as a crash. What was accepted is in the store by then.
void end_in_order_when_out_of_memory();

}  // namespace oa::host
