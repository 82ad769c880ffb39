// demo_shop PORT: serves the shop on 127.0.0.1:PORT until SIGTERM or SIGINT. Port 0: any; the first line of output
// names it.
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "shop.h"

namespace {

httplib::Server* running = nullptr;

void stop(int) { running->stop(); }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: demo_shop PORT\n", stderr);
    return 2;
  }
  narthex::examples::Shop shop;
  httplib::Server server;
  shop.mount(server);
  int port = std::atoi(argv[1]);
  const bool bound =
      port == 0 ? (port = server.bind_to_any_port("127.0.0.1")) > 0 : server.bind_to_port("127.0.0.1", port);
  if (!bound) {
    std::fprintf(stderr, "demo_shop: cannot listen on 127.0.0.1:%s\n", argv[1]);
    return 1;
  }
  running = &server;
  std::signal(SIGTERM, stop);
  std::signal(SIGINT, stop);
  std::printf("demo_shop: http://127.0.0.1:%d\n", port);
  std::fflush(stdout);
  return server.listen_after_bind() ? 0 : 1;
}
