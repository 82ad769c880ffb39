#include "net/detail/thread.h"

#include <pthread.h>
#include <signal.h>

namespace narthex::net {

void prepare_thread(const std::string& name) {
  constexpr size_t kKernelNameBytes = 15;
  pthread_setname_np(pthread_self(), name.substr(0, kKernelNameBytes).c_str());
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace narthex::net
