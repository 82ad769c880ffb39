#include "shop.h"

#include <chrono>

#include "exposition/writer.h"
#include "instrumentation/text_format.h"

namespace narthex::examples {
namespace {

using namespace std::chrono_literals;

constexpr int kFullStock = 50;
constexpr auto kPackingTime = 120ms;
constexpr auto kReportTime = 40ms;

const prometheus::Histogram::BucketBoundaries kSeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25};

}  // namespace

Shop::Shop()
    : requests_(prometheus::BuildCounter()
                    .Name("shop_http_requests_total")
                    .Help("Requests by path and code.")
                    .Register(registry_)),
      durations_(prometheus::BuildHistogram()
                     .Name("shop_http_request_duration_seconds")
                     .Help("How long requests took.")
                     .Register(registry_)),
      orders_(prometheus::BuildCounter().Name("shop_orders_total").Help("Orders taken.").Register(registry_)),
      stock_(prometheus::BuildGauge().Name("shop_stock_items").Help("Items that can be ordered.").Register(registry_)),
      in_flight_(prometheus::BuildGauge()
                     .Name("shop_http_requests_in_flight")
                     .Help("Requests being answered.")
                     .Register(registry_)
                     .Add({})),
      unpacked_(prometheus::BuildGauge()
                    .Name("shop_unpacked_orders")
                    .Help("Orders that wait to be packed.")
                    .Register(registry_)
                    .Add({})) {
  for (const char* name : {"lamp", "chair", "teapot"}) add_product(name, kFullStock);
  packer_ = std::thread([this] { pack_orders(); });
}

Shop::~Shop() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  packer_.join();
}

void Shop::add_product(const std::string& name, int stock) {
  auto& gauge = stock_.Add({{"product", name}});
  gauge.Set(stock);
  products_.emplace(name, Product{stock, gauge, orders_.Add({{"product", name}})});
}

void Shop::mount(httplib::Server& server) {
  server.Get("/", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("A shop. GET /api/products, POST /api/orders?product=lamp, GET /api/report, GET /metrics\n",
                         "text/plain");
  });
  server.Get("/api/products", observed("/api/products", &Shop::handle_products));
  server.Post("/api/orders", observed("/api/orders", &Shop::handle_order));
  server.Get("/api/report", observed("/api/report", &Shop::handle_report));
  server.Get("/metrics", observed("/metrics", &Shop::handle_metrics));
}

httplib::Server::Handler Shop::observed(std::string path, Route route) {
  auto& duration = durations_.Add({{"path", path}}, kSeconds);
  return [this, path, route, &duration](const httplib::Request& request, httplib::Response& response) {
    const auto begin = std::chrono::steady_clock::now();
    in_flight_.Increment();
    response.status = 200;
    (this->*route)(request, response);
    in_flight_.Decrement();
    duration.Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    requests_.Add({{"path", path}, {"code", std::to_string(response.status)}}).Increment();
  };
}

void Shop::handle_products(const httplib::Request&, httplib::Response& response) {
  std::string body;
  std::lock_guard lock(mutex_);
  for (const auto& [name, product] : products_) {
    body.append(body.empty() ? "{" : ",").append("\"" + name + "\":" + std::to_string(product.stock));
  }
  response.set_content(body + "}\n", "application/json");
}

void Shop::handle_order(const httplib::Request& request, httplib::Response& response) {
  std::lock_guard lock(mutex_);
  auto found = products_.find(request.get_param_value("product"));
  if (found == products_.end()) {
    response.status = 404;
    response.set_content("no such product\n", "text/plain");
    return;
  }
  Product& product = found->second;
  if (product.stock == 0) {
    response.status = 409;
    response.set_content("sold out\n", "text/plain");
    return;
  }
  product.stock_gauge.Set(--product.stock);
  product.orders.Increment();
  queue_.push_back(found->first);
  unpacked_.Set(static_cast<double>(queue_.size()));
  changed_.notify_one();
  response.status = 201;
  response.set_content("ordered\n", "text/plain");
}

void Shop::handle_report(const httplib::Request&, httplib::Response& response) {
  std::this_thread::sleep_for(kReportTime);
  response.set_content("all is well\n", "text/plain");
}

void Shop::handle_metrics(const httplib::Request&, httplib::Response& response) {
  response.set_content(instrumentation::to_text(registry_.Collect()),
                       std::string(exposition::kTextContentType).c_str());
}

// Packs one order after the other; an empty shelf is filled again.
void Shop::pack_orders() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    if (changed_.wait_for(lock, kPackingTime, [this] { return stop_; })) return;
    Product& product = products_.at(queue_.front());
    queue_.pop_front();
    unpacked_.Set(static_cast<double>(queue_.size()));
    if (product.stock == 0) product.stock = kFullStock;
    product.stock_gauge.Set(product.stock);
  }
}

}  // namespace narthex::examples
