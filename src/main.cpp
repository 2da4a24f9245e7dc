#include <exception>
#include <new>

#include "netml/cli/app.hpp"
#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/log.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/standard_streams.hpp"

int main(int argc, char** argv) {
  using netml::ErrorKind;
  netml::secure_standard_streams();
  try {
    return netml::run_command_line(argc, argv);
  } catch (const netml::BrokenPipe&) {
    return netml::exit_status::kBrokenPipe;
  } catch (const netml::Interrupted& interrupted) {
    return 128 + interrupted.signal_number;
  } catch (const netml::Error& error) {
    netml::log::error(error.what());
    return netml::exit_code(error.kind());
  } catch (const std::bad_alloc&) {
    netml::log::error("out of memory; lower --memory-limit or --max-flows");
    return netml::exit_code(ErrorKind::kLimit);
  } catch (const std::exception& error) {
    netml::log::error(std::string("internal error: ") + error.what());
    return netml::exit_code(ErrorKind::kInternal);
  }
}
