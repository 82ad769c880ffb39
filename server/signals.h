// The signals that steer the process: SIGTERM and SIGINT end it, SIGHUP reloads the configuration.
#pragma once

namespace narthex::server {

enum class Signal { kTerminate, kReload };

// Keeps these signals from interrupting any thread; call before the first thread is started. SIGPIPE is ignored.
void block_signals();

// Waits for the next of them.
Signal wait_for_signal();

// Sends ourselves SIGTERM.
void request_termination();

}  // namespace narthex::server
