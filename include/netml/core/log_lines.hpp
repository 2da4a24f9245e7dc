#pragma once

namespace netml::log {

/// What is called before each line of the log, from the thread that writes it: whoever draws on the
/// same terminal takes his drawing away. Null: nothing.
void before_each_line(void (*prepare)());

}  // namespace netml::log
